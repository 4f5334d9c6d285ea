"""Every screen looks as it did. After a change that is meant to be seen, make the pictures anew and look at them:

pytest tests/tui/pictures --snapshot-update
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from support.fake_engine import FakeEngine
from support.flows import edge, node, plan
from support.pictured import Step
from support.scene import NOW, SOURCE, scene
from woodwork_engine.components import builtin_kinds
from woodwork_engine.language import check_file
from woodwork_engine.snapshot import FlowState, Revision
from woodwork_tui.state.recents import Recent, RecentFlows

WIDE, NARROW, SMALL = (120, 36), (80, 24), (60, 20)
RUNNING = Step("6 nodes")
WAYS = {
    "flow": (Step("╭─ agent ─", ("down", "right", "right")),),
    "messages": (Step("Messages ·", ("2",)), Step("found: cannot log in", ("up",) * 5)),
    "sessions": (
        Step("Sessions 6 ·", ("3",)),
        Step("s-02 · turn", ("down",)),
        Step("turn of 22:13:10.000", ("tab", "up", "up")),
    ),
    "queues": (Step("Queues ·", ("4",)), Step("handling", ("enter",))),
    "retries": (Step("Retries 2 ·", ("5",)),),
    "dlq": (Step("Dead letters 3 ·", ("6",)),),
    "file": (Step("← nothing routes to 'kb'", ("7",)),),
    "health": (Step("p99 9ms", ("8",)),),
}
"""How a person gets to what is pictured of each tab."""


@pytest.mark.parametrize("tab", WAYS)
def test_a_tab_looks_as_it_did_on_a_wide_screen(look_as_before, tab):
    look_as_before(RUNNING, *WAYS[tab], size=WIDE)


@pytest.mark.parametrize("tab", ["messages", "dlq"])
def test_a_tab_looks_as_it_did_on_a_small_screen(look_as_before, tab):
    look_as_before(RUNNING, *WAYS[tab], size=NARROW)


def test_the_tree_of_the_flow_looks_as_it_did_on_a_small_screen(look_as_before):
    look_as_before(RUNNING, size=NARROW)


def test_a_turn_as_a_sequence_looks_as_it_did(look_as_before):
    look_as_before(RUNNING, *WAYS["sessions"][:2], Step("sequence", ("v",)), size=WIDE)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_two_compared_sessions_look_as_they_did(look_as_before, size):
    look_as_before(RUNNING, WAYS["sessions"][0], Step("↔", ("space", "space", "C")), size=size)


def test_a_graph_that_does_not_fit_looks_as_it_did(look_as_before):
    names = [f"step_{number}" for number in range(60)]
    routes = [edge(a, b) for a, b in pairwise(names)] + [edge(names[5 * n], names[5 * n + 3]) for n in range(11)]
    engine = FakeEngine()
    engine.snap(plan=plan([node(name) for name in names], routes), nodes=(), edges=())
    look_as_before(Step("60 nodes"), size=WIDE, engine=engine)


def test_the_light_theme_looks_as_it_did(look_as_before):
    look_as_before(RUNNING, size=WIDE, theme="woodwork-light")


def test_ascii_looks_as_it_did(look_as_before):
    look_as_before(RUNNING, size=WIDE, ascii_only=True)


@pytest.mark.parametrize("size", [WIDE, NARROW, SMALL], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_start_screen_looks_as_it_did(look_as_before, folder, size):
    (folder / "main.ww").rename(folder / "orders.ww")
    recents = RecentFlows(folder.parent / "home")
    recents.put(Recent(str(folder.parent / "gone.ww"), NOW, 1))
    recents.put(Recent(str(folder / "kb.py"), NOW - 3 * 86_400, 0, 1))
    recents.put(Recent(str(folder / "orders.ww"), NOW - 7_300, 7))
    look_as_before(Step("no main.ww in ~/shop"), size=size, asked=None, remembered=folder.parent / "home")


def test_the_choice_of_a_template_looks_as_it_did(look_as_before, folder):
    (folder / "main.ww").unlink()
    look_as_before(Step("no main.ww in ~/shop"), Step("a prompt, a model", ("n",)), size=NARROW, asked=None)


@pytest.mark.parametrize("theme", ["woodwork-dune", "woodwork-fjord", "woodwork-graphite", "woodwork-contrast"])
def test_a_theme_looks_as_it_did(look_as_before, theme):
    look_as_before(RUNNING, *WAYS["messages"], size=NARROW, theme=theme)


def test_a_file_with_errors_at_the_start_looks_as_it_did(look_as_before, folder):
    mistaken = SOURCE.replace("[kb]", "[kbb]").replace("desk = output console", "desk =")
    (folder / "main.ww").write_text(mistaken, encoding="utf-8")
    found = check_file("main.ww", builtin_kinds()).diagnostics
    rejected = Revision(0, NOW, "rejected", "2 errors, not applied", "start", diagnostics=found, source=mistaken)
    engine = FakeEngine()
    engine.snap(state=FlowState.STOPPED, rev=0, plan=None, nodes=(), revisions=(rejected,), diagnostics=())
    look_as_before(Step("not started"), Step("← 'tools' names"), size=NARROW, engine=engine)


@pytest.mark.parametrize("size", [NARROW, SMALL], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_file_on_a_small_screen_looks_as_it_did(look_as_before, size):
    look_as_before(RUNNING, Step("main.ww · on disk", ("7",)), size=size)


def test_words_to_go_on_with_look_as_they_did(look_as_before):
    look_as_before(
        RUNNING,
        Step("main.ww · on disk", ("7",)),
        Step("F1Help", ("enter",)),
        Step("max_session_queue", ("end", "enter", "m")),
        Step("Problems in the edited text 1"),
        size=NARROW,
    )


@pytest.mark.parametrize("size", [NARROW, SMALL], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_rollback_that_strands_messages_looks_as_it_did(look_as_before, folder, size):
    before = SOURCE[: SOURCE.index("audit = ")].replace("[desk, audit]", "desk")
    opened, live = scene().snapshot.revisions
    engine = FakeEngine()
    engine.snap(revisions=(replace(opened, source=before), live))
    look_as_before(
        RUNNING,
        Step("main.ww · on disk", ("7",)),
        Step("enter diff", ("v", "down")),
        Step("would be stranded", ("U",)),
        size=size,
        engine=engine,
    )
