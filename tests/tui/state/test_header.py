"""The header and the tab bar, as text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from support.scene import NOW, scene
from woodwork_engine.hold import BY_BREAKPOINT, BY_LETTER, HoldState, Scope
from woodwork_engine.snapshot import FlowState, Health, NodeState, Snapshot, Totals
from woodwork_tui.state.header import header_line, tab_labels
from woodwork_tui.state.view import Selection, View

BUSY = replace(
    scene().snapshot,
    rev=7,
    rev_at=NOW,
    totals=Totals(in_rate=42.0, out_rate=41.0, p95_ms=18.0, queued=37, retrying=4, dead_letters=12, sessions=6),
)


def view(snapshot=BUSY, **parts):
    return View(snapshot, NOW, file="/home/ana/flow/main.ww", **parts)


def tabs(active, width, shown=None):
    found = tab_labels(shown or view(), active, width)
    return found.edge + found.gap.join(label.text for label in found.labels)


def test_wide_it_has_revision_state_rates_counts_and_lag():
    assert header_line(view(), 120).plain == (
        " main.ww  rev 7 ✓ 22:13:20 │ ● RUN │ in 42/s  out 41/s  p95 18ms │ queued 37 ▲  retry 4  DLQ 12! │ lag 2ms"
    )


def test_narrow_it_has_the_same_in_short():
    assert header_line(view(), 80).plain == " main.ww r7✓ │ ● RUN │ 42/s p95 18ms │ q37▲ ↻4 †12! │ lag 2ms"


def test_what_matters_less_goes_first_when_room_is_short():
    assert header_line(view(), 60).plain == " main.ww r7✓ │ ● RUN │ 42/s p95 18ms │ q37▲ ↻4 †12!"
    assert header_line(view(), 50).plain == " main.ww r7✓ │ ● RUN │ q37▲ ↻4 †12!"
    assert header_line(view(), 40).plain == " main.ww r7✓ │ ● RUN │ q37▲ ↻4 †12!"
    assert header_line(view(), 20).plain == " main.ww r7✓ │ ● RUN"
    assert header_line(view(), 19).plain == " main.ww r7✓"
    assert header_line(view(), 8).plain == " main.w…"


@pytest.mark.parametrize("width", range(1, 130))
def test_it_never_needs_more_than_its_width(width):
    shown = view(selection=Selection(session="会話" * 30))
    assert cell_len(header_line(shown, width).plain) <= width


def test_a_paused_flow_says_so_and_a_paused_part_of_it_does_not():
    whole = replace(BUSY, holds=(HoldState(Scope(), NOW),))
    part = replace(BUSY, holds=(HoldState(Scope("a", "s"), NOW),))
    assert "│ ‖ PAUSED │" in header_line(view(whole), 120).plain
    assert "│ ● RUN │ ‖ 1 paused │" in header_line(view(part), 120).plain
    assert "│ H PAUSED │" in header_line(view(whole, ascii=True), 120).plain.replace("|", "│")


def test_what_is_paused_stuck_and_held_is_counted_and_stays_longer_than_rates():
    stuck = HoldState(Scope("a", "s"), NOW, BY_LETTER, dlq_id="d-01")
    held = HoldState(Scope("a", "t"), NOW, BY_BREAKPOINT, message_id="m")
    shown = view(replace(BUSY, holds=(HoldState(Scope("a"), NOW), stuck, held, HoldState(Scope(None, "u"), NOW))))
    assert "│ ● RUN │ ‖ 2 paused  1 stuck  1 held │" in header_line(shown, 120).plain
    assert header_line(shown, 60).plain == " main.ww r7✓ │ ● RUN │ ‖ 2 paused 1 stuck 1 held"


def test_a_chosen_session_is_there_with_the_way_out_of_it():
    assert "│ session s-02 (esc) │" in header_line(view(selection=Selection(session="s-02")), 120).plain


def test_control_characters_of_a_session_are_shown_and_do_not_act():
    assert "␛[2J" in header_line(view(selection=Selection(session="\x1b[2J")), 120).plain


def test_without_backlog_and_dead_letters_nothing_alarms():
    calm = replace(BUSY, nodes=tuple(replace(n, state=NodeState.OK) for n in BUSY.nodes), totals=Totals(queued=2))
    assert "queued 2  retry 0  DLQ 0 │" in header_line(view(calm), 120).plain


def test_before_the_engine_is_there_it_says_that_it_starts():
    assert header_line(view(Snapshot(state=FlowState.STARTING)), 120).plain == " main.ww │ ○ STARTING"


def test_a_loop_that_does_not_answer_shows_as_lag():
    assert header_line(view(blocked=(3.2, "agent")), 120).plain.endswith("lag 3.2s!")
    slow = replace(BUSY, health=Health(loop_lag_ms=250.0))
    assert header_line(view(slow), 120).plain.endswith("lag 250ms")


def test_in_ascii_it_is_ascii():
    assert header_line(view(ascii=True), 120).plain.replace("–", "").isascii()
    assert header_line(view(ascii=True), 80).plain.isascii()


def test_wide_tabs_have_numbers_names_and_counts():
    assert tabs("flow", 120) == (
        " [1 Flow]   2 Messages    3 Sessions 6    4 Queues    5 Retries 4    6 DLQ 12!    7 File    8 Health "
    )


def test_narrow_tabs_are_short():
    assert tabs("flow", 80) == "[1Flow] 2Msgs  3Sess  4Queue  5Retry 4  6DLQ 12!  7File  8Hlth "
    assert tabs("messages", 80).startswith(" 1Flow [2Msgs] 3Sess ")


def test_where_the_names_do_not_fit_only_the_present_tab_has_its_name():
    assert tabs("dlq", 40) == " 1  2  3  4  5 [6DLQ] 7  8 "
    assert tabs("flow", 60).startswith("[1Flow] 2  3 ")
    assert tabs("flow", 40) == "[1Flow] 2  3  4  5  6!  7  8 "


def test_what_has_no_tone_of_its_own_is_not_dimmed_with_the_lines_between():
    line = header_line(view(), 120)
    start = line.plain.index("in 42/s")
    assert not [span for span in line.spans if span.start <= start < span.end]
    assert line.style == ""
