"""Text in quotes: closed, never closed, over several lines, or in quotes that do not quote."""

from __future__ import annotations

import re

from woodwork_engine.language.codes import Code
from woodwork_engine.language.cursor import Cursor
from woodwork_engine.language.literals import VARIABLE, string
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.tokens import STRING, TokenValue
from woodwork_engine.source import Fix

CURLY = "“”„‟‘’‚‛«»"

_STRINGS = {
    '"': re.compile(r'"((?:[^"\\\n]|\\.)*+)"'),
    "'": re.compile(r"'((?:[^'\\\n]|\\.)*+)'"),
}
_TRIPLE = re.compile(r'"""((?:[^"\\]|\\.|"(?!""))*+)"""', re.DOTALL)
_REST = re.compile(r"[^\n]*+")
_CURLY_TEXT = re.compile(rf"[{CURLY}]([^{CURLY}\n]*+)[{CURLY}]|[{CURLY}]([^\s,{{}}\[\]]*+)")


class QuoteReader(Cursor):
    """Reads text in quotes."""

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        super().__init__(text, file, problems)
        self._no_triple_end = False

    def string(self) -> None:
        """Take the text whose opening quote is here."""
        quote = self.text[self.position]
        match = None
        if self.text.startswith('"""', self.position):
            match = None if self._no_triple_end else _TRIPLE.match(self.text, self.position)
            self._no_triple_end = self._no_triple_end or match is None
        else:
            match = _STRINGS[quote].match(self.text, self.position)
        if match is None:
            self._open_string(quote)
            return
        self._text(match)

    def _open_string(self, quote: str) -> None:
        """Take what stands up to the end of the line as text, but not the brackets and commas that end it."""
        rest = _REST.match(self.text, self.position)
        written = (rest[0] if rest else quote).rstrip(" \t\f\v\xa0,]}")
        content = written.lstrip(quote)
        end = self.position + max(1, len(written))
        self.problems.error(
            Code.OPEN_STRING, "this text is never closed", self.span(self.position, end), f"end it with {quote}"
        )
        self.emit(STRING, content, end)
        self.key = False

    def _text(self, match: re.Match[str]) -> None:
        content: TokenValue = match[1]
        if "$" in match[1] or "\\" in match[1]:
            offset = match.start(1)
            inner = self.span(offset, offset + len(match[1]))
            content = string(match[1], inner)
            plain = VARIABLE.fullmatch(match[1])
            if plain is not None and plain[1] is not None and not self.key:
                whole = self.span(match.start(), match.end())
                self.problems.info(
                    Code.QUOTED_VARIABLE, f"this text is the variable ${plain[1]}", whole,
                    f'write ${plain[1]} without quotes, or "$${plain[1]}" for a dollar sign', fix=Fix(whole, match[1]),
                )  # fmt: skip
        self.emit(STRING, content, match.end())
        self.key = False

    def curly(self) -> None:
        """Take the text between curly quotes as if they were straight."""
        match = _CURLY_TEXT.match(self.text, self.position)
        content = (match[1] if match[1] is not None else match[2]) if match else ""
        end = match.end() if match else self.position + 1
        place = self.span(self.position, end)
        fix = Fix(place, '"' + content.replace("\\", "\\\\").replace('"', '\\"') + '"')
        self.problems.error(Code.CURLY_QUOTES, "curly quotes do not quote", place, 'write "', fix=fix)
        self.emit(STRING, content, end)
        self.key = False
