"""Names in settings: routes, narrowed routes and construction references (LANGUAGE.md, Names and references)."""

from __future__ import annotations

import pytest

from support.checking import checked, codes, edges, plan_of, said
from woodwork_engine.plan import TRANSCRIPT
from woodwork_engine.source import Severity

OUT = "\nout = console {}\nlog = logger {}\n"


@pytest.mark.parametrize(
    "written", ["out", '"out"', "'out'", "[out]", '["out"]', "{ component = out }", "[{ component = 'out' }]"]
)
def test_a_declared_name_is_a_target_quoted_or_not(written: str) -> None:
    assert edges(f"a = input cli {{ to = {written} }}{OUT}")[0] == ("a", "out", "to", "explicit")


def test_an_edge_stands_where_its_name_was_written() -> None:
    plan = plan_of(f'a = input cli {{\n    to = ["out",\n          log]\n}}{OUT}')
    assert [(str(edge.span), edge.span.end_column) for edge in plan.edges] == [
        ("main.ww:2:11", 16),
        ("main.ww:3:11", 14),
    ]


def test_a_route_can_be_narrowed_to_events() -> None:
    plan = plan_of(f'a = input cli {{ to = [log, {{ component: out, on: "agent.error" }}] }}{OUT}')
    log, out = plan.routes_from("a")
    assert log.events == ()
    assert out.events == ("agent.error",)
    plan = plan_of(f"a = input cli {{ to = {{ component = out, on = ['agent.*', tool.call] }} }}{OUT}")
    assert plan.edges[0].events == ("agent.*", "tool.call")
    assert plan.edges[0].carries("agent.thought")
    assert not plan.edges[0].carries("input.received")


def test_one_target_narrowed_twice_is_one_route_for_both_events() -> None:
    text = f"a = input cli {{ to = [{{ component = out, on = x }}, {{ component = out, on = y }}] }}{OUT}"
    assert [edge.events for edge in plan_of(text).edges] == [("x", "y")]


def test_a_target_that_stands_twice_is_sent_to_once_and_told() -> None:
    text = f"a = input cli {{ to = [out, log, out] }}{OUT}"
    assert [edge.target for edge in plan_of(text).edges] == ["out", "log"]
    assert said(text, "WW213").severity is Severity.WARNING


def test_routes_may_go_in_a_circle_and_references_may_not() -> None:
    loop = said("a = echo { to = b }\nb = echo { to = a }\n", "WW205")
    assert loop.severity is Severity.INFO
    assert "64" in (loop.help or ""), "it names the hops that guard the loop"
    assert said("a = llm scripted { tools = b }\nb = llm scripted { tools = a }\n", "WW206").blocks
    assert said("a = llm scripted { tools = a }\n", "WW206").blocks
    limited = "a = echo { to = a }\ndeployment = local { max_hops = 7 }\n"
    assert "7" in (said(limited, "WW205").help or "")


def test_an_unknown_name_is_an_error_with_the_nearest_one() -> None:
    problem = said(f"a = input cli {{ to = uot }}{OUT}", "WW201")
    assert problem.blocks
    assert problem.help == "did you mean 'out'?"
    assert checked(f"a = input cli {{ to = uot }}{OUT}").plan is None


def test_a_name_may_be_lost_to_a_syntax_error_and_is_then_not_called_unknown() -> None:
    assert codes("a = input cli { to = b }\nb = 5\n") == ["WW116"]


def test_the_built_in_transcript_is_a_target_and_no_name_for_a_component() -> None:
    assert edges(f"a = input cli {{ to = {TRANSCRIPT} }}")[0][1] == TRANSCRIPT
    assert codes(f"{TRANSCRIPT} = console {{}}") == ["WW214"]


def test_an_input_is_no_target() -> None:
    assert said("a = input cli {}\nb = echo { to = a }\n", "WW209").blocks


def test_references_are_what_the_settings_model_of_the_kind_says() -> None:
    text = "a = llm scripted { memory = 'm', tools = [t, 't'], answers = m, to = [] } m = memory {} t = echo {}"
    assert edges(text) == [("a", "m", "memory", "reference"), ("a", "t", "tools", "reference")]
    node = plan_of(text).node("a")
    assert node is not None
    assert dict(node.settings) == {"memory": "m", "tools": ("t", "t"), "answers": "m"}


def test_a_kind_without_a_model_has_the_references_that_are_known_elsewhere() -> None:
    keys = ("tools", "memory", "knowledge_base", "container", "components", "vector_db", "embedding_model", "api")
    for key in keys:
        text = f"a = agent llm {{ {key}: [x], to: [] }} x = core code {{}}"
        assert edges(text) == [("a", "x", key, "reference")]


def test_a_bare_model_is_a_reference_if_declared() -> None:
    declared = "gpt = llm openai {}\n"
    assert edges(f"{declared}a = agent llm {{ model = gpt, to = [] }}") == [("a", "gpt", "model", "reference")]
    assert edges(f"{declared}a = llm ollama {{ model = gpt, to = [] }}")[-1] == ("a", "gpt", "model", "reference")
    assert "WW201" in codes("a = agent llm { model = gpt-4o, to = [] }"), "an agent's model must be declared"
    assert "WW201" not in codes("a = llm openai { model = gpt-4o, to = [] }"), "an llm's may be a string"
    assert "WW201" not in codes('a = agent llm { model = "gpt-4o", to = [] }'), "a quoted one is a string"
    assert "model" not in [via for _, _, via, _ in edges(f'{declared}a = agent llm {{ model = "gpt", to = [] }}')]


def test_blocks_under_a_reference_key_are_settings_and_typed_ones_an_error() -> None:
    assert edges("a = agent llm { memory = { size = 5 }, to = [] }") == []
    assert "WW212" in codes("a = agent llm { memory = memory short_term {}, to = [] }")
    assert "WW212" in codes("a = agent llm { tools = [api functions {}], to = [] }")


def test_elsewhere_a_name_is_a_string() -> None:
    text = "a = llm scripted { answers = [a], retry = { jitter = full }, to = [] }\n"
    assert edges(text) == []
    assert codes("a = function python { path = x, class = y, x = { to = nobody }, to = [] }") != ["WW201"]


def test_what_is_no_name_is_refused() -> None:
    for wrong in ("5", "true", "$NAME", '"${A}b"', "[[out]]"):
        assert "WW211" in codes(f"a = input cli {{ to = {wrong} }}{OUT}"), wrong
    for wrong in ("{}", "{ on = x }", "{ component = out, on = 5 }", "{ component = 5 }"):
        assert "WW211" in codes(f"a = input cli {{ to = {wrong} }}{OUT}"), wrong


def test_a_component_nothing_reaches_is_warned_of() -> None:
    assert codes("in = input cli { to = out } out = console {} spare = echo {}") == ["WW204"]
    assert codes("in = input cli { to = out } out = console {} notes = memory {}") == ["WW204"]
    assert codes("in = input cli { to = out } out = console {} wide = echo { accepts = 'news.*' }") == []
    assert codes("first = echo { to = out } out = console {}") == [], "it may be sent to from outside"
