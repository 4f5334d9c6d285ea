"""A fix is an edit that is certain to be right: once it is made, what it mends is no longer said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from support.checking import KINDS, applied, checked, said
from woodwork_engine.language import check
from woodwork_engine.source import Diagnostic

CASES = Path(__file__).parent / "cases"


def fixes() -> list[tuple[Path, Diagnostic]]:
    found = []
    for path in sorted(CASES.glob("*.ww")):
        if path.name.startswith(("file_", "include")):
            continue
        outcome = check(path.read_text("utf-8"), KINDS, file=str(path))
        found += [(path, problem) for problem in outcome.diagnostics if problem.fix is not None]
    return found


FIXES = fixes()


@pytest.mark.parametrize(
    ("path", "problem"),
    FIXES,
    ids=[f"{path.stem}-{problem.code}-{number}" for number, (path, problem) in enumerate(FIXES)],
)
def test_a_fix_mends_what_it_belongs_to(path: Path, problem: Diagnostic) -> None:
    text = path.read_text("utf-8")
    assert problem.fix is not None
    before = Counter((other.code, other.summary) for other in check(text, KINDS, file=str(path)).diagnostics)
    mended = check(applied(text, problem.fix), KINDS, file=str(path))
    after = Counter((other.code, other.summary) for other in mended.diagnostics)
    key = (problem.code, problem.summary)
    assert after[key] < before[key]


def test_there_is_a_fix_for_every_kind_of_slip_that_has_one_answer() -> None:
    assert {problem.code for _, problem in FIXES} >= {
        "WW101", "WW103", "WW106", "WW107", "WW108", "WW109", "WW110", "WW111", "WW112", "WW114", "WW115", "WW116",
        "WW118", "WW120", "WW201", "WW212", "WW301", "WW304", "WW305", "WW306",
    }  # fmt: skip


def test_a_nested_component_is_moved_to_the_top_level() -> None:
    text = (
        "in = input cli { to = a }\na = llm scripted {\n    memory = memory short_term {\n        limit = 5\n    }\n}\n"
    )
    fix = said(text, "WW212").fix
    assert fix is not None
    assert applied(text, fix) == (
        "in = input cli { to = a }\na = llm scripted {\n    memory = memory\n}\n\n"
        "memory = memory short_term {\n        limit = 5\n    }\n"
    )
    outcome = checked(applied(text, fix))
    assert outcome.plan is not None
    assert [edge.target for edge in outcome.plan.edges if not edge.is_route] == ["memory"]


def test_a_missing_component_that_is_a_kind_is_declared_at_the_end() -> None:
    text = 'a = input cli {\n    to = ["logger"]\n}'
    fix = said(text, "WW201").fix
    assert fix is not None
    assert applied(text, fix) == text + "\nlogger = logger {}\n"
    assert checked(applied(text, fix)).plan is not None


def test_a_wrong_name_keeps_its_quotes_when_it_is_mended() -> None:
    for quote in ("", "'", '"'):
        text = f"a = input cli {{ to = {quote}agnet{quote} }}\nagent = echo {{ to = [] }}\n"
        fix = said(text, "WW201").fix
        assert fix is not None
        assert fix.text == f"{quote}agent{quote}"
