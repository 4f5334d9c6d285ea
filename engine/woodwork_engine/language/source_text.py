"""A sound flow text with its tree and tokens, to put parts in and take parts out by place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from woodwork_engine.language.lexer import lex
from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.reading import clean
from woodwork_engine.language.syntax import Declaration
from woodwork_engine.language.tokens import ASSIGN, CLOSERS, COMMA, NEWLINE, OPENERS, Token
from woodwork_engine.source import Severity, Span

_INDENT = "    "
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANKS = re.compile(r"[^\S\n]*+")
_REST_OF_LINE = re.compile(r"[^\S\n]*+(?:/\*(?:(?!\*/)[^\n])*+\*/[^\S\n]*+)*+(?:#[^\n]*+|//[^\n]*+)?(?:\n|\Z)")
_EMPTY_LINES = re.compile(r"(?:[^\S\n]*+\n)*+")


@dataclass(frozen=True, slots=True)
class Edit:
    """Puts *new* in the place of what stands from *start* to *end*, offsets in the text as it is read."""

    start: int
    end: int
    new: str


class SourceText:
    """The text *raw*; raises ValueError where it has syntax errors. `text` is what it reads as: newlines, no mark."""

    def __init__(self, raw: str) -> None:
        problems = Problems()
        text = clean(raw, "", problems)
        tree = None if text is None else parse(text, "", problems)
        if text is None or tree is None or any(found.severity is Severity.ERROR for found in problems.found):
            raise ValueError("the text has syntax errors")
        self.raw = raw
        self.text = text
        self.tokens = [token for token in lex(text, "", Problems()).tokens if token.type != NEWLINE]
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._declarations = {item.name: item for item in reversed(tree.items) if isinstance(item, Declaration)}

    def declaration(self, name: str) -> Declaration:
        """Return the first declaration of *name*; raises KeyError."""
        return self._declarations[name]

    def place(self, span: Span) -> tuple[int, int]:
        """Return the offsets of *span*."""
        return self._starts[span.line - 1] + span.column - 1, self._starts[span.end_line - 1] + span.end_column - 1

    def sign(self, *, inside: bool) -> str:
        """Return the sign that most entries (*inside*) or declarations have, with its blanks: ` = ` or `: `."""
        depths = accumulate((token.type in OPENERS) - (token.type in CLOSERS) for token in self.tokens)
        counted = {"=": 0, ":": 0}
        for token, depth in zip(self.tokens, depths, strict=True):
            if token.type == ASSIGN and (depth > 0) == inside:
                counted[self.text[token.start]] += 1
        return ": " if counted[":"] > counted["="] else " = "

    # What an edit makes of it

    def after(self, *edits: Edit) -> str:
        """Return the raw text after *edits*, which do not overlap; new lines end as the first one does."""
        first = _LINE_END.search(self.raw)
        newline = first[0] if first else "\n"
        raw_starts = [len(self.raw) - len(self.raw.removeprefix("\ufeff"))]
        raw_starts += [match.end() for match in _LINE_END.finditer(self.raw)]

        def raw_place(offset: int) -> int:
            line = bisect_right(self._starts, offset) - 1
            return raw_starts[line] + offset - self._starts[line]

        pieces, done = [], 0
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
            pieces += [self.raw[done : raw_place(edit.start)], edit.new.replace("\n", newline)]
            done = raw_place(edit.end)
        return "".join([*pieces, self.raw[done:]])

    # Parts of a bracket: entries of a block, values of a list

    def put(self, bracket: Span, parts: Sequence[Span], new: str) -> str:
        """Return the raw text with *new* as the last of the *parts* of the *bracket*."""
        start, end = self.place(bracket)
        opened, closed = start + 1, end - 1
        line = self._line_start(closed)
        if line > opened and not self.text[line:closed].strip():
            return self.after(*self._on_a_line(line, closed, parts, new))
        block = self.text[start] == "{"
        if parts:
            last = self.place(parts[-1])[1]
            return self.after(Edit(last, last, f", {new}"))
        gap = " " if block else ""
        if not self.text[opened:closed].strip():
            return self.after(Edit(opened, closed, f"{gap}{new}{gap}"))
        before = "" if self.text[closed - 1].isspace() else " "
        return self.after(Edit(closed, closed, f"{before}{new}{gap}"))

    def _on_a_line(self, line: int, closed: int, parts: Sequence[Span], new: str) -> list[Edit]:
        """Return what puts *new* on a line of its own before the closing bracket, whose line begins at *line*."""
        indent = self.text[line:closed] + _INDENT
        edits = []
        if parts:
            first, last = self.place(parts[0])[0], self.place(parts[-1])[1]
            begins = self.text[self._line_start(first) : first]
            indent = begins if not begins.strip() else indent
            if len(parts) > 1 and self._comma_after(self.place(parts[-2])[1]) and not self._comma_after(last):
                edits = [Edit(last, last, ",")]
        return [*edits, Edit(line, line, f"{indent}{new}\n")]

    def without(self, part: Span) -> str:
        """Return the raw text without *part* of a bracket and without the comma that then is too many."""
        start, end = self.place(part)
        first = next(number for number, token in enumerate(self.tokens) if token.start == start)
        last = next(number for number in range(first, len(self.tokens)) if self.tokens[number].end == end)
        before, behind = self.tokens[first - 1], self.tokens[last + 1]
        if before.type in OPENERS and behind.type in CLOSERS:
            inside = self.text[before.end : start] + self.text[end : behind.start]
            if not inside.strip():
                return self.after(Edit(before.end, behind.start, ""))
        if behind.type == COMMA:
            return self.after(*self._with_comma_behind(start, end, behind))
        line = self._line_start(start)
        if not self.text[line:start].strip() and self.text.startswith("\n", self._blanks_end(end)):
            return self.after(Edit(line, self._blanks_end(end) + 1, ""))
        if before.type != COMMA:
            return self.after(Edit(start, end, ""))
        if not self.text[before.end : start].strip():
            return self.after(Edit(before.start, end, ""))
        return self.after(Edit(before.start, before.end, ""), Edit(start, end, ""))

    def _with_comma_behind(self, start: int, end: int, comma: Token) -> list[Edit]:
        if self.text[end : comma.start].strip(" \t"):
            return [Edit(start, end, ""), Edit(comma.start, comma.end, "")]
        line, stop = self._line_start(start), self._blanks_end(comma.end)
        if not self.text[line:start].strip() and self.text.startswith("\n", stop):
            return [Edit(line, stop + 1, "")]
        return [Edit(start, stop, "")]

    def lines_of(self, start: int, end: int) -> tuple[int, int]:
        """Return the place of what stands from *start* to *end* with all that has no use without it.

        That is the rest of its lines where nothing else but a comment behind it is on them, and the empty lines below
        where there is one above.
        """
        line = self._line_start(start)
        rest = _REST_OF_LINE.match(self.text, end)
        if self.text[line:start].strip() or rest is None:
            return start, self._blanks_end(end)
        stop = rest.end()
        above = self.text[:line]
        if not above.strip() or above.endswith("\n\n"):
            empty = _EMPTY_LINES.match(self.text, stop)
            stop = empty.end() if empty else stop
        if stop == len(self.text) and above.endswith("\n\n"):
            line = len(above.rstrip()) + 1
        return line, stop

    def _comma_after(self, offset: int) -> bool:
        return next(token for token in self.tokens if token.start >= offset).type == COMMA

    def _line_start(self, offset: int) -> int:
        return self._starts[bisect_right(self._starts, offset) - 1]

    def _blanks_end(self, offset: int) -> int:
        found = _BLANKS.match(self.text, offset)
        return found.end() if found else offset
