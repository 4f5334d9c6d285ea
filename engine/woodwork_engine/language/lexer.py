"""The lexer: turns a file's text into tokens, with a bracket stack that tells keys from values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from woodwork_engine.language import brackets
from woodwork_engine.language.brackets import TEXT_OF, Opener
from woodwork_engine.language.codes import Code
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.quotes import CURLY
from woodwork_engine.language.tokens import (
    ASSIGN,
    COMMA,
    DEFAULTS,
    END,
    LBRACE,
    LSQB,
    NEWLINE,
    RBRACE,
    RSQB,
    WORD,
    Token,
)  # fmt: skip
from woodwork_engine.language.words import WordReader
from woodwork_engine.source import Fix, Span

_NO_NEWLINE_AFTER = (LBRACE, LSQB, COMMA)

DEEPEST = 100
"""How deep brackets may nest."""

_TRIVIA = re.compile(r"(?:\s++|#[^\n]*+|//[^\n]*+)*+")
_ASSIGN = re.compile(r"[:=]++>?")
_REST_OF_LINE = re.compile(r"[^\S\n]*+(?:\Z|[\n\]}#]|//|/\*)")


@dataclass(frozen=True, slots=True)
class Lexed:
    """The tokens of a file; *balanced* False or *too_deep* True means that they stop early."""

    tokens: list[Token]
    balanced: bool
    too_deep: bool


def lex(text: str, file: str, problems: Problems, *, layout: bool = False) -> Lexed:
    """Return the tokens of *text*, whose only line ends are newlines; never raises.

    Without *layout* it stops at the first bracket that does not balance; with it, the brackets are made to balance by
    the lines' indentation and each repair is reported.
    """
    return _Lexer(text, file, problems, layout).run()


class _Lexer(WordReader):
    def __init__(self, text: str, file: str, problems: Problems, layout: bool) -> None:
        super().__init__(text, file, problems)
        self.layout = layout
        self.stack: list[Opener] = []
        self.indent = 0
        self.balanced = True
        self.too_deep = self.no_comment_end = False
        self.special: dict[str, Callable[[], None]] = {
            "{": self._open, "[": self._open, "}": self._close, "]": self._close, ",": self._comma,
            ":": self._assign, "=": self._assign, '"': self.string, "'": self.string, ";": self._semicolon,
            **dict.fromkeys(CURLY, self.curly),
        }  # fmt: skip

    def run(self) -> Lexed:
        while self._advance():
            if not self.balanced or self.too_deep:
                break
            self.special.get(self.text[self.position], self._word)()
        if self.stack and not self.layout:
            self.balanced = False
        self._close_openers(len(self.stack))
        self.tokens.append(self.token(END, None, self.position, self.position))
        return Lexed(self.tokens, self.balanced, self.too_deep)

    def _word(self) -> None:
        if self.key:
            self.key_word(at_top=not self.stack)
        else:
            self.value_word()

    # Between tokens

    def _advance(self) -> bool:
        start = self.position
        trivia = _TRIVIA.match(self.text, start)
        self.position = trivia.end() if trivia else start
        while self.text.startswith("/*", self.position):
            self._block_comment()
            trivia = _TRIVIA.match(self.text, self.position)
            self.position = trivia.end() if trivia else self.position
        if start == self.position and self.tokens:
            return start < len(self.text)
        newlines = self.text.count("\n", start, self.position)
        if newlines:
            self.line += newlines
            self.line_start = self.text.rfind("\n", start, self.position) + 1
        if self.position >= len(self.text):
            return False
        if newlines or not self.tokens:
            self.indent = self.position - self.line_start
            self._begin_line()
        return True

    def _block_comment(self) -> None:
        end = -1 if self.no_comment_end else self.text.find("*/", self.position + 2)
        if end >= 0:
            self.position = end + 2
            return
        self.no_comment_end = True
        line = self.line + self.text.count("\n", self.line_start, self.position)
        column = self.position - self.text.rfind("\n", 0, self.position)
        place = Span(self.file, line, column, line, column + 2)
        self.problems.error(Code.OPEN_COMMENT, "this comment is never closed", place, "end it with '*/'")
        newline = self.text.find("\n", self.position)
        self.position = newline if newline >= 0 else len(self.text)

    def _begin_line(self) -> None:
        if self.layout and self.stack:
            self._close_openers(brackets.closed_by_line(self.stack, self.text, self.position, self.indent))
        if not self.tokens:
            return
        last = self.tokens[-1]
        if self.text[self.position] == "{" and last.type in (WORD, ASSIGN, DEFAULTS) and not self._in_array():
            return
        if last.type not in _NO_NEWLINE_AFTER:
            self.tokens.append(last.after(NEWLINE))
        self.key = not self._in_array()

    # Brackets

    def _in_array(self) -> bool:
        return bool(self.stack) and self.stack[-1].token.type == LSQB

    def _open(self) -> None:
        token = self.emit(LBRACE if self.text[self.position] == "{" else LSQB, None, self.position + 1)
        self.stack.append(Opener(token, self.indent))
        self.key = token.type == LBRACE
        if len(self.stack) > DEEPEST:
            self.problems.clear()
            self.problems.error(Code.TOO_DEEP, f"brackets nest deeper than {DEEPEST}", token.span)
            self.too_deep = True

    def _close(self) -> None:
        closer = RBRACE if self.text[self.position] == "}" else RSQB
        if not self.stack or self.stack[-1].token.type != brackets.OPENER_OF[closer]:
            if not self.layout:
                self.balanced = False
                return
            closer = self._fitting(closer)
            if not closer:
                self.position += 1
                return
        self.drop_newline()
        self.emit(closer, None, self.position + 1)
        self.stack.pop()
        self.key = not self._in_array()

    def _fitting(self, closer: str) -> str:
        place = self.span(self.position, self.position + 1)
        end = self.text.find("\n", self.position, self.position + brackets.LOOK_AHEAD)
        rest = self.text[self.position + 1 : end if end >= 0 else self.position + brackets.LOOK_AHEAD]
        count = brackets.closed_by_closer(self.stack, closer, self.line, rest)
        if count is None:
            opener = self.stack[-1].token
            right = brackets.CLOSER_OF[opener.type]
            summary = f"'{TEXT_OF[opener.type]}' is closed by '{TEXT_OF[closer]}'"
            fix = Fix(place, TEXT_OF[right])
            self.problems.error(Code.NEVER_CLOSED, summary, opener.span, f"write '{TEXT_OF[right]}'", fix=fix)
            return right
        if count == 0:
            self.problems.error(
                Code.STRAY_CLOSER, f"'{TEXT_OF[closer]}' closes nothing", place, "remove it", fix=Fix(place, "")
            )
            return ""
        self._close_openers(count)
        return closer

    def _close_openers(self, count: int) -> None:
        for _ in range(count):
            self.drop_newline()
            opener = self.stack.pop().token
            closer = brackets.CLOSER_OF[opener.type]
            last = self.tokens[-1]
            self.tokens.append(last.after(closer))
            self.key = not self._in_array()
            if self.layout and (opener.file, opener.line) not in self.problems.error_lines:
                advice = f"a '{TEXT_OF[closer]}' is missing after line {last.line}"
                self.problems.error(Code.NEVER_CLOSED, f"'{TEXT_OF[opener.type]}' is never closed", opener.span, advice)

    # Separators

    def _comma(self) -> None:
        self.drop_newline()
        self.emit(COMMA, None, self.position + 1)
        self.key = not self._in_array()

    def _semicolon(self) -> None:
        place = self.span(self.position, self.position + 1)
        last = _REST_OF_LINE.match(self.text, self.position + 1) or not self.stack
        text = "" if last else ","
        advice = "remove it" if last else "write ','"
        self.problems.error(Code.SEMICOLON, "';' is not used here", place, advice, fix=Fix(place, text))
        if last:
            self.position += 1
        else:
            self._comma()

    def _assign(self) -> None:
        match = _ASSIGN.match(self.text, self.position)
        end = match.end() if match else self.position + 1
        if end - self.position > 1:
            place = self.span(self.position, end)
            written = self.text[self.position : end]
            self.problems.error(
                Code.DOUBLED_ASSIGN, f"'{written}' is not used here", place, "write one '='", fix=Fix(place, "=")
            )
        self.emit(ASSIGN, None, end)
        self.key = False
