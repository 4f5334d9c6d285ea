"""The page of rules and the tests that show them name each other."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[2]
RULES = TESTS.parent / "engine" / "RULES.md"
_CITED = re.compile(r"(?:Rule )?([A-J]\d+(?:, [A-J]\d+)*):")
_OF_A_FILE = re.compile(r"\(bus\.md ([^)]*)\)")
_NUMBER = re.compile(r"[A-J]\d+")


def rules() -> dict[str, list[str]]:
    """Return every rule of the page with the files named behind it."""
    lines = [line for line in RULES.read_text().splitlines() if line.startswith("* **")]
    return {re.search(r"\*\*(\w+)\*\*", line)[1]: re.findall(r"`([\w/]*test_\w+\.py)`", line) for line in lines}


def cited() -> dict[str, set[str]]:
    """Return every rule that a docstring of a test cites, with the files of those tests."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        tree = ast.parse(path.read_text())
        numbers = set()
        for of_file in _OF_A_FILE.findall(ast.get_docstring(tree) or ""):
            numbers |= set(_NUMBER.findall(of_file))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                start = _CITED.match(ast.get_docstring(node) or "")
                numbers |= set(start[1].split(", ")) if start else set()
        for number in numbers:
            found[number].add(str(path.relative_to(TESTS)))
    return found


def test_every_rule_is_shown_by_the_files_it_names_and_every_cited_rule_is_on_the_page() -> None:
    written, shown = rules(), cited()
    assert len(written) >= 40
    assert set(written) == set(shown)
    for number, files in written.items():
        assert files, number
        assert {f"engine/{name}" for name in files} <= shown[number], number
