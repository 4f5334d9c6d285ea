"""The formatter: one layout for a flow file, with its comments, its signs and its words as they were written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from woodwork_engine.language.gaps import Comment, Gap, gaps, solid
from woodwork_engine.language.lexer import lex
from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.reading import clean
from woodwork_engine.language.tokens import (
    ASSIGN,
    CLOSERS,
    END,
    LSQB,
    OPENERS,
    RBRACE,
    RSQB,
    STRING,
    Token,
)  # fmt: skip
from woodwork_engine.source import Diagnostic, Severity, in_order

WIDTH = 120
"""Characters beyond which a bracket on one line is spread over several."""

_INDENT = "    "
_COMMENT_GAP = 2
_FARTHEST = 80
"""Column up to which a comment behind code stays where it was; columns of comments are often aligned by hand."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """The outcome: *text*, or None where syntax errors leave nothing to lay out; then *diagnostics* has them."""

    text: str | None
    diagnostics: tuple[Diagnostic, ...] = ()


def format_text(text: str, file: str = "main.ww") -> Formatted:
    """Return *text*, the contents of *file*, in one layout that means the same; every comment is kept.

    Brackets on one line stay there while they fit; in others there is one entry or value a line, and no commas. Up to
    one empty line between two entries stays. The line ends are those of the first line.
    """
    problems = Problems()
    cleaned = clean(text, file, problems)
    if cleaned is not None:
        parse(cleaned, file, problems)
    errors = [problem for problem in problems.found if problem.severity is Severity.ERROR]
    if cleaned is None or errors:
        return Formatted(None, in_order(errors))
    laid_out = _Printer(cleaned, file).run()
    first_end = text.find("\n")
    return Formatted(laid_out.replace("\n", "\r\n") if first_end > 0 and text[first_end - 1] == "\r" else laid_out)


class _Printer:
    """Writes the tokens of one sound text, each behind what its gap becomes."""

    def __init__(self, text: str, file: str) -> None:
        tokens = lex(text, file, Problems()).tokens
        self._text = text
        self._tokens = solid(tokens)
        self._gaps = list(gaps(text, tokens))
        self._closer = _closers(self._tokens)
        self._lines: list[str] = []
        self._line = ""
        self._spread: list[bool] = []
        """For each open bracket, whether its contents stand on lines of their own."""
        self._carried: list[Comment] = []
        self._ends = self._flat_ends()

    def run(self) -> str:
        """Return the text in its layout."""
        for index, token in enumerate(self._tokens):
            self._before(index)
            if token.type == END:
                break
            if token.type in CLOSERS:
                self._spread.pop()
            self._write(self._text[token.start : token.end])
            if token.type in OPENERS:
                self._spread.append(self._must_spread(index))
        return "".join(f"{line}\n" for line in [*self._lines, *([self._line] if self._line else [])])

    # Which layout

    def _flat_ends(self) -> list[int]:
        """Return where each token would end if everything stood on one line."""
        ends, end = [], 0
        for index, token in enumerate(self._tokens):
            end += len(self._flat(index)) + token.end - token.start
            ends.append(end)
        return ends

    def _must_spread(self, index: int) -> bool:
        closer = self._closer[index]
        if self._carried:
            return True
        if closer == index + 1 and not self._gaps[closer].comments:
            return False
        if "\n" in self._text[self._tokens[index].end : self._tokens[closer].start]:
            return True
        return len(self._line) + self._ends[closer] - self._ends[index] > WIDTH

    def _breaks(self, index: int) -> bool:
        """Whether the token *index* begins a line."""
        token = self._tokens[index]
        if index == 0 or token.type == END:
            return True
        last = self._tokens[index - 1]
        if not self._spread:
            return last.type in (RBRACE, STRING)
        if last.type in OPENERS and token.type in CLOSERS and not (self._gaps[index].comments or self._carried):
            return False
        return self._spread[-1] and (last.type in OPENERS or token.type in CLOSERS or self._gaps[index].separated)

    # Gaps on one line

    def _flat(self, index: int) -> str:
        """Return what stands before the token *index* where it stands on the line of the one before."""
        if index == 0:
            return ""
        last, token, gap = self._tokens[index - 1], self._tokens[index], self._gaps[index]
        if not gap.comments:
            return _blank(last, token, self._text, gap)
        before = [comment.text for comment in gap.comments if not comment.after_comma]
        behind = [comment.text for comment in gap.comments if comment.after_comma]
        comma = "," if gap.comma else ""
        start = "" if last.type == LSQB or not before else " "
        written = " ".join([*([" ".join(before) + comma] if before or comma else []), *behind])
        return start + written + ("" if token.type == RSQB else " ")

    # Gaps with a line end

    def _before(self, index: int) -> None:
        gap = self._gaps[index]
        if not self._breaks(index):
            # A comment to the line's end before an opening brace goes behind it; the brace stays with its header.
            if any(comment.to_line_end or "\n" in comment.text for comment in gap.comments):
                self._carried = gap.comments
                self._write(" ")
            else:
                self._write(self._flat(index))
            return
        comments = [*self._carried, *gap.comments]
        self._carried = []
        opened = index == 0 or self._tokens[index - 1].type in OPENERS
        rest = self._trailing(comments, opened) if index else comments
        closes = self._tokens[index].type in CLOSERS
        same_line = False
        for comment in rest:
            if same_line:
                self._write(" ")
            else:
                self._new_line(blank=comment.after_blank and not opened)
                self._write(_INDENT * len(self._spread))
            self._write(comment.text)
            same_line, opened = not comment.ends_line, False
        if self._tokens[index].type == END:
            return
        if same_line and rest and not closes:
            self._write(" ")
        else:
            self._new_line(blank=gap.after_blank and not opened and not closes)
            self._write(_INDENT * (len(self._spread) - closes))

    def _trailing(self, comments: Sequence[Comment], opened: bool) -> Sequence[Comment]:
        """Write the comments that stay behind the last token; return the others."""
        for number, comment in enumerate(comments):
            alone = number + 1 == len(comments) or comments[number + 1].begins_line  # one may come from before a brace
            ends = comment.to_line_end or (comment.ends_line and alone)
            belongs = ends or not (opened or comment.after_comma)
            begins = comment.begins_line or (number > 0 and comments[number - 1].to_line_end)
            if begins or not belongs:
                return comments[number:]
            at = max(len(self._line) + _COMMENT_GAP, min(comment.column, _FARTHEST))
            self._write(" " if number else " " * (at - len(self._line)))
            self._write(comment.text)
        return ()

    # Writing

    def _write(self, text: str) -> None:
        *whole, last = text.split("\n")
        for line in whole:
            self._lines.append(self._line + line)
            self._line = ""
        self._line += last

    def _new_line(self, *, blank: bool = False) -> None:
        if self._line or self._lines:
            self._lines.append(self._line)
        if blank:
            self._lines.append("")
        self._line = ""


def _closers(tokens: Sequence[Token]) -> dict[int, int]:
    """Return the index of the closing bracket of each opening one."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.type in OPENERS:
            stack.append(index)
        elif token.type in CLOSERS:
            found[stack.pop()] = index
    return found


def _blank(last: Token, token: Token, text: str, gap: Gap) -> str:
    """Return what stands between two tokens of one line without comments."""
    if gap.comma and token.type not in CLOSERS:
        return ", "
    if last.type in OPENERS and token.type in CLOSERS:
        return ""
    if last.type == LSQB or token.type == RSQB or (token.type == ASSIGN and text[token.start] == ":"):
        return ""
    return " "
