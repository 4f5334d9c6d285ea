"""The flows that were opened last: newest first, each once, only those still there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.scene import scene
from woodwork_engine.snapshot import FlowState, Revision
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.state.recents import MOST, NAME, Recent, RecentFlows, ago, seen


def flow(folder, name):
    path = folder / f"{name}.ww"
    path.write_text("")
    return str(path)


def test_the_newest_is_first_and_each_is_there_once(tmp_path):
    one, two = flow(tmp_path, "one"), flow(tmp_path, "two")
    recents = RecentFlows(tmp_path / "state")
    for path, at in ((one, 1.0), (two, 2.0), (one, 3.0)):
        recents.put(Recent(path, at, 1))
    assert recents.read() == (Recent(one, 3.0, 1), Recent(two, 2.0, 1))


def test_a_flow_whose_file_is_gone_is_not_listed(tmp_path):
    recents = RecentFlows(tmp_path)
    recents.put(Recent(str(tmp_path / "gone.ww"), 1.0))
    assert recents.read() == ()


def test_no_more_are_listed_than_there_are_keys_for(tmp_path):
    recents = RecentFlows(tmp_path)
    for number in range(30):
        recents.put(Recent(flow(tmp_path, f"flow{number}"), float(number)))
    assert [each.at for each in recents.read()] == [float(number) for number in range(29, 29 - MOST, -1)]


@pytest.mark.parametrize(
    "text", ["", "{", "[3, {}]", '{"path": 1}', '[{"path": "\\u0000", "at": 1}]', '[{"path": 3, "at": 1}]']
)
def test_a_broken_list_is_an_empty_one_and_takes_new_ones(tmp_path, text):
    (tmp_path / NAME).write_text(text)
    recents = RecentFlows(tmp_path)
    assert recents.read() == ()
    recents.put(Recent(flow(tmp_path, "one"), 1.0))
    assert len(recents.read()) == 1


def test_where_nothing_can_be_written_nothing_happens(tmp_path):
    (tmp_path / "state").write_text("a file")
    RecentFlows(tmp_path / "state").put(Recent("x", 1.0))


def test_what_was_seen_of_a_flow_is_its_revision_or_its_errors():
    snapshot = scene().snapshot
    assert seen("main.ww", 5.0, snapshot).outcome() == (f"rev {snapshot.rev} ✓", "ok")
    wrong = Diagnostic(Severity.ERROR, "WW201", "no such thing", Span.point("main.ww"))
    broken = replace(
        snapshot,
        state=FlowState.STOPPED,
        rev=0,
        revisions=(Revision(0, 1.0, "rejected", "1 error", "start", diagnostics=(wrong,)),),
    )
    assert seen("main.ww", 5.0, broken).outcome() == ("✗ 1 error", "bad")


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0, "just now"), (59, "just now"), (60, "1m ago"), (7_300, "2h ago"), (3 * 86_400 + 5, "3d ago")],
)
def test_how_long_ago_is_one_rough_word(seconds, says):
    assert ago(seconds) == says
