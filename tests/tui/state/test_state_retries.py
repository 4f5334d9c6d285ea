"""What the Retries tab says: what comes next and when, and why it failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.dead_letters import HOSTILE, attempt
from support.flows import edge, node, plan
from support.traffic import TRACEBACK
from woodwork_engine.hold import BY_LETTER, HoldState, Scope
from woodwork_engine.snapshot import MOST_RETRIES, FlowState, NodeState, NodeStats, RetryRow, Snapshot, Totals
from woodwork_tui.state.retries import (
    Standing,
    Standings,
    empty_text,
    error_of,
    expires_in,
    next_in,
    retry_detail,
    retry_filter,
    retry_line,
    retry_rows,
    title,
)

NOW = 1_700_000_000.0
FREE = Standing()
FLOW = plan([node("agent"), node("audit")], [edge("agent", "audit", 12)])


def retry(
    name: str, due: float = 2.0, *, session: str = "s-01", target: str = "audit", text: str = "refused"
) -> RetryRow:
    made = (attempt(1, NOW - 3, message="slow disk"), attempt(2, NOW - 1, message=text, traceback=TRACEBACK))
    return RetryRow(name, session, "agent", target, "agent.response", 2, 4, NOW + due, NOW + 300, "0.5s ×2", made)


SNAPSHOT = Snapshot(
    state=FlowState.RUNNING,
    plan=FLOW,
    nodes=(NodeStats("agent", NodeState.OK), NodeStats("audit", NodeState.RETRYING)),
    retries=(retry("late", 9.0), retry("soon", 0.5, session="s-02"), retry("now", -0.1)),
    totals=Totals(retrying=3, retried=14, dead=3),
)


def names(query: str = "", session: str | None = None) -> list[str]:
    matches = retry_filter(query, NOW) if query else None
    return [row.message_id for row in retry_rows(SNAPSHOT, session=session, matches=matches)]


def test_the_next_one_comes_first():
    assert names() == ["now", "soon", "late"]


def test_retries_are_found_by_session_and_filter():
    assert names(session="s-02") == ["soon"]
    assert names("next>5s") == ["late"]
    assert names("refused expires<10m id:n*") == ["now"]


@pytest.mark.parametrize(
    ("due", "is_held", "text"),
    [(1.84, False, "1.8s"), (0.0, False, "due now"), (-4.0, False, "due now"), (5.0, True, "‖ held")],
)
def test_the_countdown_is_to_the_stored_time_of_the_next_attempt_and_ends_with_due_now(
    due: float, is_held: bool, text: str
):
    """Screens 3.3: store the next-attempt timestamp; do not derive it in the UI."""
    standing = Standing("held", "audit is paused") if is_held else FREE
    assert next_in(retry("a", due), NOW, standing)[0] == text


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (NodeState.PARKED, "audit is parked"),
        (NodeState.NOT_STARTED, "audit is not started"),
        (NodeState.BREAKER_OPEN, "the breaker of audit is open"),
        (NodeState.FAILING, ""),
    ],
)
def test_nothing_is_attempted_where_the_component_takes_nothing(state: NodeState, why: str):
    found = Standings(replace(SNAPSHOT, nodes=(NodeStats("audit", state),))).of(retry("a"))

    assert found == (Standing("held", why) if why else FREE)


@pytest.mark.parametrize(
    ("hold", "why"),
    [
        (HoldState(Scope(), NOW), "the whole flow is paused"),
        (HoldState(Scope("audit"), NOW, reason="deploying"), "audit is paused: deploying"),
        (HoldState(Scope(None, "s-01"), NOW), "session s-01 is paused"),
        (HoldState(Scope("audit", "s-01"), NOW, BY_LETTER, dlq_id="dl-9"), "its session is stuck on dl-9"),
        (HoldState(Scope("audit", "s-02"), NOW), ""),
        (HoldState(Scope("desk"), NOW), ""),
    ],
)
def test_a_retry_is_held_where_the_flow_its_component_or_its_session_is(hold: HoldState, why: str):
    found = Standings(replace(SNAPSHOT, holds=(hold,))).of(retry("a"))

    assert found == (Standing("held", why) if why else FREE)


def test_in_a_stopped_flow_everything_is_held():
    assert Standings(replace(SNAPSHOT, state=FlowState.STOPPED)).of(retry("a")).why == "the flow is stopped"


def test_what_is_due_when_the_drain_is_over_comes_after_it():
    draining = replace(SNAPSHOT, state=FlowState.DRAINING, drain_until=NOW + 5)
    leaving = replace(SNAPSHOT, nodes=(NodeStats("audit", NodeState.DRAINING, drain_until=NOW + 5),))

    for seen in (draining, leaving):
        late, soon = Standings(seen).of(retry("a", 9.0)), Standings(seen).of(retry("b", 2.0))
        assert next_in(retry("a", 9.0), NOW, late) == ("after drain", "warn")
        assert "drains until" in late.why
        assert soon == FREE


def test_whoever_edits_a_retry_is_told_whether_it_still_waits():
    row = retry("a", 1.8)

    assert retry_line(row, NOW, FREE).text == "Its next attempt, 3 of 4, comes in 1.8s. ConnectionError: refused"
    assert retry_line(row, NOW, Standing("held", "audit is paused")).text.startswith("It waits: audit is paused.")
    assert retry_line(None, NOW, None).tone == "warn"


def test_a_life_that_ends_before_the_next_attempt_warns():
    row = replace(retry("a", 9.0), expires_at=NOW + 4)

    assert expires_in(row, NOW) == ("4.0s", "warn")
    assert expires_in(replace(row, expires_at=None), NOW) == ("never", "muted")


def test_the_heading_says_where_not_all_are_shown():
    assert title(SNAPSHOT, 3) == "Retries 3 · soonest first"
    assert title(SNAPSHOT, 1) == "Retries 1 of 3 · soonest first"
    many = replace(SNAPSHOT, retries=SNAPSHOT.retries[:1] * MOST_RETRIES, totals=Totals(retrying=1_204))
    assert title(many, MOST_RETRIES) == "Retries 1,000 of 1,204 · soonest first"


def test_a_total_that_is_newer_than_the_list_does_not_contradict_it():
    assert title(replace(SNAPSHOT, retries=(), totals=Totals(retrying=1)), 0) == "Retries 0 · soonest first"


def test_an_empty_list_says_how_many_retries_there_were():
    none = replace(SNAPSHOT, retries=())

    assert empty_text(none, None, "") == "Nothing is waiting to be retried. 14 retries since start, 3 dead."
    assert empty_text(SNAPSHOT, "s-9", "zzz") == "0 of 3 match session:s-9 zzz. esc clears the filter."


def test_the_detail_tells_the_newest_attempt_first_with_its_traceback_and_the_route():
    text = "\n".join(line.text for line in retry_detail(retry("a", 1.8), FLOW, NOW, FREE))

    assert "(in 1.8s)" in text
    assert "routed by main.ww:12:11" in text
    assert text.index("#2") < text.index('File "/home/ana/flow/audit.py"') < text.index("#1") < text.index("slow disk")


def test_the_error_is_the_last_one():
    assert error_of(retry("a")) == "ConnectionError: refused"
    assert error_of(replace(retry("a"), attempts=())) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_any_error_and_any_name_has_a_detail(text: str):
    row = replace(retry(text, session=text, target=text, text=text), event=text, policy=text)

    assert retry_detail(row, FLOW, NOW, FREE)
    assert retry_filter("!zzz", NOW)(row)
