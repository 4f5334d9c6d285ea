"""Headers: which kind a component is of, what `cli` stands for, and kinds that are not built (LANGUAGE.md, Kinds)."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, Field

from support.checking import KINDS, checked, codes, plan_of, said
from woodwork_engine.kinds import Kind, KindRegistry, KindSettings
from woodwork_engine.language import check, later
from woodwork_engine.plan import PayloadField
from woodwork_engine.role import Role


def kind_of(text: str, name: str = "a") -> str:
    outcome = checked(text)
    assert outcome.plan is not None, outcome.diagnostics
    node = outcome.plan.node(name)
    assert node is not None
    return node.kind


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("claude", "llm claude"), ("openai", "llm openai"), ("ollama", "llm ollama"),
        ("hugging_face", "llm hugging_face"), ("api_input", "input api"), ("websocket", "websocket"),
        ("logger", "logger"), ("analytics", "analytics"), ("memory", "memory short_term"),
        ("console", "output console"), ("output cli", "output console"), ("input command_line", "input cli"),
        ("function py", "function python"),
    ],
)  # fmt: skip
def test_a_header_stands_for_one_kind(header: str, kind: str) -> None:
    assert kind_of(f"a = {header} {{ path = x, function = y }}") == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a = cli { to = b } b = logger {}", "input cli"),
        ("b = echo { to = a } a = cli {}", "output console"),
        ("b = echo { to = [{ component = a, on = x }] } a = cli {}", "output console"),
        ("a = cli { to = [] }", "input cli"),
    ],
)
def test_cli_is_an_output_when_something_routes_to_it_and_an_input_when_it_routes(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_without_routes_the_name_of_a_cli_decides() -> None:
    for name in ("in", "input", "in_chat", "input_2"):
        assert kind_of(f"{name} = cli {{}}", name) == "input cli"
    for name in ("out", "output", "out_chat", "output_2"):
        assert kind_of(f"{name} = cli {{}}", name) == "output console"
    for name in ("inner", "cli", "outer", "my_input"):
        assert codes(f"{name} = cli {{}}") == ["WW210"], name


def test_a_cli_that_is_both_is_an_error() -> None:
    assert "WW210" in codes("a = cli { to = b } b = echo { to = a }")


def test_an_unknown_kind_stays_on_the_graph_and_keeps_only_itself_from_starting() -> None:
    text = "in = input cli { to = [odd, out] }\nodd = oddity { x = 1, to = out }\nout = console {}\n"
    problem = said(text, "WW301")
    assert problem.component == "odd"
    assert not problem.blocks
    plan = plan_of(text)
    node = plan.node("odd")
    assert node is not None
    assert node.problem == problem
    assert node.role is Role.PROCESSOR
    assert [edge.target for edge in plan.edges] == ["odd", "out", "out"]
    assert all(other.problem is None for other in plan.nodes if other is not node)


def test_kinds_of_other_versions_have_their_role_and_a_problem() -> None:
    for header in later.headers():
        outcome = checked(f"a = {header} {{ anything = [1, 2] }}")
        assert outcome.plan is not None
        node = outcome.plan.nodes[0]
        assert node.role is later.role_of(header)
        assert node.problem is not None
        assert node.problem.code == "WW302"
        assert node.settings["anything"] == (1, 2)


def test_a_kind_that_is_built_is_never_called_a_later_one() -> None:
    assert not [kind.name for kind in KINDS if later.is_later(kind.name)]


def test_a_kind_that_somebody_registers_is_known() -> None:
    class Settings(KindSettings):
        size: int

    kinds = KindRegistry([Kind("llm openai", Role.LLM, "ours", Settings, "x:Y")])
    outcome = check("a = openai { size = big }", kinds)
    assert [problem.code for problem in outcome.diagnostics if problem.code.startswith("WW3")] == ["WW304"]


def test_buses_and_deployments_are_no_components() -> None:
    for header in ("redis", "nats"):
        assert "message_bus" in (said(f"a = {header} {{}}", "WW301").help or "")
    for header in ("local", "cloud", "docker", "server"):
        assert "deployment" in (said(f"a = {header} {{}}", "WW301").help or "")
    assert plan_of("deployment = local {}").nodes == ()
    assert kind_of("deployment = echo {}", "deployment") == "echo"


def test_typed_blocks_below_the_top_level_are_settings() -> None:
    plan = plan_of("a = agent llm { store = redis { port = 1 } }")
    assert plan.names() == ("a",)
    assert plan.nodes[0].settings["store"] == {"type": "redis", "port": 1}


def test_two_inputs_on_one_port_are_an_error_of_the_second() -> None:
    text = "a = input api { port = 80 } b = input api { port = 80 } c = input api { port = 80, host = '::1' }"
    assert said(text, "WW310").component == "b"


@pytest.mark.parametrize(
    "entry", ['api_key: "abc"', "API_KEY = abc", "db_password = 'x'", "token = topsecret", 'x = "sk-abcdefgh1234"']
)
def test_a_secret_in_the_file_is_warned_of_and_not_repeated(entry: str) -> None:
    problem = said(f"a = llm openai {{ {entry} }}", "WW309")
    value = entry.split()[-1].strip("\"'")
    assert value not in problem.summary + (problem.help or "")


@pytest.mark.parametrize(
    "entry", ["api_key = $KEY", 'api_key = "${KEY}"', "max_tokens = 5", "token_limit = x", 'api_key = ""']
)
def test_what_is_no_secret_is_not_called_one(entry: str) -> None:
    assert "WW309" not in codes(f"a = llm openai {{ {entry} }}")


class Order(BaseModel):
    """What a shop is sent."""

    item: str = Field(description="what is bought")
    amount: float
    gift: bool = False
    tags: tuple[str, ...] = Field(default=(), alias="labels")


def test_a_kind_that_describes_its_payload_gives_the_fields_to_every_component_of_it() -> None:
    shop = Kind("shop", Role.PROCESSOR, "sells", KindSettings, "x:Shop", payload=Order)
    outcome = check("a = shop {} b = llm scripted {} c = echo {}", KindRegistry([*KINDS, shop]))
    assert outcome.plan is not None
    assert [node.takes for node in outcome.plan.nodes] == [
        (
            PayloadField("item", "text", required=True, note="what is bought"),
            PayloadField("amount", "number", required=True),
            PayloadField("gift", "flag"),
            PayloadField("labels", "JSON"),
        ),
        (PayloadField("text", "text", required=True, note="what it is asked"),),
        (),
    ]
