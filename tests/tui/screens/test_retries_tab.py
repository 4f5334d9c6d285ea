"""The Retries tab in a running app."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from support.dead_letters import HOSTILE
from support.scene import NOW, scene
from support.tab_host import TabHost
from woodwork_engine.hold import HoldState, Scope
from woodwork_engine.payload import encode
from woodwork_engine.snapshot import FlowState, RetryRow, Snapshot
from woodwork_tui.screens.ask import Ask
from woodwork_tui.screens.retries import RetriesTab
from woodwork_tui.screens.retry_editor import RetryEditor
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.view import Selection, View
from woodwork_tui.widgets.json_editor import JsonEditor

SMALL = (80, 24)
KEY = {"message_id": "msg-r0/agent.0", "target": "audit"}


def lines(app: TabHost, *words: str) -> list[str]:
    return [line for line in app.painted().splitlines() if all(word in line for word in words)]


def without_retries(view: View, **parts: object) -> View:
    return replace(view, snapshot=replace(view.snapshot, retries=()), **parts)


async def test_the_soonest_retry_comes_first_and_counts_down():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        view = scene().view()
        app.show(view)
        await pilot.pause()
        assert lines(app, "Retries 2 · soonest first")
        assert lines(app, "0.9s", "3/4", "s-05", "agent→audit", "ConnectionError")

        app.show(replace(view, now=NOW + 0.5))
        await pilot.pause()
        assert lines(app, "0.4s", "3/4")
        app.show(replace(view, now=NOW + 1.0))
        await pilot.pause()
        assert lines(app, "due now", "3/4")


async def test_sessions_and_both_ends_of_a_route_can_be_told_apart_on_a_small_screen():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        view = scene().view()
        first, second = view.snapshot.retries
        long = "a_component_with_a_long_name_0"
        renamed = (
            replace(first, session="customer-11"),
            replace(second, session="customer-12", source=f"{long}1", target=f"{long}2"),
        )
        app.show(replace(view, snapshot=replace(view.snapshot, retries=renamed)))
        await pilot.pause()
        await pilot.pause()
        assert lines(app, "customer-11", "agent→audit")
        assert lines(app, "customer-12", "1→", "2 ", "Connection")


async def test_a_wide_screen_writes_the_route_as_every_wide_list_does():
    app = TabHost(RetriesTab())
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(scene().view())
        await pilot.pause()
        await pilot.pause()
        assert lines(app, "FROM → TO")
        assert lines(app, "s-05", "agent → audit", "ConnectionError: audit-db:5432 refused")


async def test_a_low_screen_shows_the_list_and_the_error_on_enter_until_it_is_closed():
    app = TabHost(RetriesTab())
    async with app.run_test(size=(40, 7)) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.pause()
        assert lines(app, "0.9s", "3/4", "ConnectionError")
        assert not lines(app, "Last error")

        await pilot.press("enter")
        await pilot.pause()
        assert lines(app, "Last error")
        assert lines(app, "msg-r0/agent.0")

        assert app.tab.close()
        await pilot.pause()
        assert lines(app, "0.9s", "3/4")
        assert not app.tab.close()


async def test_countdowns_are_painted_four_times_a_second():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        view = scene().view()
        app.show(view)
        app.show(replace(view, now=NOW + 0.2))
        await pilot.pause()
        assert lines(app, "0.9s", "3/4")

        app.show(replace(view, now=NOW + 0.3))
        await pilot.pause()
        assert lines(app, "0.6s", "3/4")


async def test_the_last_error_of_the_row_under_the_cursor_is_below():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.press("down")
        await pilot.pause()

        assert lines(app, "msg-r1/agent.0 · s-02 · agent → audit")
        assert lines(app, "Attempts 1 of 4")


async def test_the_error_stays_where_it_was_scrolled_to_while_time_goes_on():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        view = scene().view()
        app.show(view)
        app.tab.enter()
        await pilot.press("enter", "G")
        await pilot.pause()
        place = app.tab.query_one("#retry-error").scroll_offset.y
        assert place > 0
        app.show(replace(view, now=NOW + 0.5))
        await pilot.pause()

        assert app.tab.query_one("#retry-error").scroll_offset.y == place
        assert app.tab.close()
        await pilot.pause()
        assert app.focused is app.tab.query_one("#retries")
        assert not app.tab.close()


async def test_r_retries_the_one_under_the_cursor_at_once():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.press("R")
        await pilot.pause()

    assert app.told == [("retry_now", KEY)]


async def test_k_asks_with_the_exact_count_and_begins_at_cancel():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.press("K")
        await pilot.pause()
        assert lines(app, "[ Kill 1 retry ]")
        await pilot.press("enter")
        await pilot.pause()
        assert app.told == []

        await pilot.press("K", "right", "enter")
        await pilot.pause()

    assert app.told == [("kill_retry", KEY)]


async def test_a_retry_that_went_on_meanwhile_can_no_longer_be_killed():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        view = scene().view()
        app.show(view)
        app.tab.enter()
        await pilot.press("K")
        app.show(without_retries(view, now=NOW + 1))
        await pilot.pause()
        assert isinstance(app.screen, Ask)
        assert lines(app, "It no longer waits")
        await pilot.press("right", "enter")
        await pilot.pause()

    assert app.told == []


async def test_killing_looks_once_more_at_the_moment_of_confirming():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        view = scene().view()
        app.show(view)
        app.tab.enter()
        await pilot.press("K", "right")
        app.tab._view = without_retries(view)  # newer than what the dialog has been shown
        await pilot.press("enter")
        await pilot.pause()
        assert lines(app, "This has changed just now")

    assert app.told == []


async def test_session_and_filter_leave_only_what_they_find():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(scene().view(selection=Selection(session="s-02")))
        await pilot.pause()
        assert lines(app, "Retries 1 of 2")

        app.show(scene().view(filter="try>2"))
        await pilot.pause()
        assert app.tab.filter_status() == "1 of 2"
        app.show(scene().view(filter='try>2 "'))
        await pilot.pause()
        assert app.tab.filter_status() == "1 of 2"
        app.show(scene().view(filter="zzz"))
        await pilot.pause()
        assert lines(app, "0 of 2 match zzz. esc clears the filter.")


async def test_without_retries_the_list_says_how_many_there_were():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(without_retries(scene().view()))
        app.tab.enter()
        await pilot.press("R", "K", "e", "y")
        await pilot.pause()
        assert lines(app, "Nothing is waiting to be retried.")

    assert app.told == []


async def test_y_copies_the_error():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(scene().view())
        app.tab.enter()
        await pilot.press("y")
        await pilot.pause()

    assert app.told[0][1].startswith("ConnectionError: audit-db:5432 refused\nTraceback")


def editable(view: View) -> View:
    """Return *view* with a payload in each retry."""
    rows = tuple(replace(row, encoded=encode({"n": 1})) for row in view.snapshot.retries)
    return replace(view, snapshot=replace(view.snapshot, retries=rows))


class EditHost(TabHost):
    """Answers every edit of a retry with what `waits` says."""

    waits = True

    def on_tab_act(self, message: Tab.Act) -> None:
        if message.then is not None:
            message.then(self.waits)


async def test_e_edits_the_payload_that_the_next_attempt_gets():
    app = EditHost(RetriesTab())
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(editable(scene().view()))
        app.tab.enter()
        await pilot.press("e")
        await pilot.pause()
        assert lines(app, "Edit the retry of msg-r0/agent.0: audit, session s-05")
        assert lines(app, "Its next attempt, 4 of 4, comes in 0.9s.")
        app.screen.query_one(JsonEditor).text = '{"n": 2}'
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert not isinstance(app.screen, RetryEditor)

    assert app.told == [("edit_retry", {**KEY, "encoded": encode({"n": 2})})]


async def test_an_edit_that_comes_too_late_is_told_and_the_text_stays():
    app = EditHost(RetriesTab())
    app.waits = False
    async with app.run_test(size=(120, 36)) as pilot:
        view = editable(scene().view())
        app.show(view)
        app.tab.enter()
        await pilot.press("e")
        app.screen.query_one(JsonEditor).text = '{"n": 2}'
        app.show(without_retries(view, now=NOW + 1))
        await pilot.pause()
        assert lines(app, "It does not wait now")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert lines(app, "It did not wait any more, so nothing was changed.")
        assert app.screen.query_one(JsonEditor).text == '{"n": 2}'

        app.waits = True
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert not isinstance(app.screen, RetryEditor)


async def test_a_retry_is_edited_by_its_name_too_and_one_that_is_gone_is_not():
    app = TabHost(RetriesTab())
    async with app.run_test(size=SMALL) as pilot:
        app.show(editable(scene().view()))
        await app.tab.run_action("edit_delivery('msg-r1/agent.0', 'audit')")
        await pilot.pause()
        assert lines(app, "Edit the retry of msg-r1/agent.0")
        await pilot.press("escape")
        await app.tab.run_action("edit_delivery('gone', 'audit')")
        await pilot.pause()
        assert not isinstance(app.screen, RetryEditor)


async def test_held_retries_say_so_and_the_detail_says_why():
    app = TabHost(RetriesTab())
    async with app.run_test(size=(120, 36)) as pilot:
        view = scene().view()
        app.show(replace(view, snapshot=replace(view.snapshot, holds=(HoldState(Scope("audit", "s-05"), NOW),))))
        await pilot.pause()
        assert lines(app, "‖ held", "s-05")
        assert not lines(app, "‖ held", "s-02")
        assert lines(app, "session s-05 at audit is paused")


async def test_what_comes_after_a_drain_says_so():
    app = TabHost(RetriesTab())
    async with app.run_test(size=(120, 36)) as pilot:
        view = scene().view()
        app.show(replace(view, snapshot=replace(view.snapshot, state=FlowState.DRAINING, drain_until=NOW + 1)))
        await pilot.pause()
        await pilot.pause()
        assert lines(app, "0.9s", "s-05")
        assert lines(app, "after drain", "s-02")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 10)])
async def test_hostile_errors_and_names_are_shown_and_harm_nothing(size: tuple[int, int]):
    template = scene().snapshot.retries[0]
    made = template.attempts[0]
    rows: list[RetryRow] = []
    for number, text in enumerate(HOSTILE):
        attempts = (structs.replace(made, error_type=text[:4_000], message=text[:4_000], traceback=text[:16_000]),)
        rows.append(
            replace(
                template, message_id=text, session=text, source=text, target=text, event=text, policy=text,
                attempts=attempts, due=NOW + number,
            )
        )  # fmt: skip
    app = TabHost(RetriesTab())
    async with app.run_test(size=size) as pilot:
        app.show(View(Snapshot(retries=tuple(rows)), now=NOW))
        app.tab.enter()
        await pilot.press(*["down"] * len(rows), "K")
        await pilot.pause()

        assert "\x1b" not in app.painted()
        await pilot.press("escape", "up", "up", "R")
        await pilot.pause()

    assert len(app.told) == 1
