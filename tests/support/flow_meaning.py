"""What a flow text means and which comments it has, whatever its layout: for tests of what writes flow files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from woodwork_engine.language.lexer import lex
from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.reading import clean
from woodwork_engine.language.syntax import Block, Declaration, Include
from woodwork_engine.language.tokens import SEPARATORS
from woodwork_engine.language.values import setting_of
from woodwork_engine.plan import Template, Variable
from woodwork_engine.source import Severity

ROOT = Path(__file__).parents[2]


def every_flow_file() -> list[Path]:
    """Return every flow file of the examples and the tests."""
    return sorted([*ROOT.glob("examples/**/*.ww"), *ROOT.glob("tests/**/*.ww")])


def is_sound(text: str) -> bool:
    """Whether *text* has no syntax errors."""
    problems = Problems()
    cleaned = clean(text, "main.ww", problems)
    if cleaned is not None:
        parse(cleaned, "main.ww", problems)
    return not any(problem.severity is Severity.ERROR for problem in problems.found)


def meaning(text: str) -> list[object]:
    """Return every item of the sound *text* as plain data."""
    return [_item(item) for item in parse(_cleaned(text), "main.ww", Problems()).items]


def comments(text: str) -> str:
    """Return all that stands between the tokens of *text* without white space and commas: its comments."""
    cleaned = _cleaned(text)
    between, start = [], 0
    for token in lex(cleaned, "main.ww", Problems()).tokens:
        if token.type in SEPARATORS:
            continue
        between.append(cleaned[start : token.start])
        start = token.end
    return "".join("".join([*between, cleaned[start:]]).replace(",", " ").split())


def _cleaned(text: str) -> str:
    return clean(text, "main.ww", Problems()) or ""


def _item(item: object) -> object:
    if isinstance(item, Include):
        return ("include", item.path)
    if isinstance(item, Declaration):
        return (item.name, item.header.text, _block(item.block))
    block = getattr(item, "block", None)
    assert isinstance(block, Block)
    return ("defaults", _block(block))


def _block(block: Block) -> object:
    return [(entry.key, _plain(setting_of(entry.value))) for entry in block.entries]


def _plain(value: object) -> object:
    if isinstance(value, Variable):
        return ("$", value.name)
    if isinstance(value, Template):
        return ("${}", tuple(map(_plain, value.parts)))
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return (type(value).__name__, value)
