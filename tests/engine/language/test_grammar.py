"""The grammar: both styles, mixtures of them, and what each kind of value means (LANGUAGE.md, Form)."""

from __future__ import annotations

import pytest
from lark import Lark

from support.checking import checked
from woodwork_engine.language.grammar import GRAMMAR, _NoLexer
from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.syntax import Declaration, Tree
from woodwork_engine.language.values import setting_of
from woodwork_engine.plan import Setting, Template, Variable


def tree_of(text: str) -> Tree:
    problems = Problems()
    tree = parse(text, "main.ww", problems)
    assert problems.found == []
    return tree


def meaning(text: str) -> list[tuple[str, str, dict[str, Setting]]]:
    """Return name, header and settings of every declaration of *text*."""
    items = [item for item in tree_of(text).items if isinstance(item, Declaration)]
    return [
        (item.name, item.header.text, {entry.key: setting_of(entry.value) for entry in item.block.entries})
        for item in items
    ]


def value(written: str) -> Setting:
    ((_, _, settings),) = meaning(f"a = b {{ x = {written} }}")
    return settings["x"]


def test_the_grammar_has_no_conflicts() -> None:
    """Lark shifts in silence where a grammar can be read two ways, unless it is strict."""
    Lark(GRAMMAR.read_text("utf-8"), parser="lalr", lexer=_NoLexer, strict=True)


def test_colon_and_equals_sign_mean_the_same() -> None:
    short = "a = llm x {\n    model = 'm'\n    to = [b, c]\n    retry = { base = 1s, cap = 2s }\n}\n"
    assert meaning(short) == meaning(short.replace(" =", ":"))


@pytest.mark.parametrize(
    "text",
    [
        "a = b { x = 1\n y = { z = 2 } }",
        "a=b{x=1,y={z=2}}",
        "a: b\n\n{\n\n  x: 1\n\n  y:\n  {\n    z: 2\n  }\n\n}\n\n",
        "a = b // comment\n# another\n{ /* one\n line more */ x = 1, y = /* here */ { z = 2, }, }",
        "\ufeffa = b {\r\n\tx = 1\r\n\ty = { z = 2 }\r\n}",
        "a\u00a0=\u00a0b\u00a0{ x = 1, 'y' = { \"z\" = 2 } }",
        "a = b { x = 1 # one\n y = { z = 2 } // two\n}",
        "a = b { x = 1 /* a line\n end */ y = { z = 2 } }",
    ],
)
def test_layout_means_nothing(text: str) -> None:
    assert checked(text).texts, "the text was read"
    cleaned = text.removeprefix("\ufeff").replace("\r\n", "\n")
    assert meaning(cleaned) == [("a", "b", {"x": 1, "y": {"z": 2}})]


def test_nothing_is_needed_after_a_closing_brace() -> None:
    assert [name for name, _, _ in meaning("a = b {}c: d e {} f = g {}")] == ["a", "c", "f"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("word", "word"), ("gpt-4o", "gpt-4o"), ("../data/x.csv", "../data/x.csv"), ("1.2.3", "1.2.3"),
        ("http://h:80/p#x", "http://h:80/p#x"), ("file.py::run", "file.py::run"), ("a#b", "a#b"), ("30s", "30s"),
        ("5", 5), ("-5", -5), ("0.5", 0.5), ("-0.25", -0.25), ("007", 7), ("1e3", "1e3"), (".5", ".5"),
        ("9" * 301, "9" * 301),
        ("true", True), ("False", False), ("TRUE", True), ("null", None), ("None", None), ("NONE", None),
        ('"true"', "true"), ('"a b"', "a b"), ("'a b'", "a b"), ('"it\'s"', "it's"), ("'say \"x\"'", 'say "x"'),
        (r'"a\"b"', 'a"b'), (r"'a\'b'", "a'b"), (r'"a\\b"', "a\\b"), (r'"a\nb\tc"', "a\nb\tc"), (r'"\d+"', r"\d+"),
        ('"# no comment"', "# no comment"), ('"// none"', "// none"), ('"{x}"', "{x}"), ('""', ""),
        ('"""two\nlines "quoted" here"""', 'two\nlines "quoted" here'), ('"""a\\nb"""', "a\nb"),
        ("[]", ()), ("[1, two, 'three']", (1, "two", "three")), ("[1\n2\n\n3]", (1, 2, 3)), ("[\n1,\n2,\n]", (1, 2)),
        ("[[1], [2, [3]]]", ((1,), (2, (3,)))), ("{}", {}), ("{ a = 1, 'b c' = 2 }", {"a": 1, "b c": 2}),
        ("[{ a = 1 }, { a = 2 }]", ({"a": 1}, {"a": 2})), ("[a\n, b]", ("a", "b")),
        ("redis { port = 1 }", {"type": "redis", "port": 1}), ("llm x {}", {"type": "llm x"}),
        ('"100 $"', "100 $"), ('"$$5"', "$5"), ('"a$$b"', "a$b"), ("a$b", "a$b"),
    ],
)  # fmt: skip
def test_a_value_means_what_it_says(written: str, meant: Setting) -> None:
    assert value(written) == meant
    assert type(value(written)) is type(meant) or isinstance(meant, dict)


def test_a_variable_is_kept_by_name_and_place() -> None:
    for written in ("$NAME", "${NAME}"):
        found = value(written)
        assert isinstance(found, Variable)
        assert (found.name, found.span.column, found.span.end_column) == ("NAME", 13, 13 + len(written))


def test_variables_inside_text_are_replaced_later() -> None:
    for written in ('"http://${HOST}:${PORT}/x"', "http://${HOST}:${PORT}/x"):
        found = value(written)
        assert isinstance(found, Template)
        assert [part if isinstance(part, str) else part.name for part in found.parts] == [
            "http://", "HOST", ":", "PORT", "/x",
        ]  # fmt: skip
    assert isinstance(value('"${A}"'), Variable)
    assert value('"a $NAME b"') == "a $NAME b"
    in_lines = value('"""one\n  ${A}"""')
    assert isinstance(in_lines, Template)
    assert isinstance(in_lines.parts[1], Variable)
    assert (in_lines.parts[1].span.line, in_lines.parts[1].span.column) == (2, 3)


def test_include_and_defaults_are_names_too() -> None:
    tree = tree_of('include "x.ww"\ndefaults { ttl = 1 }\ninclude = kind {}\ndefaults = kind {}\nincludes = kind {}\n')
    assert [type(item).__name__ for item in tree.items] == ["Include", "Defaults"] + ["Declaration"] * 3


def test_words_of_other_languages_are_legal_names() -> None:
    names = ["in", "input", "memory", "llm", "to", "class", "import", "a-b", "_x", "includes", "default"]
    assert [name for name, _, _ in meaning("\n".join(f"{name} = kind {{}}" for name in names))] == names


def test_reserved_words_are_keys_like_any_other() -> None:
    ((_, _, settings),) = meaning("a = b { true = 1, none = 2, NULL = 3 }")
    assert settings == {"true": 1, "none": 2, "NULL": 3}
