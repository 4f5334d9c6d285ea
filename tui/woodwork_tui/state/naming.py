"""What stands at the cursor of the editor: a word, and the declaration around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from woodwork_tui.state.late import LOADING


@dataclass(frozen=True, slots=True)
class Place:
    """The *word* at a place, the component whose *declaration* it lies in, and the *lines* that declare components."""

    word: str
    declaration: str
    lines: Mapping[str, int]


def place_in(text: str, at: tuple[int, int]) -> Place:
    """Return what stands in *text* *at* a line and a column, both from 1."""
    with LOADING:  # not before the first frame
        from woodwork_engine.language.naming import declaration_at, declaration_lines, word_at

    line, column = at
    plain = text.replace("\r\n", "\n")
    start = sum(len(each) + 1 for each in plain.split("\n", line - 1)[: line - 1])
    position = min(start + column - 1, len(plain))
    return Place(word_at(plain, position), declaration_at(plain, position), declaration_lines(plain))
