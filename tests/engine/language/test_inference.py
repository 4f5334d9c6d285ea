"""Routes that nobody wrote: where messages go when `to` is absent (LANGUAGE.md, Routes that are not written)."""

from __future__ import annotations

from support.checking import edges, plan_of, routes, said
from woodwork_engine.language.inference import MOST_ROUTES
from woodwork_engine.plan import TRANSCRIPT, EdgeKind
from woodwork_engine.source import Severity


def test_an_input_goes_to_the_first_processor_by_rank() -> None:
    """An agent before an llm, an llm before any other, wherever they stand."""
    assert routes("in = input cli {} e = echo { to = [] } l = llm scripted { to = [] } a = agent llm { to = [] }") == [
        ("in", "a")
    ]
    assert routes("in = input cli {} e = echo { to = [] } l = llm scripted { to = [] }") == [("in", "l")]
    assert routes("in = input cli {} e = echo { to = [] } f = echo { to = [] }") == [("in", "e")]


def test_of_several_of_one_rank_the_first_in_the_file_is_taken_and_that_is_said() -> None:
    text = "in = input cli {}\none = llm scripted { to = [] }\ntwo = llm scripted { to = [] }\n"
    assert routes(text) == [("in", "one")]
    info = said(text, "WW208")
    assert info.severity is Severity.INFO
    assert "'one'" in info.summary
    assert "two" in (info.help or "")


def test_a_model_or_tool_of_another_is_no_candidate() -> None:
    assert routes("in = input cli {} helper = llm scripted {} main = llm scripted { tools = helper, to = [] }") == [
        ("in", "main")
    ]
    assert routes("in = input cli {} m = llm openai {} a = agent llm { model = m, to = [] }") == [("in", "a")]


def test_a_model_or_tool_that_only_answers_gets_no_route() -> None:
    text = "in = input cli {} main = llm scripted { tools = helper } helper = echo {} out = console {}"
    assert routes(text) == [("in", "main"), ("main", "out")]
    text = (
        "in = input cli { to = helper } main = llm scripted { tools = helper, to = [] } helper = echo {} o = console {}"
    )
    assert ("helper", "o") in routes(text), "one that is routed to is a processor as well"


def test_a_processor_goes_to_all_outputs() -> None:
    text = "in = input cli {} a = llm scripted {} log = logger {} one = console {} two = output file { path = x }"
    assert routes(text) == [("in", "a"), ("a", "one"), ("a", "two")]


def test_without_an_output_a_processor_goes_to_the_transcript() -> None:
    assert routes("in = input cli {} a = llm scripted {}") == [("in", "a"), ("a", TRANSCRIPT)]


def test_without_a_processor_an_input_goes_to_the_outputs() -> None:
    assert routes("in = input cli {} out = console {}") == [("in", "out")]
    assert routes("in = input cli {}") == [("in", TRANSCRIPT)]


def test_sinks_outputs_and_resources_get_no_inferred_route() -> None:
    text = "in = input cli { to = log } log = logger {} count = analytics {} notes = memory {} out = console {}"
    assert routes(text) == [("in", "log")]


def test_an_empty_to_means_nowhere() -> None:
    for nowhere in ("[]", "none", "null"):
        assert routes(f"in = input cli {{ to = {nowhere} }} a = echo {{ to = {nowhere} }} out = console {{}}") == []


def test_kinds_of_other_versions_take_part() -> None:
    text = "in = input api {} a = claude {} tool = api functions { path = x } ws = websocket {}"
    assert routes(text) == [("in", "a"), ("a", "ws")]


def test_inferred_routes_are_marked_and_stand_at_the_component_that_caused_them() -> None:
    plan = plan_of("in = input cli {}\n  a = llm scripted {}\n")
    assert [edge.kind for edge in plan.edges] == [EdgeKind.INFERRED] * 2
    assert [(edge.span.line, edge.span.column) for edge in plan.edges] == [(1, 1), (2, 3)]


def test_every_inferred_route_is_told_with_its_reason() -> None:
    info = said("in = input cli { to = a }\na = llm scripted {}\nout = console {}\n", "WW207")
    assert info.summary == "'a' goes to 'out': the only output"
    assert info.component == "a"


def test_edges_come_in_the_order_of_the_file() -> None:
    text = "a = echo { to = [b, log] } b = llm scripted { memory = m } m = memory {} log = logger {} out = console {}"
    assert edges(text) == [
        ("a", "b", "to", "explicit"),
        ("a", "log", "to", "explicit"),
        ("b", "m", "memory", "reference"),
        ("b", "out", "to", "inferred"),
    ]


def test_a_flow_that_would_have_too_many_inferred_routes_is_refused() -> None:
    text = "".join(f"a{number} = echo {{}}\nb{number} = console {{}}\n" for number in range(150))
    assert MOST_ROUTES < 150 * 150
    assert said(text, "WW403").blocks
