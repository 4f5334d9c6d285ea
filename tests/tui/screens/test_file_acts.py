"""What the File tab does to the text and to the flow: fixes, saves that strand messages, rollbacks, leftovers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from support.checking import KINDS
from support.file_desk import NOON, TEXT, opened, problem
from woodwork_engine.language import check as check_text
from woodwork_engine.plan import FlowPlan
from woodwork_engine.snapshot import NodeState, NodeStats, Revision
from woodwork_engine.source import Diagnostic, Fix, Severity, Span
from woodwork_tui.screens.fate_dialog import FateDialog
from woodwork_tui.state.draft import Draft, examine

BROKEN = """\
start = input cli { to: agnet }
agent = echo { to: auditt }
audit = echo { to: [] }
"""
BEFORE = """\
start = input cli { to: agent }
agent = echo { to: audit }
audit = echo { to: [] }
"""
AFTER = """\
start = input cli { to: agent }
agent = echo { to: [] }
"""


def found(text: str) -> tuple[Diagnostic, ...]:
    return check_text(text, KINDS, file="main.ww").diagnostics


def plan_of(text: str) -> FlowPlan:
    plan = check_text(text, KINDS).plan
    assert plan is not None
    return plan


def waiting(**more) -> NodeStats:
    return NodeStats("audit", more.pop("state", NodeState.BACKLOG), depth=10, retrying=4, **more)


def flow(text: str = BEFORE, *nodes: NodeStats, **more) -> dict[str, object]:
    """What a snapshot holds of a flow that runs *text*."""
    live = Revision(7, NOON, "live", "opened", "start", source=text)
    return {"rev": 7, "plan": plan_of(text), "nodes": nodes, "revisions": (live,)} | more


# fixes


async def test_the_fix_of_the_problem_under_the_cursor_is_applied_and_can_be_undone(tmp_path: Path):
    async with opened(tmp_path, *found(BROKEN), text=BROKEN, check=examine) as desk:
        await desk.press("ctrl+f")
        await desk.until(lambda: "to: agent }" in desk.editor.text)

        assert desk.editor.line == 1
        assert desk.problems.has_focus
        await desk.press("u")
        assert desk.editor.text == BROKEN


async def test_one_fix_after_the_other_is_applied_to_the_text_as_it_is_by_then(tmp_path: Path):
    async with opened(tmp_path, *found(BROKEN), text=BROKEN, check=examine) as desk:
        await desk.press("ctrl+f")
        await desk.until(lambda: "to: agent }" in desk.editor.text)
        await desk.until(lambda: "auditt" not in desk.editor.text or "1 ✗" in desk.painted())
        await desk.press("ctrl+f")
        await desk.until(lambda: "No problems in the edited text." in desk.painted())

        assert desk.editor.text == BROKEN.replace("agnet", "agent").replace("auditt", "audit")


async def test_in_the_editor_the_nearest_problem_of_the_line_is_fixed_and_one_step_takes_it_back(tmp_path: Path):
    async with opened(tmp_path, *found(BROKEN), text=BROKEN, check=examine) as desk:
        await desk.press("enter")
        desk.editor.go_to(2, 20)
        await desk.press("ctrl+f")
        await desk.until(lambda: "to: audit }" in desk.editor.text)
        assert "agnet" in desk.editor.text
        await desk.press("ctrl+z")

        assert desk.editor.text == BROKEN


async def test_a_fix_goes_where_the_problem_is_by_now(tmp_path: Path):
    async with opened(tmp_path, *found(BROKEN), text=BROKEN, check=examine) as desk:
        await desk.press("enter")
        desk.editor.go_to(1)
        await desk.press("enter", "escape")  # a new line above everything
        await desk.press("ctrl+f")
        await desk.until(lambda: "to: agent }" in desk.editor.text)

        assert desk.editor.text == "\n" + BROKEN.replace("agnet", "agent")


async def test_a_byte_order_mark_does_not_move_a_fix(tmp_path: Path):
    text = "\ufeff" + BROKEN
    async with opened(tmp_path, *found(text), text=text, check=examine) as desk:
        await desk.press("ctrl+f")
        await desk.until(lambda: "{ to: agent }" in desk.editor.text)

        assert desk.editor.text.startswith("\ufeffstart")


async def test_a_fix_that_is_not_there_any_more_is_said_and_changes_nothing(tmp_path: Path):
    gone = problem(1, fix=Fix(Span("main.ww", 1, 1, 1, 2), "x"))
    async with opened(tmp_path, gone, check=lambda edits, file: Draft()) as desk:
        await desk.press("ctrl+f")
        await desk.until(lambda: list(desk.app._notifications))

        assert desk.editor.text == TEXT


async def test_a_fix_is_offered_only_where_a_problem_has_one(tmp_path: Path):
    async with opened(tmp_path, problem(1)) as desk:
        offered = {bound.binding.id for bound in desk.app.screen.active_bindings.values()}
        assert {"file.fix", "file.rollback"}.isdisjoint(offered)
        assert "file.next" in offered


# saves


async def test_a_save_that_strands_messages_asks_first_and_the_way_out_writes_nothing(tmp_path: Path):
    async with opened(tmp_path, text=BEFORE, check=examine, **flow(BEFORE, waiting())) as desk:
        desk.editor.load_text(AFTER)
        await desk.press("ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, FateDialog))
        painted = " ".join(desk.painted().replace("│", " ").split())
        assert "- removed audit 6 queued, 4 retrying, 0 in flight" in painted
        assert "10 messages would be stranded." in painted
        await desk.press("escape")

        assert desk.file.read_text() == BEFORE
        assert desk.editor.text == AFTER


async def test_a_save_that_strands_nothing_asks_nothing(tmp_path: Path):
    async with opened(tmp_path, text=BEFORE, check=examine, **flow()) as desk:
        desk.editor.load_text(AFTER)
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.file.read_text() == AFTER)

        assert desk.app.told == []


async def test_what_was_decided_about_stranded_messages_is_done_once_the_component_is_gone(tmp_path: Path):
    async with opened(tmp_path, text=BEFORE, check=examine, **flow(BEFORE, waiting())) as desk:
        desk.editor.load_text(AFTER)
        await desk.press("ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, FateDialog))
        await desk.press("shift+tab", "shift+tab", "down", "tab", "tab", "tab", "enter")
        await desk.until(lambda: desk.file.read_text() == AFTER)
        desk.show()
        assert desk.app.told == []
        applied = Revision(8, NOON + 60, "live", "-audit", source=AFTER)
        gone = waiting(state=NodeState.DRAINING)
        desk.show(snapshot=replace(desk.view.snapshot, rev=8, plan=plan_of(AFTER), nodes=(gone,), revisions=(applied,)))
        desk.show()
        await desk.pilot.pause()

        assert desk.app.told == [("resolve_removed", {"component": "audit", "how": "dead_letter"})]


async def test_a_decision_is_dropped_with_a_save_that_was_not_applied(tmp_path: Path):
    async with opened(tmp_path, text=BEFORE, check=examine, **flow(BEFORE, waiting())) as desk:
        desk.editor.load_text(AFTER)
        await desk.press("ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, FateDialog))
        await desk.press("shift+tab", "shift+tab", "down", "tab", "tab", "tab", "enter")
        await desk.until(lambda: desk.file.read_text() == AFTER)
        rejected = Revision(0, NOON + 60, "rejected", "1 error, not applied")
        desk.show(snapshot=replace(desk.view.snapshot, revisions=(rejected,)))
        later = Revision(8, NOON + 90, "live", "-audit")
        gone = waiting(state=NodeState.PARKED)
        desk.show(snapshot=replace(desk.view.snapshot, plan=plan_of(AFTER), nodes=(gone,), revisions=(later,)))
        await desk.pilot.pause()

        assert desk.app.told == []


async def test_the_edited_text_says_what_it_would_do_to_the_flow(tmp_path: Path):
    async with opened(tmp_path, text=BEFORE, check=examine, **flow(BEFORE, waiting())) as desk:
        desk.editor.load_text(AFTER)
        await desk.until(lambda: "Would affect components: 0 added, 1 removed" in desk.painted())


# rollbacks

EARLIER = Revision(6, NOON - 60, "ok", "+audit", source=AFTER)
LIVE = Revision(7, NOON, "live", "~agent", source=BEFORE)


def two(*nodes: NodeStats) -> dict[str, object]:
    return flow(BEFORE, *nodes, revisions=(EARLIER, LIVE))


async def test_a_rollback_asks_and_says_what_changes_and_that_the_file_stays(tmp_path: Path):
    async with opened(tmp_path, text=BEFORE, check=examine, **two(waiting())) as desk:
        desk.app.tab._revisions.table.focus()
        await desk.press("down", "U")
        await desk.until(lambda: isinstance(desk.app.screen, FateDialog))
        painted = " ".join(desk.painted().replace("│", " ").split())
        assert "Roll back to rev 6 from" in painted
        assert "- removed audit 6 queued, 4 retrying" in painted
        assert "The file on disk stays as it is" in painted
        await desk.press("enter")
        assert desk.app.told == []

        await desk.press("U")
        await desk.until(lambda: isinstance(desk.app.screen, FateDialog))
        await desk.press("right", "enter")
        await desk.pilot.pause()
        assert desk.app.told == [("rollback", {"number": 6})]


async def test_the_difference_is_shown_in_the_question_when_it_is_asked_for(tmp_path: Path):
    async with opened(tmp_path, text=BEFORE, check=examine, size=(80, 24), **two(waiting())) as desk:
        desk.app.tab.action_roll_back_to("6")
        await desk.until(lambda: isinstance(desk.app.screen, FateDialog))
        assert "-  audit = echo" not in desk.painted()
        await desk.press("d")
        await desk.until(lambda: "-  audit = echo" in desk.painted())
        assert "Keep rev 7" in desk.painted()
        await desk.press("d", "escape")

        assert desk.app.told == []


async def test_there_is_no_way_back_to_what_runs_and_that_is_said(tmp_path: Path):
    async with opened(tmp_path, text=BEFORE, check=examine, **two()) as desk:
        desk.app.tab._revisions.table.focus()
        await desk.press("U")
        await desk.until(lambda: list(desk.app._notifications))

        assert [note.message for note in desk.app._notifications] == ["rev 7 is what runs; choose an earlier one."]


async def test_a_revision_is_compared_with_what_runs_and_again_with_the_one_before(tmp_path: Path):
    async with opened(tmp_path, text=BEFORE, check=examine, **two()) as desk:
        desk.app.tab._revisions.table.focus()
        await desk.press("down", "equals_sign")
        assert "rev 7, live → rev 6" in desk.painted()
        assert "-  audit = echo" in desk.painted()
        await desk.press("equals_sign")
        assert "The first one" in desk.painted()


async def test_the_text_of_a_revision_is_put_into_the_editor_to_be_saved_or_undone(tmp_path: Path):
    crlf = BEFORE.replace("\n", "\r\n")
    async with opened(tmp_path, text=crlf, check=examine, **two()) as desk:
        desk.app.tab._revisions.table.focus()
        await desk.press("down", "T")
        await desk.until(lambda: "edited, not saved" in desk.title)
        assert desk.editor.text == AFTER.replace("\n", "\r\n")
        assert desk.file.read_bytes() == crlf.encode()
        await desk.press("u")

        assert desk.editor.text == crlf


# what removed components have left


async def test_what_a_removed_component_has_left_is_listed_and_decided_about_with_the_count(tmp_path: Path):
    left = waiting(state=NodeState.PARKED)
    async with opened(tmp_path, text=AFTER, check=examine, **flow(AFTER, left)) as desk:
        assert "Removed, with messages left" in desk.painted()
        desk.app.tab._left.table.focus()
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, FateDialog))
        assert "10 messages of audit" in desk.painted()
        assert "Do so with 10 messages" in desk.painted()
        await desk.press("shift+tab", "down", "down", "tab", "tab", "enter")
        await desk.pilot.pause()

        assert desk.app.told == [("resolve_removed", {"component": "audit", "how": "discard"})]


async def test_a_question_about_messages_that_went_meanwhile_looks_again_before_it_is_answered(tmp_path: Path):
    left = waiting(state=NodeState.PARKED)
    async with opened(tmp_path, text=AFTER, check=examine, **flow(AFTER, left)) as desk:
        desk.app.tab.action_resolve("audit")
        await desk.until(lambda: isinstance(desk.app.screen, FateDialog))
        desk.app.tab._view = replace(desk.view, snapshot=replace(desk.view.snapshot, nodes=()))
        await desk.press("right", "enter")
        assert isinstance(desk.app.screen, FateDialog)
        assert "Nothing is left any more." in desk.painted()
        await desk.press("enter")

        assert desk.app.told == []


async def test_without_messages_left_there_is_no_such_list(tmp_path: Path):
    async with opened(tmp_path, text=AFTER, check=examine, **flow(AFTER)) as desk:
        assert "Removed" not in desk.painted()


async def test_an_info_is_no_error_to_go_to(tmp_path: Path):
    async with opened(tmp_path, problem(9, severity=Severity.INFO)) as desk:
        assert desk.editor.line == 1
