"""Broken files: every fault is named in one pass, every sound declaration is kept (LANGUAGE.md, Layout)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.checking import checked
from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.recovery import MOST_FAULTS
from woodwork_engine.language.syntax import Declaration
from woodwork_engine.source import Severity

FLOWS = sorted((Path(__file__).parent / "cases").glob("*.ww"))

Kept = dict[str, list[str]]
BROKEN: list[tuple[str, list[tuple[str, int]], Kept]] = [
    (
        # a brace that is missing before the next declaration
        "a = x {\n  k = 1\n  l = [1, 2]\n\nb = y {\n  m = 2\n}\n\nc = z { n = 3 }\n",
        [("WW102", 1)],
        {"a": ["k", "l"], "b": ["m"], "c": ["n"]},
    ),
    (
        # an array that is never closed, followed by a key
        "a = x {\n  to = [b, c\n  k = 1\n}\nb = y { m = 2 }\n",
        [("WW102", 2)],
        {"a": ["to", "k"], "b": ["m"]},
    ),
    (
        # an inner block that is never closed
        "a = x {\n  retry = {\n    base = 1\n  k = 1\n}\nb = y { m = 2 }\nc = z {}\n",
        [("WW102", 2)],
        {"a": ["retry"], "b": ["m"], "c": []},
    ),
    (
        # closers that nobody opened
        "a = x { k = 1 } }\nb = y { m = [2] ] }\nc = z {}\n",
        [("WW103", 1), ("WW103", 2)],
        {"a": ["k"], "b": ["m"], "c": []},
    ),
    (
        # the wrong closer on the opener's line
        "a = x { k = [1, 2} }\nb = y { m = { n = 1 ] }\nc = z {}\n",
        [("WW102", 1), ("WW102", 2)],
        {"a": ["k"], "b": ["m"], "c": []},
    ),
    (
        # commas: missing, too many, leading
        'a = x { k = 1 l = 2 }\nb = y { , m = ["p" "q",, "r"] }\nc = z { n = { o = 1 } p = 2, }\n',
        [("WW106", 1), ("WW107", 2), ("WW106", 2), ("WW107", 2), ("WW106", 3)],
        {"a": ["k", "l"], "b": ["m"], "c": ["n", "p"]},
    ),
    (
        # headers: no kind, no block, three words, no sign
        "a { k = 1 }\nb = y\nc = z q r { n = 1 }\nd e {}\nf = {}\ng = 'x' { h = 1 }\ni = z {}\n",
        [("WW116", 1), ("WW115", 2), ("WW101", 3), ("WW114", 4), ("WW116", 5), ("WW116", 6)],
        {"a": ["k"], "b": [], "c": ["n"], "d": [], "f": [], "g": ["h"], "i": []},
    ),
    (
        # text without quotes, a key without a value, a value without a key
        "a = x {\n  t = some free text\n  k = 1\n  l =\n  = 4\n  m\n  n 5\n}\nb = y {}\n",
        [("WW111", 2), ("WW113", 4), ("WW101", 5), ("WW113", 6), ("WW114", 7)],
        {"a": ["t", "k", "n"], "b": []},
    ),
    (
        # quotes: open, curly; signs from other languages
        "a = x {\n  k = \"open\n  l = “curly”\n  m = 1;\n  n == 2\n  o => 3\n}\nb = y { p = 'q' }\n",
        [("WW104", 2), ("WW108", 3), ("WW109", 4), ("WW110", 5), ("WW110", 6)],
        {"a": ["k", "l", "m", "n", "o"], "b": ["p"]},
    ),
    (
        # things at the top level that are no declarations
        '= 5\n"text"\na = x {}\n[1, 2]\nk = 4\n{ l = 1 }\nb = y { m = 2 }\n/* open\nc = z {}\n',
        [("WW101", 1), ("WW101", 2), ("WW101", 4), ("WW116", 5), ("WW101", 6), ("WW105", 8)],
        {"a": [], "b": ["m"], "c": []},
    ),
]  # fmt: skip


def read(text: str) -> tuple[list[tuple[str, int]], Kept]:
    problems = Problems()
    tree = parse(text, "main.ww", problems)
    found = sorted((problem.span.line, problem.span.column, problem.code) for problem in problems.found)
    kept = {
        item.name: [entry.key for entry in item.block.entries] for item in tree.items if isinstance(item, Declaration)
    }
    return [(code, line) for line, _, code in found], kept


@pytest.mark.parametrize(("text", "faults", "kept"), BROKEN, ids=range(len(BROKEN)))
def test_every_fault_is_named_and_everything_sound_is_kept(
    text: str, faults: list[tuple[str, int]], kept: Kept
) -> None:
    assert read(text) == (faults, kept)


def test_a_line_that_the_lexer_complained_about_gets_no_second_complaint() -> None:
    assert read('a = x {\n  k = "open" ; l, "m\n}\n')[0] == [("WW109", 2), ("WW104", 2)]


def test_brackets_that_balance_are_never_moved() -> None:
    """A block that stands too far left is only warned of, and not when its neighbours stand there too."""
    shallow = "a = x {\n  k = 1\n\nb = y {\n  m = 2\n}\n}\n"
    assert read(shallow) == ([], {"a": ["k", "b"]})
    assert "WW119" in [problem.code for problem in checked(shallow).diagnostics]
    beside = "a = x {\nk = 1\nb = y {\nm = 2\n}\n}\n"
    assert "WW119" not in [problem.code for problem in checked(beside).diagnostics]


def test_a_file_with_five_faults_gets_five_diagnostics_in_one_pass() -> None:
    text = (
        'in = input cli { to = agnet }\nagent = ecoh {\n  to = [out "log"]\n}\n'
        "out = console {\n  x = a b c\n\nlog = logger { path = 5 }\n"
    )
    found = [problem.code for problem in checked(text).diagnostics if problem.severity is Severity.ERROR]
    assert sorted(found) == ["WW102", "WW106", "WW111", "WW201", "WW301", "WW304"]


def test_a_flood_of_faults_ends_with_one_that_says_so() -> None:
    problems = Problems()
    parse("a b\n" * 1_000 + "c = d {}\n", "main.ww", problems)
    assert len(problems.found) == MOST_FAULTS + 1
    assert problems.found[-1].code == "WW100"
    outcome = checked("".join(f"a{number} = kind {{}}\n" for number in range(1_000)))
    assert len(outcome.diagnostics) == 200
    assert outcome.diagnostics[-1].code == "WW100"
    assert "not shown" in outcome.diagnostics[-1].summary


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.name)
def test_one_lost_character_costs_at_most_its_neighbours(path: Path) -> None:
    """Whatever one character is left out, declarations on other lines stay, but for one."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return
    lost = trials = 0
    whole = parse(text, "f", Problems())
    declared = [item for item in whole.items if isinstance(item, Declaration)]
    for at in range(0, len(text), max(1, len(text) // 150)):
        line = text.count("\n", 0, at) + 1
        others = {item.name for item in declared if not item.span.line <= line <= item.span.end_line}
        items = parse(text[:at] + text[at + 1 :], "f", Problems()).items
        kept = {item.name for item in items if isinstance(item, Declaration)}
        trials += len(others)
        lost += len(others - kept)
    assert lost <= trials * 0.05
