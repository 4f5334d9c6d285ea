"""Which open brackets a line or a closer ends when the brackets of a file do not balance (LANGUAGE.md, Layout)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from woodwork_engine.language.tokens import LBRACE, LSQB, RBRACE, RSQB, Token

CLOSER_OF = {LBRACE: RBRACE, LSQB: RSQB}
OPENER_OF = {RBRACE: LBRACE, RSQB: LSQB}
TEXT_OF = {LBRACE: "{", RBRACE: "}", LSQB: "[", RSQB: "]"}

LOOK_AHEAD = 200
"""Characters of the rest of a line that are looked at."""

_TYPE_OF = {text: name for name, text in TEXT_OF.items()}
_BRACKET = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|[][{}]")
_NAME = r"[A-Za-z_][A-Za-z0-9_-]*+"
_DECLARATION = re.compile(
    rf"{_NAME}[^\S\n]*+[=:][^\S\n]*+{_NAME}(?:[^\S\n]++{_NAME})?[^\S\n]*+\{{|defaults[^\S\n]*+\{{|include[^\S\n]*+[\"']"
)
_ENTRY = re.compile(rf"{_NAME}[^\S\n]*+(?:=|:(?=\s|$))")


@dataclass(frozen=True, slots=True)
class Opener:
    """An open bracket; *indent* is the indentation of the line it stands on, in characters."""

    token: Token
    indent: int


def closed_by_line(stack: Sequence[Opener], text: str, position: int, indent: int) -> int:
    """Return how many of the innermost brackets end before the line whose first token is at *position*."""
    if not stack:
        return 0
    if indent <= stack[0].indent and _DECLARATION.match(text, position):
        return len(stack)
    if stack[-1].token.type == LSQB and _ENTRY.match(text, position):
        return _run_of_arrays(stack)
    if text[position] == "}":
        return _deeper_than(stack, indent)
    return 0


def _run_of_arrays(stack: Sequence[Opener]) -> int:
    count = 0
    for opener in reversed(stack):
        if opener.token.type != LSQB:
            break
        count += 1
    return count


def _deeper_than(stack: Sequence[Opener], indent: int) -> int:
    count = 0
    while count < len(stack) - 1 and stack[-1 - count].indent > indent:
        count += 1
    return count


def closed_by_closer(stack: Sequence[Opener], closer: str, line: int, rest: str) -> int | None:
    """Return how many of the innermost brackets end before a *closer* that does not fit; None: none, it is a slip.

    A slip stands for the right closer; 0 says that the closer has no opener at all. *rest* is what follows on the
    line: whichever reading leaves the brackets of this line balanced is the one that was meant.
    """
    wanted = OPENER_OF[closer]
    distance = next((n for n, opener in enumerate(reversed(stack)) if opener.token.type == wanted), None)
    if not stack or stack[-1].token.line != line:
        return distance or 0
    here = [opener.token.type for opener in stack if opener.token.line == line]
    if distance is None:
        return 0 if _balanced(here, rest) and not _balanced(here[:-1], rest) else None
    if distance >= len(here) or (_balanced(here[:-1], rest) and not _balanced(here[: -distance - 1], rest)):
        return None
    return distance


def _balanced(openers: Sequence[str], rest: str) -> bool:
    """Whether the brackets in *rest* close exactly *openers* and what opens in it."""
    stack = list(openers)
    for found in _BRACKET.finditer(rest):
        bracket = _TYPE_OF.get(found[0])
        if bracket in CLOSER_OF:
            stack.append(bracket)
        elif bracket is not None and (not stack or stack.pop() != OPENER_OF[bracket]):
            return False
    return not stack
