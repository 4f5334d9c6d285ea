"""What the inspector says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from support.flows import edge, node, plan
from support.scene import NOW, scene
from support.traffic import HOSTILE
from woodwork_engine.hold import BY_BREAKPOINT, BY_LETTER, Breakpoint, HeldMessage, HoldState, Scope
from woodwork_engine.payload import encode
from woodwork_engine.plan import EdgeKind, FlowPlan, Layer, Node, PolicyPlace, Variable
from woodwork_engine.policy import BreakerPolicy, DedupePolicy, DeliveryPolicy, ErrorRule, RetryPolicy
from woodwork_engine.role import Role
from woodwork_engine.snapshot import EdgeStats, FlowState, LaneStats, NodeState, NodeStats, Snapshot, Totals
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.state.facts import plain
from woodwork_tui.state.inspector import inspect
from woodwork_tui.state.setting_facts import LastDeclared
from woodwork_tui.state.troubles import Trouble
from woodwork_tui.state.view import Selection
from woodwork_tui.units import duration

WIDTH = 37


def lines_of(snapshot, selection):
    return plain(inspect(snapshot, selection, WIDTH).lines).split("\n")


def said(snapshot, selection):
    return " ".join(" ".join(lines_of(snapshot, selection)).split())


def small(parts, lines=(), /, **numbers):
    return Snapshot(plan=plan(parts, lines), **numbers)


def test_a_component_is_told_with_kind_place_state_queue_errors_and_routes():
    text = said(scene().snapshot, Selection(node="agent"))
    for part in ("agent llm scripted", "main.ww:14", "▲ backlog", "4/10.0k", "growing +0.4/s", "p50 61ms", "s-01 2"):
        assert part in text
    lines = lines_of(scene().snapshot, Selection(node="agent"))
    assert any(line.startswith("from    tickets") and line.endswith(":7") for line in lines)
    assert any(line.startswith("to      desk, audit") and line.endswith(":18") for line in lines)
    assert any(line.startswith("tools   kb") for line in lines)


def test_the_last_error_and_what_is_dead_are_told():
    text = said(scene().snapshot, Selection(node="audit"))
    assert "ConnectionError:" in text
    assert "audit-db:5432 refused" in text
    assert "DLQ 2" in text


def test_an_input_is_told_by_what_it_sends_not_by_a_queue():
    text = said(scene().snapshot, Selection(node="tickets"))
    assert "28 since start" in text
    assert "queue" not in text


def test_a_component_that_did_not_start_says_why():
    stats = NodeStats("agent", NodeState.NOT_STARTED, problem="$KEY is not set; set it or put it into .env")
    text = said(small([node("agent")], nodes=(stats,)), Selection(node="agent"))
    assert "✗ not started" in text
    assert "$KEY is not set" in text


@pytest.mark.parametrize(
    ("breaker", "due", "words"), [("open", 130.0, "tried again in 30s"), ("half_open", None, "trying a few messages")]
)
def test_a_component_that_its_breaker_leaves_alone_says_until_when(breaker, due, words):
    stats = NodeStats("agent", NodeState.BREAKER_OPEN, depth=3, breaker=breaker, breaker_due=due)
    text = said(small([node("agent")], nodes=(stats,), at=100.0), Selection(node="agent"))
    assert "✗ breaker open" in text
    assert f"breaker {words}" in text


def test_duplicates_that_were_left_out_are_told():
    stats = NodeStats("agent", NodeState.OK, duplicates=1_204)
    assert "twice 1,204 duplicates left out" in said(small([node("agent")], nodes=(stats,)), Selection(node="agent"))
    assert "twice" not in said(
        small([node("agent")], nodes=(NodeStats("agent", NodeState.OK),)), Selection(node="agent")
    )


def test_a_component_is_told_before_there_are_numbers():
    problem = Diagnostic(Severity.ERROR, "WW301", "unknown kind 'llm opnai'", Span.point("main.ww"), component="agent")
    unknown = Node("agent", "llm opnai", Role.PROCESSOR, Span.point("main.ww", 3), problem=problem)
    text = said(small([unknown]), Selection(node="agent"))
    assert "unknown kind 'llm opnai'" in text


def test_what_a_component_holds_is_told():
    stats = NodeStats("memory", NodeState.IDLE, detail="6 sessions, 42 messages")
    assert "holds 6 sessions, 42 messages" in said(small([node("memory")], nodes=(stats,)), Selection(node="memory"))


def test_the_fullest_sessions_come_first():
    lanes = tuple(LaneStats(f"s-{number}", "agent", number, "ready", 1.0) for number in range(9))
    text = said(small([node("agent")], lanes=lanes), Selection(node="agent"))
    assert "s-8 8 · s-7 7 · s-6 6" in text
    assert "s-2" not in text


def place(layer, line, file="main.ww"):
    return PolicyPlace(layer, Span.point(file, line))


def test_each_setting_of_the_policy_is_told_with_the_place_it_comes_from_and_the_rest_as_default():
    policy = DeliveryPolicy(max_queue=50, timeout=30.0, ttl=None, retry=RetryPolicy(max_retries=5))
    places = {
        "max_queue": place(Layer.COMPONENT, 4),
        "timeout": place(Layer.DEFAULTS, 12),
        "ttl": place(Layer.DEPLOYMENT, 20),
        "max_retries": place(Layer.DEFAULTS, 7, "common.ww"),
    }
    own = replace(node("agent"), policy=policy, policy_places=places)
    lines = [" ".join(line.split()) for line in lines_of(small([own]), Selection(node="agent"))]
    assert "policy max_queue 50 :4" in lines
    assert "timeout 30s defaults :12" in lines
    assert "ttl none deployment :20" in lines
    at = lines.index("max_retries 5")  # there is no room for both on one line
    assert lines[at + 1] == "defaults common.ww:7"
    rest = " ".join(lines[at + 2 :])
    assert rest.startswith("default concurrency 64 · ordering session ·")
    assert "max_queue" not in rest


def test_breaker_dedupe_and_rules_about_errors_are_told_in_words():
    retry = RetryPolicy(on=((ErrorRule("KeyError", "reject"),), (ErrorRule("OSError"),)))
    policy = DeliveryPolicy(dedupe=DedupePolicy(60.0, 500), breaker=BreakerPolicy(0.5, 30.0, 20), retry=retry)
    places = {name: place(Layer.DEFAULTS, 3) for name in ("dedupe", "breaker", "on")}
    told = replace(node("agent"), policy=policy, policy_places=places)
    text = " ".join(plain(inspect(small([told]), Selection(node="agent"), 2 * WIDTH).lines).split())
    assert "dedupe 1m00s, 500 ids defaults :3" in text
    assert "breaker 50% of 20 in 30s defaults :3" in text
    assert "on KeyError reject, OSError retry defaults :3" in text


def test_settings_are_told_with_their_lines_and_what_is_not_written_as_default():
    settings = {
        "path": "audit.py",
        "rules": ({"a": 1},) * 5,
        "payload": {"type": "json", "n": 1},
        "key": Variable("API_KEY", Span.point("main.ww", 9)),
    }
    places = {name: Span.point("main.ww", line) for line, name in enumerate(settings, 6)}
    told = replace(node("audit"), settings=settings, places=places, built_in={"threads": 16})
    lines = [" ".join(line.split()) for line in lines_of(small([told]), Selection(node="audit"))]
    at = lines.index("set path audit.py :6")
    assert lines[at : at + 5] == [
        "set path audit.py :6", "rules 5 items :7", "payload json {1 key} :8", "key $API_KEY :9",
        "threads 16 (default)",
    ]  # fmt: skip


def test_a_secret_that_stands_in_the_file_is_not_shown():
    told = replace(node("audit"), settings={"api_key": "hunter2hunter2", "model": "sk-abcdefgh1234"})
    text = said(small([told]), Selection(node="audit"))
    assert "hunter2" not in text
    assert "sk-abc" not in text
    assert "api_key •••" in text


def test_the_last_failures_are_told_with_when_whose_and_which_try():
    troubles = (
        Trouble(NOW, "s-02", 2, "retry", "ConnectionError: refused"),
        Trouble(NOW - 60, "s-05", 3, "dead", "ValueError: odd"),
    )
    stats = NodeStats("audit", NodeState.FAILING, last_error="ConnectionError: refused")
    lines = inspect(small([node("audit")], nodes=(stats,)), Selection(node="audit"), WIDTH, troubles=troubles).lines
    text = " ".join(plain(lines).split())
    assert re.search(
        r"last ↻ \d\d:\d\d:\d\d s-02 #2 ConnectionError: refused † \d\d:\d\d:\d\d s-05 #3 ValueError: odd", text
    )
    assert text.count("refused") == 1


def test_without_a_failure_that_is_kept_the_last_error_is_told():
    stats = NodeStats("audit", NodeState.FAILING, last_error="ConnectionError: refused")
    assert "error ConnectionError: refused" in said(small([node("audit")], nodes=(stats,)), Selection(node="audit"))


def test_an_input_takes_no_deliveries_and_its_policy_is_not_told():
    chat = replace(node("chat", role=Role.INPUT), policy=DeliveryPolicy(max_queue=50))
    assert "policy" not in said(small([chat]), Selection(node="chat"))


def test_policy_that_is_built_in_is_told_as_default():
    text = said(small([node("agent")]), Selection(node="agent"))
    assert "policy" not in text
    assert "default concurrency 64" in text


def test_a_component_that_left_the_file_is_told_while_messages_wait_for_it():
    gone = NodeStats("old", NodeState.PARKED, depth=3, limit=10)
    text = said(small([node("agent")], nodes=(gone,)), Selection(node="old"))
    assert "not in the file" in text
    assert "‖ parked" in text


def test_a_route_is_told_with_its_rate_its_events_and_why_it_is_there():
    routed = replace(edge("agent", "audit", line=12), events=("agent.error",))
    text = said(
        small([node("agent"), node("audit")], [routed], edges=(EdgeStats("agent", "audit", 1204, 2.8),)),
        Selection(edge=("agent", "audit")),
    )
    for part in ("explicit route", "main.ww:12", "2.8/s", "1,204 since start", "agent.error", "agent names it in `to`"):
        assert part in text


def test_an_inferred_route_that_nothing_took_says_so():
    flow = small([node("a"), node("b")], [edge("a", "b", kind=EdgeKind.INFERRED)])
    text = said(flow, Selection(edge=("a", "b")))
    assert "inferred: a has no `to`" in text
    assert "nothing so far" in text


def test_a_reference_is_told_as_carrying_no_messages():
    text = said(scene().snapshot, Selection(edge=("agent", "kb")))
    assert "tools (no messages)" in text
    assert "rate" not in text


def test_a_route_that_is_gone_says_so():
    assert "no longer in the file" in said(small([node("a")]), Selection(edge=("a", "b")))


def test_with_nothing_selected_the_whole_flow_is_told_and_who_is_not_well():
    text = said(scene().snapshot, Selection())
    for part in ("rev 2", "● running", "p95 64ms", "retry 2", "DLQ 3", "✗ failing", "▲ backlog"):
        assert part in text


def test_lost_messages_of_the_flow_are_told():
    assert "7 without a route" in said(small([node("a")], totals=Totals(unroutable=7)), Selection())


def test_without_a_flow_nothing_runs():
    assert said(Snapshot(state=FlowState.STOPPED), Selection()) == "Nothing is running."
    assert said(Snapshot(state=FlowState.STARTING), Selection()) == "It is starting."


def test_a_flow_that_drains_is_not_said_to_have_drained_since_it_was_started():
    running = scene().snapshot
    draining = replace(running, state=FlowState.DRAINING)
    up = duration(running.at - running.started_at)
    assert f"● running for {up}" in said(running, Selection())
    assert f"▾ draining, up {up}" in said(draining, Selection())


def test_the_place_to_open_is_that_of_the_selection():
    snapshot = scene().snapshot
    assert inspect(snapshot, Selection(node="agent"), WIDTH).place == ("main.ww", 14)
    assert inspect(snapshot, Selection(edge=("agent", "audit")), WIDTH).place == ("main.ww", 18)
    assert inspect(snapshot, Selection(node="nobody"), WIDTH).place is None


@pytest.mark.parametrize("width", [12, 20, 37, 60])
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_wider_than_the_inspector_or_acts_on_the_terminal(hostile, width):
    bad = Node(hostile, hostile, Role.PROCESSOR, Span(f"/long/{hostile}/main.ww", 3, 1, 3, 2))
    stats = NodeStats(hostile, NodeState.FAILING, depth=3, limit=9, last_error=hostile, detail=hostile, problem=hostile)
    flow = FlowPlan(
        hostile,
        (bad, node("a")),
        (replace(edge(hostile, "a"), events=(hostile,)), edge(hostile, "a", kind=EdgeKind.REFERENCE)),
    )
    lanes = (LaneStats(hostile, hostile, 3, "ready", 1.0),)
    snapshot = Snapshot(plan=flow, nodes=(stats,), lanes=lanes)
    for selection in (Selection(), Selection(node=hostile), Selection(edge=(hostile, "a"))):
        for line in inspect(snapshot, selection, width).lines:
            assert line.cell_len <= width
            assert line.plain.isprintable()


def test_in_ascii_own_words_are_ascii():
    for selection in (Selection(), Selection(node="agent"), Selection(edge=("agent", "audit"))):
        facts = inspect(scene().snapshot, selection, WIDTH, ascii_only=True)
        left = {char for char in facts.title + plain(facts.lines) if not char.isascii()}
        assert left <= {"·", "–"}  # what the app's own filter turns into ASCII


HELD = Snapshot(
    plan=plan([node("in"), node("agent")], [edge("in", "agent")]),
    nodes=(NodeStats("agent", NodeState.OK, depth=4, paused=4),),
    at=NOW,
    rev=1,
    holds=(
        HoldState(Scope(), NOW - 60),
        HoldState(Scope("agent"), NOW - 12),
        HoldState(Scope("agent", "s-01"), NOW - 9, BY_LETTER, dlq_id="d-01"),
        HoldState(Scope("agent", "s-02"), NOW - 5, BY_BREAKPOINT, message_id="m-2"),
    ),
    breakpoints=(Breakpoint("agent", None, "payload.cost>1"), Breakpoint("agent", "in")),
    held=(HeldMessage("m-2", "agent", "s-02", "in", "input.received", NOW - 5, encode({"cost": 2})),),
)


def test_what_is_held_at_a_component_is_told_with_since_when_and_what_to_do():
    text = said(HELD, Selection(node="agent"))
    assert "4 messages wait in a hold" in text
    assert "paused agent, for 12s" in text
    assert "stuck session s-01 at agent, for 9s p in 4 Queues resolves it" in text
    assert "break ● before it, if payload.cost>1 ● from in" in text
    assert 'held s-02 5s {"cost":2} :held releases, edits, drops' in text
    assert "the whole flow" not in text


def test_a_route_tells_what_stops_on_it_and_a_flow_everything():
    assert "break ● before it, if payload.cost>1 ● here" in said(HELD, Selection(edge=("in", "agent")))
    text = said(HELD, Selection())
    assert "paused the whole flow, for 1m00s agent, for 12s" in text
    assert "break ● agent, if payload.cost>1 ● in->agent" in text


def test_of_many_holds_the_first_are_told_and_the_others_counted():
    holds = tuple(HoldState(Scope("agent", f"s-{n}"), NOW) for n in range(9))
    stops = tuple(Breakpoint("agent", None, f"hop>{n}") for n in range(5))
    text = said(replace(HELD, holds=holds, breakpoints=stops), Selection(node="agent"))
    assert "and 6 more" in text
    assert "and 2 more" in text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_sessions_conditions_and_payloads_stay_in_their_lines(text):
    held = HeldMessage("m", "agent", text[:300], "in", text[:50], NOW, encode({text[:300]: text[:9_000]}))
    snapshot = replace(
        HELD,
        holds=(HoldState(Scope("agent", text[:300]), NOW),),
        breakpoints=(Breakpoint("agent", None, text[:300]),),
        held=(held,),
    )
    for selection in (Selection(node="agent"), Selection(edge=("in", "agent")), Selection()):
        for line in inspect(snapshot, selection, WIDTH, ascii_only=True).lines:
            assert line.cell_len <= WIDTH
            assert line.plain.isprintable()


def test_how_a_component_is_declared_is_said_anew_only_when_it_or_the_width_changes():
    declared = LastDeclared()
    one = node("agent")
    lines = declared(one, WIDTH)
    assert declared(one, WIDTH) is lines
    assert declared(one, WIDTH + 1) is not lines
    assert [line.plain for line in declared(node("agent"), WIDTH)] == [line.plain for line in lines]
