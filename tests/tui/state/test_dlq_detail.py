"""What the detail of a dead letter tells, part by part."""

from __future__ import annotations

import pytest

from support.dead_letters import HOSTILE, NOON, letter
from support.flows import edge, node, plan
from woodwork_engine.dead_letter import DeadState, DeathReason
from woodwork_tui.state.attempts import why_routed
from woodwork_tui.state.dlq_detail import detail, payload_lines
from woodwork_tui.state.dlq_filter import FIELD_NAMES, dlq_filter

FLOW = plan([node("agent", line=9), node("audit", line=14)], [edge("agent", "audit", line=12)])


def text(lines) -> str:
    return "\n".join(line.text for line in lines)


def test_the_newest_attempt_comes_first():
    shown = text(detail(letter("a"), FLOW))

    assert shown.index("#4") < shown.index("#3") < shown.index("#1")


def test_an_attempt_tells_when_it_was_repeated():
    shown = text(detail(letter("a"), FLOW))

    assert "next attempt 1.0s later" in shown


def test_tracebacks_keep_their_lines_and_own_frames_stand_out():
    trace = (
        "Traceback (most recent call last):\n"
        '  File "/usr/lib/python3.11/site-packages/db.py", line 3, in connect\n    raise\n'
        '  File "/flow/audit.py", line 22, in handle\n    connect()\n'
        "ConnectionError: refused"
    )

    lines = detail(letter("a", traceback=trace, attempts=1), FLOW)

    tones = {line.text.strip(): line.tone for line in lines}
    assert tones['File "/flow/audit.py", line 22, in handle'] == "strong"
    assert tones["connect()"] == "strong"
    assert tones['File "/usr/lib/python3.11/site-packages/db.py", line 3, in connect'] == "muted"


def test_equal_tracebacks_are_shown_once():
    shown = text(detail(letter("a", traceback="Traceback\n  boom"), FLOW))

    assert shown.count("boom") == 1
    assert "same traceback as #4" in shown


def test_the_route_names_its_place_in_the_file():
    assert why_routed("agent", "audit", FLOW) == "main.ww:12:11  to = audit, written in the file"


def test_a_route_that_is_gone_says_so():
    assert why_routed("agent", "old", FLOW) == "no such route in the flow of now"


def test_the_replay_chain_goes_back_to_the_first_letter():
    shown = text(detail(letter("c", replays=2, chain=("a", "b")), FLOW))

    assert "a → b → c (this one)" in shown
    assert "replayed 2 times" in shown


def test_a_replay_under_way_is_told_first():
    lines = detail(letter("a", state=DeadState.REPLAYED, resolved_at=NOON), FLOW)

    assert any("a replay is under way" in line.text for line in lines[:3])


def test_policy_and_place_in_the_lane_are_told():
    shown = text(detail(letter("a"), FLOW))

    assert "3 retries, base 0.5 s × 2, at most 60 s, jitter full, ttl 300 s" in shown


def test_a_long_payload_is_cut_and_says_by_how_much():
    lines = payload_lines(letter("a", payload=list(range(5_000))), most=100)

    assert len(lines) == 101
    assert lines[-1].text == "  … 4,902 more lines (y copies all)"


@pytest.mark.parametrize("payload", HOSTILE)
def test_any_payload_has_a_detail(payload: str):
    assert detail(letter("a", payload=payload, message=payload, session=payload), FLOW)


def test_the_filter_reads_what_the_list_shows():
    letters = [
        letter("a", session="s-01", payload={"cost": 2}, at=NOON),
        letter("b", session="s-02", target="output", error="ValueError", at=NOON - 600, replays=2),
        letter("c", reason=DeathReason.KILLED, at=NOON - 600, state=DeadState.REPLAYED),
    ]

    def found(query: str) -> str:
        return "".join(one.dlq_id for one in letters if dlq_filter(query).matches(one, NOON))

    assert found("session:s-0*") == "abc"
    assert found("to:output") == "b"
    assert found("node:audit age<5m") == "a"
    assert found("payload.cost>1") == "a"
    assert found("valueerror") == "b"
    assert found("reason:killed") == "c"
    assert found("error~refused !ValueError") == "ac"
    assert found("replays>1") == "b"
    assert found("state:under*") == "c"


def test_every_field_can_be_read_of_every_letter():
    for name in FIELD_NAMES:
        assert dlq_filter(f"!{name}:zzz").matches(letter("a", attempts=0, source=None), NOON)
