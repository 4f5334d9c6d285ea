"""The page on the tests names every rule with the files that show it, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS / "README.md"
RULES = TESTS.parent / "engine" / "RULES.md"
_FILE = re.compile(r"`([\w/]*test_\w+\.py)`")


def expected() -> list[str]:
    """Return the rows of the table, as the page of rules has them."""
    rules = [line for line in RULES.read_text().splitlines() if line.startswith("* **")]
    return [f"| {_number(rule)} | {', '.join(f'`engine/{name}`' for name in _FILE.findall(rule))} |" for rule in rules]


def _number(rule: str) -> str:
    return re.match(r"\* \*\*(\w+)\*\*", rule)[1]


def test_the_table_has_every_rule_with_its_files() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if re.match(r"\| [A-J]\d+ \|", line)]
    assert rows == expected(), "the table has to read:\n" + "\n".join(expected())


def test_every_path_on_the_page_is_there() -> None:
    named = re.findall(r"`([\w/]+(?:\.py|/))`", PAGE.read_text())
    assert [name for name in named if not (TESTS / name).exists()] == []
