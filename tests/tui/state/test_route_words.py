"""Routes in words, and how long ones are fitted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from support.traffic import HOSTILE
from woodwork_tui.screens.dlq_columns import DlqLooks, letter_columns
from woodwork_tui.screens.queue_columns import session_columns as queue_sessions
from woodwork_tui.screens.retry_columns import retry_columns
from woodwork_tui.state.dlq_view import DlqView
from woodwork_tui.state.message_columns import Looks, columns
from woodwork_tui.state.route_words import fit_route, route_text, route_title
from woodwork_tui.state.session_columns import session_columns
from woodwork_tui.state.tap_columns import tap_columns
from woodwork_tui.text import fit_middle

LONG = "a_component_with_a_very_long_name_0"


@pytest.mark.parametrize(
    ("ascii_only", "tight", "title", "text"),
    [
        (False, False, "FROM → TO", "agent → audit"),
        (False, True, "FROM→TO", "agent→audit"),
        (True, False, "FROM -> TO", "agent -> audit"),
        (True, True, "FROM->TO", "agent->audit"),
    ],
)
def test_the_arrow_of_the_title_stands_in_every_route(ascii_only, tight, title, text):
    assert route_title(ascii_only=ascii_only, tight=tight) == title
    assert route_text("agent", "audit", ascii_only=ascii_only, tight=tight) == text


def test_whoever_is_no_component_is_named_too():
    assert route_text(None, "") == "outside → nobody"


@pytest.mark.parametrize("form", [{}, {"tight": True}, {"ascii_only": True}, {"ascii_only": True, "tight": True}])
def test_of_a_long_route_both_ends_are_shortened_and_both_stay_readable(form):
    shown = fit_route(route_text(f"{LONG}1", f"{LONG}2", **form), 30)
    source, target = (shown.partition("→") if not form.get("ascii_only") else shown.partition("->"))[::2]
    assert cell_len(shown) == 30
    assert source.strip().startswith("a_comp")
    assert source.strip().endswith("_01")
    assert target.strip().startswith("a_comp")
    assert target.strip().endswith("_02")


def test_a_short_end_leaves_its_room_to_the_long_one():
    assert fit_route(f"in → {LONG}1", 30) == "in → a_component_with…_name_01"
    assert fit_route(f"{LONG}1 → out", 30).endswith(" → out")
    assert fit_route("agent → audit", 30) == "agent → audit"


def test_a_name_that_is_too_long_keeps_its_beginning_and_its_end():
    assert fit_middle("stage_of_the_flow_01", 12) == "stage_o…w_01"
    assert fit_middle("stage_of_the_flow_02", 12) == "stage_o…w_02"
    assert fit_middle("short", 12) == "short"
    assert fit_middle("stage_of_the_flow_01", 4) == "sta…"


def test_sessions_that_differ_only_in_their_number_can_be_told_apart_in_every_list():
    looks = Looks(session=14)
    lists = [
        columns(looks, lambda row: None, lambda: 0.0),
        tap_columns(looks, lambda: 0.0),
        session_columns(lambda: 0.0, lambda: None),
        retry_columns(looks, lambda row: Text(), lambda row: Text()),
        letter_columns(DlqView.REASON, lambda: 0.0, frozenset, lambda: None, DlqLooks()),
        queue_sessions((), False),
    ]
    for each in lists:
        (session,) = [column for column in each if column.key == "session"]
        assert session.cut("customer-of-the-shop-1", 14) != session.cut("customer-of-the-shop-2", 14), each[0]


@given(st.text(alphabet=st.characters(), max_size=400), st.text(max_size=80), st.integers(0, 60))
def test_no_route_and_no_name_is_wider_than_it_may_be_nor_acts_on_the_terminal(source, target, width):
    for line in (fit_route(route_text(source, target), width), fit_middle(source, width)):
        assert cell_len(line) <= width
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) <= 0xDFFF for c in line)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_fitted_like_others(text):
    assert cell_len(fit_route(route_text(text, text), 20)) <= 20
