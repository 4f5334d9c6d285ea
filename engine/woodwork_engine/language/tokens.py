"""The tokens that the lexer makes and the grammar is written in."""

from __future__ import annotations

from woodwork_engine.plan import Template, Variable
from woodwork_engine.source import Span

WORD = "WORD"
STRING = "STRING"
NUMBER = "NUMBER"
BOOL = "BOOL"
NULL = "NULL"
ENV = "ENV"
BAREWORD = "BAREWORD"
INCLUDE = "INCLUDE"
DEFAULTS = "DEFAULTS"
LBRACE = "LBRACE"
RBRACE = "RBRACE"
LSQB = "LSQB"
RSQB = "RSQB"
ASSIGN = "_ASSIGN"
COMMA = "_COMMA"
NEWLINE = "_NL"
END = "$END"

OPENERS = frozenset({LBRACE, LSQB})
CLOSERS = frozenset({RBRACE, RSQB})
SCALARS = frozenset({WORD, STRING, NUMBER, BOOL, NULL, ENV, BAREWORD})
SEPARATORS = frozenset({NEWLINE, COMMA})

TokenValue = None | bool | int | float | str | Variable | Template


class Token:
    """One token: its type, the value it stands for, its text's offsets and its place.

    Mutable and without a Span of its own, because a file has a hundred thousand of them and most spans are never read.
    """

    __slots__ = ("column", "end", "end_column", "end_line", "file", "line", "start", "type", "value")

    def __init__(
        self,
        type: str,  # noqa: A002 - the attribute Lark reads
        value: TokenValue,
        start: int,
        end: int,
        file: str,
        line: int,
        column: int,
        end_line: int,
        end_column: int,
    ) -> None:
        self.type = type
        self.value = value
        self.start = start
        self.end = end
        self.file = file
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column

    @property
    def span(self) -> Span:
        """The token's place."""
        return Span(self.file, self.line, self.column, self.end_line, self.end_column)

    @property
    def text(self) -> str:
        """The value as text, for sentences about it."""
        return str(self.value)

    def before(self, type: str, value: TokenValue = None) -> Token:  # noqa: A002 - as above
        """Return a token of no width in front of this one."""
        return Token(
            type, value, self.start, self.start, self.file, self.line, self.column, self.line, self.column
        )  # fmt: skip

    def after(self, type: str, value: TokenValue = None) -> Token:  # noqa: A002 - as above
        """Return a token of no width behind this one."""
        return Token(
            type, value, self.end, self.end, self.file, self.end_line, self.end_column, self.end_line, self.end_column
        )

    def __repr__(self) -> str:
        return f"{self.type}({self.value!r})@{self.line}:{self.column}"
