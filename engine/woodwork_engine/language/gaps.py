"""What stands between two tokens: comments, commas and line ends, which mean nothing and are kept by a formatter."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from woodwork_engine.language.tokens import COMMA, END, NEWLINE, SEPARATORS, Token

_TRIVIA = re.compile(r"(?P<comment>#[^\n]*+|//[^\n]*+|/\*.*?\*/)|\s++|,", re.DOTALL)


@dataclass(slots=True)
class Comment:
    """One comment; *column* counts characters from 0.

    *begins_line* and *ends_line* say whether no token and no other comment shares its line before or behind it,
    *after_blank* whether an empty line stands before it, *after_comma* whether the gap's comma does.
    """

    text: str
    column: int
    begins_line: bool
    after_blank: bool
    after_comma: bool
    ends_line: bool = False

    @property
    def to_line_end(self) -> bool:
        """Whether it takes all that is left of its line."""
        return not self.text.startswith("/*")


@dataclass(slots=True)
class Gap:
    """What stands between two tokens; *after_blank* says whether an empty line stands before the second one."""

    comments: list[Comment] = field(default_factory=list)
    comma: bool = False
    separated: bool = False
    after_blank: bool = False


def solid(tokens: Iterable[Token]) -> list[Token]:
    """Return *tokens* without those that only separate; the last one is the end of the text."""
    return [token for token in tokens if token.type not in SEPARATORS]


def gaps(text: str, tokens: Iterable[Token]) -> Iterator[Gap]:
    """Yield what stands before each solid token of *text*, the end of the text among them."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    start = 0
    comma = separated = False
    for token in tokens:
        if token.type in SEPARATORS:
            comma, separated = comma or token.type == COMMA, separated or token.type in (COMMA, NEWLINE)
            continue
        end = len(text) if token.type == END else token.start
        gap = Gap(comma=comma, separated=separated)
        _read(text, start, end, starts, gap)
        yield gap
        start, comma, separated = token.end, False, False


def _read(text: str, start: int, end: int, starts: Sequence[int], gap: Gap) -> None:
    """Find the comments of *text* between *start* and *end*; its lines begin at *starts*."""
    newlines, begins, after_comma = 0, start == 0, False
    for match in _TRIVIA.finditer(text, start, end):
        if match["comment"] is None:
            found = match[0].count("\n")
            newlines += found
            after_comma = after_comma or match[0] == ","
            if found and gap.comments:
                gap.comments[-1].ends_line = True
            continue
        column = match.start() - starts[bisect_right(starts, match.start()) - 1]
        comment = Comment(match[0].rstrip(), column, begins or newlines > 0, newlines > 1, after_comma)
        gap.comments.append(comment)
        newlines, begins = 0, False
    if end == len(text) and gap.comments:
        gap.comments[-1].ends_line = True
    gap.after_blank = newlines > 1
