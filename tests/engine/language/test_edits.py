"""Edits of a flow's text: what was meant happens, everything else stays byte by byte (LANGUAGE.md, Layout)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.flow_meaning import comments, every_flow_file, is_sound, meaning
from woodwork_engine.language.edits import (
    with_component,
    with_route,
    without_component,
    without_reference,
    without_route,
)
from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.syntax import Block, Declaration, Value
from woodwork_engine.language.values import items_of, text_of

QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Layouts of one `to`, with what adding `new` and removing `b` makes of each.
ROUTES = [
    ("a = k {}", "a = k { to = new }", None),
    ("a = k { }", "a = k { to = new }", None),
    ("a = k { x = 1 }", "a = k { x = 1, to = new }", None),
    ("a = k { x = 1, }", "a = k { x = 1, to = new, }", None),
    ("a = k {\n    x = 1  # one\n}\n", "a = k {\n    x = 1  # one\n    to = new\n}\n", None),
    ("a = k {\n  x = 1,\n  # end\n}", "a = k {\n  x = 1,\n  # end\n  to = new\n}", None),
    ("a = k {\n}", "a = k {\n    to = new\n}", None),
    ("a = k { # why\n}", "a = k { # why\n    to = new\n}", None),
    ("a = k { /* why */ }", "a = k { /* why */ to = new }", None),
    ("a = k { x = 1 # one\n y = 2 }", "a = k { x = 1 # one\n y = 2, to = new }", None),
    ("a: k {\n\tx: 1\n}", "a: k {\n\tx: 1\n\tto: new\n}", None),
    ("a = k { to = b }", "a = k { to = [b, new] }", "a = k { to = [] }"),
    ('a = k { to = "b" } # c', 'a = k { to = ["b", new] } # c', "a = k { to = [] } # c"),
    ("a = k { to = none }", "a = k { to = new }", None),
    ("a = k { to = [] }", "a = k { to = [new] }", None),
    ("a = k { to = [ ] }", "a = k { to = [new] }", None),
    ("a = k { to = [b] }", "a = k { to = [b, new] }", "a = k { to = [] }"),
    ("a = k { to = [b, c] }", "a = k { to = [b, c, new] }", "a = k { to = [c] }"),
    ("a = k { to = [c, b] }", "a = k { to = [c, b, new] }", "a = k { to = [c] }"),
    ("a = k { to = [c , b , d] }", "a = k { to = [c , b , d, new] }", "a = k { to = [c , d] }"),
    ("a = k { to = [b, c, b] }", "a = k { to = [b, c, b, new] }", "a = k { to = [c] }"),
    ("a = k { to = [c, /* why */ b] }", "a = k { to = [c, /* why */ b, new] }", "a = k { to = [c /* why */ ] }"),
    ("a = k { to = [b /* why */, c] }", "a = k { to = [b /* why */, c, new] }", "a = k { to = [ /* why */ c] }"),
    (
        "a = k {\n    to = [\n        b\n        c  # two\n    ]\n}",
        "a = k {\n    to = [\n        b\n        c  # two\n        new\n    ]\n}",
        "a = k {\n    to = [\n        c  # two\n    ]\n}",
    ),
    (
        "a = k { to = [\n  c,\n  b\n] }",
        "a = k { to = [\n  c,\n  b,\n  new\n] }",
        "a = k { to = [\n  c,\n] }",
    ),
    (
        "a = k { to = [\n  b, # one\n  c,\n] }",
        "a = k { to = [\n  b, # one\n  c,\n  new\n] }",
        "a = k { to = [\n  # one\n  c,\n] }",
    ),
    ("a = k { to = [c\n b] }", "a = k { to = [c\n b, new] }", "a = k { to = [c\n ] }"),
    (
        'a = k { to = { component = b, on = "x" } }',
        'a = k { to = [{ component = b, on = "x" }, new] }',
        "a = k { to = [] }",
    ),
    (
        'a: k { to: [c, { component: b, on: "x" }] }',
        'a: k { to: [c, { component: b, on: "x" }, new] }',
        "a: k { to: [c] }",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "added", "removed"), ROUTES)
def test_a_route_is_written_and_removed_in_the_layout_that_is_there(text: str, added: str, removed: str | None) -> None:
    assert with_route(text, "a", "new") == added
    if removed is not None:
        assert without_route(text, "a", "b") == removed


@pytest.mark.parametrize(("text", "added", "removed"), ROUTES)
def test_a_route_that_is_written_and_removed_leaves_the_meaning(text: str, added: str, removed: str | None) -> None:
    assert is_sound(added)
    assert targets(added, "a") == [*targets(text, "a"), "new"]
    assert targets(without_route(added, "a", "new"), "a") == targets(text, "a")
    if removed is not None:
        assert is_sound(removed)
        assert targets(removed, "a") == [name for name in targets(text, "a") if name != "b"]


def targets(text: str, name: str) -> list[str]:
    cleaned = text.removeprefix("\ufeff").replace("\r\n", "\n")
    declaration = next(item for item in parse(cleaned, "", Problems()).items if getattr(item, "name", None) == name)
    assert isinstance(declaration, Declaration)
    entry = declaration.block.get("to")
    found = [target_of(item) for item in items_of(entry.value)] if entry else []
    return [each for each in found if each]


def target_of(item: Value) -> str | None:
    component = item.get("component") if isinstance(item, Block) else None
    return text_of(component.value) if component else text_of(item)


def test_a_route_for_some_events_names_them() -> None:
    assert with_route("a = k {}", "a", "b", events=["x.*"]) == 'a = k { to = { component = b, on = "x.*" } }'
    assert with_route("a: k { to: c }", "a", "b", events=["x", 'y"${Z}']) == (
        'a: k { to: [c, { component: b, on: ["x", "y\\"$${Z}"] }] }'
    )  # fmt: skip


def test_routes_that_were_inferred_stay_when_one_is_written_or_removed() -> None:
    assert with_route("a = k {}", "a", "new", inferred=["b", "c"]) == "a = k { to = [b, c, new] }"
    assert without_route("a = k {}", "a", "b", inferred=["b", "c"]) == "a = k { to = c }"
    assert without_route("a = k {}", "a", "b", inferred=["b"]) == "a = k { to = [] }"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a = k { tools = [b, c] }", "a = k { tools = [c] }"),
        ("a = k { tools = [b] }", "a = k { tools = [] }"),
        ("a = k { x = 1, tools = b, y = 2 }", "a = k { x = 1, y = 2 }"),
        ("a = k { x = 1, tools = b }", "a = k { x = 1 }"),
        ("a = k { tools = b }", "a = k {}"),
        ("a = k {\n    tools = b  # why\n    x = 1\n}", "a = k {\n      # why\n    x = 1\n}"),
        ("a = k {\n    x = 1\n    tools = b\n}", "a = k {\n    x = 1\n}"),
        ("a = k { tools = c }", "a = k { tools = c }"),
    ],
)
def test_a_reference_is_removed_with_its_entry_where_it_is_all_of_it(text: str, after: str) -> None:
    assert without_reference(text, "a", "tools", "b") == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a = k {}\nb = k {}\nc = k {}\n", "a = k {}\nc = k {}\n"),
        ("a = k {}\n\nb = k {\n    x = 1 # one\n} # two\n\nc = k {}\n", "a = k {}\n\nc = k {}\n"),
        ("a = k {}\n\n# about b\nb = k {}\n\nc = k {}\n", "a = k {}\n\n# about b\n\nc = k {}\n"),
        ("b = k {}\n\n\nc = k {}\n", "c = k {}\n"),
        ("a = k {}\n\nb = k {}\n", "a = k {}\n"),
        ("a = k {}\n\nb = k {}", "a = k {}\n"),
        ("b = k {}", ""),
        ("a = k {}b = k {} c = k {}", "a = k {}c = k {}"),
        ("a = k {}\nb = k {} c = k {}", "a = k {}\nc = k {}"),
        ("b = k {} /* one\n two */\nc = k {}", "/* one\n two */\nc = k {}"),
    ],
)
def test_a_component_goes_with_its_lines(text: str, after: str) -> None:
    assert without_component(text, "b") == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", "n = k w {}\n"),
        ("a = k {}", "a = k {}\n\nn = k w {}\n"),
        ("a = k {}\n", "a = k {}\n\nn = k w {}\n"),
        ("a: k { x: 1 }\n# end", "a: k { x: 1 }\n# end\n\nn: k w {}\n"),
    ],
)
def test_a_component_comes_to_the_end_in_the_style_of_the_file(text: str, after: str) -> None:
    assert with_component(text, "n", "k w", {}) == after


def test_a_component_comes_with_its_settings_one_a_line() -> None:
    assert with_component("", "n", "k", {"x": "1", "to": "[a, b]"}) == "n = k {\n    x = 1\n    to = [a, b]\n}\n"
    assert with_component("a = k { x: 1 }\n", "n", "k", {"x": "1"}).endswith("\n\nn = k {\n    x: 1\n}\n")


# Whatever the file

SOUND = [text for path in every_flow_file() if is_sound(text := path.read_text("utf-8", "replace"))]
Change = Callable[[str, str], str]
CHANGES: dict[str, Change] = {
    "a route comes": lambda text, name: with_route(text, name, "new"),
    "a route for events comes": lambda text, name: with_route(text, name, "new", events=["x", "y"], inferred=["z"]),
    "a route goes": lambda text, name: without_route(text, name, (targets(text, name) or ["z"])[-1], inferred=["z"]),
    "a component goes": without_component,
}


@st.composite
def places(draw: st.DrawFn) -> tuple[str, Declaration]:
    """Return a text, with other line ends and a mark perhaps, and one of its declarations."""
    text = draw(st.sampled_from(SOUND)).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    items = [item for item in parse(text, "", Problems()).items if isinstance(item, Declaration)]
    declaration = draw(st.sampled_from(items or [None]))
    if declaration is None:
        return draw(places())
    return text, next(item for item in items if item.name == declaration.name)


@QUICK
@given(places(), st.sampled_from(sorted(CHANGES)), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_everything_outside_the_declaration_stays_byte_by_byte(
    place: tuple[str, Declaration], change: str, newline: str, mark: str
) -> None:
    text, declaration = place
    raw = mark + text.replace("\n", newline)
    after = CHANGES[change](raw, declaration.name)
    assert is_sound(after)
    assert after.replace("\r\n", "\n").removeprefix("\ufeff") == CHANGES[change](text, declaration.name)
    lines, span = raw.split("\n"), declaration.span
    head = "\n".join(["", *lines[: span.line - 1]])[1:]
    tail = "\n".join(lines[span.end_line :]).lstrip("\r\n")
    assert after.startswith(head.rstrip())
    assert after.rstrip().endswith(tail.rstrip())


@QUICK
@given(places(), st.sampled_from([change for change in sorted(CHANGES) if change != "a component goes"]))
def test_no_comment_is_lost_and_no_other_component_means_more_when_routes_change(
    place: tuple[str, Declaration], change: str
) -> None:
    text, declaration = place
    after = CHANGES[change](text, declaration.name)
    assert comments(after) == comments(text)
    others = [item for item in meaning(text) if not (isinstance(item, tuple) and item[0] == declaration.name)]
    assert [item for item in meaning(after) if not (isinstance(item, tuple) and item[0] == declaration.name)] == others


@QUICK
@given(places())
def test_a_component_that_comes_leaves_all_that_was_there(place: tuple[str, Declaration]) -> None:
    text, _ = place
    after = with_component(text, "brand_new", "echo", {"to": "[]"})
    assert after.startswith(text)
    assert meaning(after) == [*meaning(text), ("brand_new", "echo", [("to", ())])]


@QUICK
@given(places())
def test_a_component_that_goes_is_all_that_is_missing(place: tuple[str, Declaration]) -> None:
    text, declaration = place
    wanted = meaning(text)
    wanted.remove(next(item for item in wanted if isinstance(item, tuple) and item[0] == declaration.name))
    assert meaning(without_component(text, declaration.name)) == wanted


def test_a_text_with_syntax_errors_or_without_the_component_is_refused() -> None:
    with pytest.raises(ValueError, match="syntax errors"):
        with_route("a = k {", "a", "b")
    with pytest.raises(KeyError):
        with_route("a = k {}", "b", "c")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("cases = [{ when = x, to = b }, { when = y, to = c }]", "cases = [{ when = y, to = c }]"),
        ("cases = [{ when = x, to = [b, c] }]", "cases = [{ when = x, to = [c] }]"),
        ("cases = [{ when = x, to = [b] }, { when = y, to = b }]", "cases = []"),
    ],
)
def test_a_target_goes_out_of_a_setting_of_blocks_and_a_block_that_has_no_other_goes_too(before: str, after: str):
    assert without_reference(f"a = switch {{ {before} }}", "a", "cases", "b") == f"a = switch {{ {after} }}"
