"""A place in a text that is being turned into tokens, and the tokens so far."""

from __future__ import annotations

from woodwork_engine.language.problems import Problems
from woodwork_engine.language.tokens import END, NEWLINE, STRING, Token, TokenValue
from woodwork_engine.source import Span

_OF_MANY_LINES = (STRING, END)  # only these types of tokens can reach over a line end


class Cursor:
    """Where reading stands; *key* says whether a key comes next, or a value."""

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        self.text = text
        self.file = file
        self.problems = problems
        self.tokens: list[Token] = []
        self.position = self.line_start = 0
        self.line = 1
        self.key = True

    def span(self, start: int, end: int) -> Span:
        """Return the place from offset *start* to *end*, which begins in this line."""
        return self.token(END, None, start, end).span

    def token(self, kind: str, value: TokenValue, start: int, end: int) -> Token:
        """Return a token of this place; it is not taken yet."""
        column = start - self.line_start + 1
        newlines = self.text.count("\n", start, end) if kind in _OF_MANY_LINES else 0
        if not newlines:
            return Token(kind, value, start, end, self.file, self.line, column, self.line, column + end - start)
        end_column = end - self.text.rfind("\n", start, end)
        return Token(kind, value, start, end, self.file, self.line, column, self.line + newlines, end_column)

    def emit(self, kind: str, value: TokenValue, end: int) -> Token:
        """Take the text up to offset *end* as one token."""
        token = self.token(kind, value, self.position, end)
        self.tokens.append(token)
        if token.end_line > self.line:
            self.line = token.end_line
            self.line_start = self.text.rfind("\n", 0, end) + 1
        self.position = end
        return token

    def drop_newline(self) -> None:
        """Take the newline back that came last, if one did."""
        if self.tokens and self.tokens[-1].type == NEWLINE:
            self.tokens.pop()
