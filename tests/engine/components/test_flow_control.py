"""Kinds that decide about messages: `filter`, `switch` and `map` (LANGUAGE.md, Flow control)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.checking import codes, plan_of, routes, said
from support.engines import running
from support.workbench import Sent, Workbench
from woodwork_engine.components.expressions import ExpressionError
from woodwork_engine.kinds import parse_rate
from woodwork_engine.pace import Pace
from woodwork_engine.source import Severity

CASES = [{"name": "large", "when": "total > `100`", "to": "review"}, {"when": "rush", "to": ["desk", "log"]}]


# filter


async def test_a_filter_sends_on_what_its_expression_holds_for(bench: Workbench):
    it = await bench.start("filter", keep="total > `100`")

    assert (await bench.deliver(it, {"total": 101})).outputs == [Sent("component.response", {"total": 101}, None)]
    assert (await bench.deliver(it, {"total": 100})).outputs == []
    assert it.summary() == "1 kept, 1 ended here"


async def test_what_a_filter_leaves_out_ends_with_a_note_that_says_why(bench: Workbench):
    it = await bench.start("filter", keep="total > `100`")

    await bench.deliver(it, {"total": 1})

    assert bench.outbox.notes == [("filter.left_out", {"keep": "total > `100`"})]


async def test_what_a_filter_leaves_out_goes_to_its_else_alone(bench: Workbench):
    it = await bench.start("filter", keep="ok", else_=["bin", "log"])

    assert (await bench.deliver(it, {"ok": False})).outputs == [
        Sent("filter.left_out", {"ok": False}, None, "bin"),
        Sent("filter.left_out", {"ok": False}, None, "log"),
    ]
    assert bench.outbox.notes == []
    assert it.summary() == "0 kept, 1 sent to bin, log"


async def test_a_filter_may_keep_an_empty_message(bench: Workbench):
    it = await bench.start("filter", keep="@ == `null`")

    assert (await bench.deliver(it, None)).outputs == [Sent("component.response", None, None)]


async def test_an_expression_that_does_not_fit_is_the_attempts_failure(bench: Workbench):
    for kind, settings in {
        "filter": {"keep": "length(n) > `1`"},
        "map": {"value": "length(n)"},
        "switch": {"cases": [{"when": "length(n)", "to": "a"}]},
    }.items():
        it = await bench.start(kind, name=kind, **settings)
        with pytest.raises(ExpressionError, match=r"length\(\) wants string or array or object, not number"):
            await bench.deliver(it, {"n": 5})


# map


async def test_a_map_sends_on_what_its_expression_makes(bench: Workbench):
    it = await bench.start("map", value="{id: order.id, names: lines[].name, sum: sum(lines[].price)}")
    order = {"order": {"id": 7}, "lines": [{"name": "a", "price": 2}, {"name": "b", "price": 3}]}

    assert (await bench.deliver(it, order)).outputs == [
        Sent("component.response", {"id": 7, "names": ["a", "b"], "sum": 5}, None)
    ]


async def test_a_map_that_finds_nothing_sends_null_rather_than_nothing(bench: Workbench):
    it = await bench.start("map", value="gone")

    assert (await bench.deliver(it, {})).outputs == [Sent("component.response", None, None)]
    assert it.summary() == "1 sent on as null: the expression found nothing"


# switch


async def test_a_switch_sends_a_message_the_way_of_the_first_case_that_holds(bench: Workbench):
    it = await bench.start("switch", cases=CASES)

    both = {"total": 101, "rush": True}
    assert (await bench.deliver(it, both)).outputs == [Sent("case.large", both, None)]
    assert (await bench.deliver(it, {"rush": True})).outputs == [Sent("case.2", {"rush": True}, None)]
    assert it.summary() == "large 1, 2 1; 0 took none and ended here"


async def test_what_no_case_takes_goes_to_else(bench: Workbench):
    it = await bench.start("switch", cases=CASES, else_="rest")

    assert (await bench.deliver(it, {})).outputs == [Sent("else", {}, None)]


async def test_without_an_else_what_no_case_takes_ends_with_a_note(bench: Workbench):
    it = await bench.start("switch", cases=CASES)

    assert (await bench.deliver(it, {})).outputs == []
    assert bench.outbox.notes == [("switch.unmatched", {"cases": 2})]


FLOW = """\
in = input generator { count = 1, to = ways }
ways = switch {
    cases = [
        { name = large, when = "total > `100`", to = review }
        { when = "rush", to = [desk, review] }
    ]
    else = log
}
few = filter { keep = "ok", else = log, to = desk }
review = echo { to = few }
desk = echo { to = log }
log = logger {}
"""


def test_the_ways_of_a_switch_are_routes_of_the_plan_each_with_its_event_and_place():
    found = [(e.target, e.via, e.events, e.span.line) for e in plan_of(FLOW).routes_from("ways")]

    assert found == [
        ("review", "cases", ("case.large",), 4),
        ("desk", "cases", ("case.2",), 5),
        ("review", "cases", ("case.2",), 5),
        ("log", "else", ("else",), 7),
    ]


def test_the_else_of_a_filter_is_a_route_beside_its_to():
    found = [(e.target, e.via, e.events) for e in plan_of(FLOW).routes_from("few")]

    assert found == [("log", "else", ("filter.left_out",)), ("desk", "to", ())]


def test_a_switch_gets_no_inferred_route_and_a_filter_does():
    ways = 'ways = switch { cases = [{ when = "a", to = few }] }'
    text = f'in = input cli {{}}\n{ways}\nfew = filter {{ keep = "b" }}\nout = console {{}}\n'

    assert routes(text) == [("in", "ways"), ("ways", "few"), ("few", "out")]


def test_a_switch_has_no_to_beside_its_cases():
    text = 'in = input cli {}\nways = switch { cases = [{ when = "a", to = out }], to = out }\nout = console {}\n'

    assert said(text, "WW311").summary == "a switch sends by its cases, not by 'to'"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ('cases = [{ when = "a", to = |oout }]', "WW201"),
        ('cases = [{ when = "a", to = out }], else = |oout', "WW201"),
        ('cases = [{ when = "a", to = |in }]', "WW209"),
        ('cases = [{ when = |"a >", to = out }]', "WW304"),
        ('cases = [{ when = "a", to = out }, |{ when = "b" }]', "WW304"),
        ("cases = |[]", "WW304"),
        ('cases = [{ when = "a", to = out, name = |"a b" }]', "WW304"),
        ('cases = |[{ when = "a", to = out, name = x }, { when = "b", to = out, name = x }]', "WW304"),
    ],
)
def test_what_is_wrong_with_a_switch_is_told_at_its_place(settings: str, code: str):
    line = f"ways = switch {{ {settings} }}"
    text = "in = input cli { to = ways }\nout = console {}\n" + line.replace("|", "") + "\n"

    assert codes(text, Severity.ERROR) == [code]
    assert (said(text, code).span.line, said(text, code).span.column) == (3, line.index("|") + 1)


def test_messages_move_through_a_running_flow_along_these_ways(tmp_path: Path):
    with running(tmp_path, FLOW.replace("count = 1", "count = 1, payload = { total = 101 }")) as flow:
        flow.until_record("ok", 4)
        ways = [(r.source, r.target, r.event_type) for r in flow.records("queued")]

    assert ways == [
        ("in", "ways", "input.received"),
        ("ways", "review", "case.large"),
        ("review", "few", "component.response"),
        ("few", "log", "filter.left_out"),
    ]


def test_an_expression_that_does_not_fit_makes_a_dead_letter_at_once_and_the_flow_goes_on(tmp_path: Path):
    text = FLOW.replace("count = 1", "count = 2, payload = { total = [1] }").replace(
        "total > `100`", "abs(total) > `1`"
    )
    with running(tmp_path, text) as flow:
        dead = flow.until_record("dead", 2)
        failed = flow.records("failed")

    assert [r.data["error_type"] for r in failed] == ["ExpressionError", "ExpressionError"]
    assert [r.data["reason"] for r in dead] == ["rejected", "rejected"]


# throttle


@pytest.mark.parametrize(("written", "a_second"), [("5/s", 5), ("300 / m", 5), ("18000/h", 5), (5, 5), ("0.5/s", 0.5)])
def test_a_rate_is_written_per_second_minute_or_hour(written: object, a_second: float):
    assert parse_rate(written) == a_second


@pytest.mark.parametrize("written", ["fast", "0/s", "-1/s", "5/d", True, None, "1e9/s", "0.0000001/h", "9" * 40])
def test_what_is_no_rate_is_refused_in_a_sentence(written: object):
    with pytest.raises(ValueError, match="a rate is a number more than 0 with /s, /m or /h, as in 5/s"):
        parse_rate(written)


async def test_a_throttle_changes_nothing_and_asks_for_its_pace(bench: Workbench):
    it = await bench.start("throttle", rate="300/m", per="all", burst=7)

    assert it.pace == Pace(5, 7, per_session=False)
    assert (await bench.deliver(it, {"n": 1})).outputs == [Sent("component.response", {"n": 1}, None)]
    assert (await bench.deliver(it, None)).outputs == [Sent("component.response", None, None)]


SLOW = """\
in = input generator { count = 5, rate = 1000, session = s-1, to = slow }
slow = throttle { rate = "RATE", to = log }
log = logger {}
"""


def test_a_throttle_lets_messages_wait_in_its_queue_and_a_save_changes_the_rate(tmp_path: Path):
    with running(tmp_path, SLOW.replace("RATE", "1/h")) as flow:
        flow.until(lambda seen: (slow := seen.node("slow")) is not None and slow.depth == 4)
        assert len([r for r in flow.records("started") if r.target == "slow"]) == 1
        flow.save(SLOW.replace("RATE", "1000/s"))
        flow.until_rev(2)
        flow.until_record("ok", 10)
        assert [r.attempt for r in flow.records("started") if r.target == "slow"] == [1] * 5
        assert flow.records("failed", "dead", "dropped", "retry_scheduled") == []
