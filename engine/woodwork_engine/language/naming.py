"""Which component a place of a flow file is about, told from the text alone, finished or not."""

from __future__ import annotations

import re

from woodwork_engine.language.unfinished import DECLARED, declaration_start

_WORD = re.compile(r"[A-Za-z_][\w-]*+", re.ASCII)


def word_at(text: str, position: int) -> str:
    """Return the word that *position*, an offset in code points, stands in or right behind; nothing where none is."""
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line = text[start : end if end >= 0 else len(text)]
    found = (match for match in _WORD.finditer(line) if match.start() <= position - start <= match.end())
    return next((match[0] for match in found), "")


def declaration_at(text: str, position: int) -> str:
    """Return the name of the component whose declaration *position* lies in; nothing outside of all."""
    start = declaration_start(text, position)
    match = DECLARED.match(text, start)
    if match is None:
        return ""
    closed = re.compile(r"^\}", re.MULTILINE).search(text, match.end(), position)
    return "" if closed is not None and "\n" in text[closed.end() : position] else match[1]


def declaration_lines(text: str) -> dict[str, int]:
    """Return on which line (from 1) each component of *text* is declared, where that begins a line."""
    lines: dict[str, int] = {}
    line, before = 1, 0
    for match in DECLARED.finditer(text):
        line += text.count("\n", before, match.start())
        before = match.start()
        lines.setdefault(match[1], line)
    return lines
