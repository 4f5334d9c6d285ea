"""The statistics of every component as lines."""

from __future__ import annotations

import pytest

from support.traffic import HOSTILE
from woodwork_engine.snapshot import NodeState, NodeStats
from woodwork_tui.state.component_table import component_lines

AUDIT = NodeStats(
    "audit", NodeState.FAILING, accepted=1_284, ok=1_200, failed=90, retried=70, dead=12, dropped=3, p95_ms=11.0
)


def said(width: int) -> list[str]:
    return [" ".join(line.plain.split()) for line in component_lines((AUDIT,), width)]


def test_every_component_is_told_with_what_it_took_and_how_that_ended():
    assert said(140) == [
        "COMPONENT STATE TAKEN SENT OK FAILED RETRIED DEAD DROPPED TWICE P50 P95 P99",
        "audit ✗ failing 1,284 0 1,200 90 70 12 3 0 <1ms 11ms <1ms",
    ]


def test_without_room_the_numbers_that_matter_least_go_first():
    assert said(60)[0] == "COMPONENT STATE OK FAILED DEAD DROPPED"
    assert said(40)[0] == "COMPONENT STATE FAILED"


@pytest.mark.parametrize("width", [30, 60, 118, 158])
def test_no_line_is_wider_than_its_room(width):
    assert all(line.cell_len <= width for line in component_lines((AUDIT,), width))


def test_a_component_that_handled_nothing_has_no_times():
    lines = component_lines((NodeStats("web", NodeState.IDLE),), 140)
    assert lines[1].plain.split()[-3:] == ["–", "–", "–"]


def test_without_components_it_says_so():
    assert component_lines((), 80)[0].plain == "There are no components yet."


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_only_shown(text):
    for line in component_lines((NodeStats(text[:300], NodeState.OK),), 100):
        assert "\x1b" not in line.plain
        assert line.cell_len <= 100
