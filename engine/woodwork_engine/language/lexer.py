"""The lexer: turns a file's text into tokens, with a bracket stack that tells keys from values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from woodwork_engine.language import brackets
from woodwork_engine.language.brackets import TEXT_OF, Opener
from woodwork_engine.language.codes import Code
from woodwork_engine.language.literals import VARIABLE, bare, dollar_word, reserved, string, word
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.tokens import (
    ASSIGN,
    BAREWORD,
    COMMA,
    DEFAULTS,
    END,
    INCLUDE,
    LBRACE,
    LSQB,
    NEWLINE,
    RBRACE,
    RSQB,
    STRING,
    WORD,
    Token,
    TokenValue,
)  # fmt: skip
from woodwork_engine.source import Fix, Span

_NO_NEWLINE_AFTER = (LBRACE, LSQB, COMMA)
_OF_MANY_LINES = (STRING, END)  # only these types of tokens can reach over a line end

DEEPEST = 100
"""How deep brackets may nest."""

_TRIVIA = re.compile(r"(?:\s++|#[^\n]*+|//[^\n]*+)*+")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*+(?=[\s:={}\[\],\"'#;]|//|/\*|\Z)")
_RUN = re.compile(r"[^\s,{}\[\]\"':=;]++")
_BARE = re.compile(r"(?:[^\s,{}\[\]\"':$]++|\$\{[A-Za-z_][A-Za-z0-9_]*+\}|\$|:(?=[^\s,{}\[\]\"']))++")
_ASSIGN = re.compile(r"[:=]++>?")
_STRINGS = {
    '"': re.compile(r'"((?:[^"\\\n]|\\.)*+)"'),
    "'": re.compile(r"'((?:[^'\\\n]|\\.)*+)'"),
}
_TRIPLE = re.compile(r'"""((?:[^"\\]|\\.|"(?!""))*+)"""', re.DOTALL)
_REST = re.compile(r"[^\n]*+")
_CURLY = "“”„‟‘’‚‛«»"
_CURLY_TEXT = re.compile(rf"[{_CURLY}]([^{_CURLY}\n]*+)[{_CURLY}]|[{_CURLY}]([^\s,{{}}\[\]]*+)")
_DEFAULTS = re.compile(r"defaults\s*+([:=]?)\s*+\{")
_INCLUDE = re.compile(r"include[^\S\n]*+[\"']")
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


class _Lexer:
    def __init__(self, text: str, file: str, problems: Problems, layout: bool) -> None:
        self.text = text
        self.file = file
        self.problems = problems
        self.layout = layout
        self.tokens: list[Token] = []
        self.stack: list[Opener] = []
        self.position = self.line_start = self.indent = 0
        self.line = 1
        self.key = True
        self.balanced = True
        self.too_deep = False
        self.no_comment_end = self.no_triple_end = False
        self.special: dict[str, Callable[[], None]] = {
            "{": self._open, "[": self._open, "}": self._close, "]": self._close, ",": self._comma,
            ":": self._assign, "=": self._assign, '"': self._string, "'": self._string, ";": self._semicolon,
            **dict.fromkeys(_CURLY, self._curly),
        }  # fmt: skip

    def run(self) -> Lexed:
        while self._advance():
            if not self.balanced or self.too_deep:
                break
            self.special.get(self.text[self.position], self._word)()
        if self.stack and not self.layout:
            self.balanced = False
        self._close_openers(len(self.stack))
        self.tokens.append(self._token(END, None, self.position, self.position))
        return Lexed(self.tokens, self.balanced, self.too_deep)

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

    def _drop_newline(self) -> None:
        if self.tokens and self.tokens[-1].type == NEWLINE:
            self.tokens.pop()

    # Brackets

    def _in_array(self) -> bool:
        return bool(self.stack) and self.stack[-1].token.type == LSQB

    def _open(self) -> None:
        token = self._emit(LBRACE if self.text[self.position] == "{" else LSQB, None, self.position + 1)
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
        self._drop_newline()
        self._emit(closer, None, self.position + 1)
        self.stack.pop()
        self.key = not self._in_array()

    def _fitting(self, closer: str) -> str:
        place = self._span(self.position, self.position + 1)
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
            self._drop_newline()
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
        self._drop_newline()
        self._emit(COMMA, None, self.position + 1)
        self.key = not self._in_array()

    def _semicolon(self) -> None:
        place = self._span(self.position, self.position + 1)
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
            place = self._span(self.position, end)
            written = self.text[self.position : end]
            self.problems.error(
                Code.DOUBLED_ASSIGN, f"'{written}' is not used here", place, "write one '='", fix=Fix(place, "=")
            )
        self._emit(ASSIGN, None, end)
        self.key = False

    # Words and text

    def _word(self) -> None:
        if self.key:
            self._key_word()
            self.key = False
            return
        match = _BARE.match(self.text, self.position)
        raw = match[0] if match else self.text[self.position]
        end = self.position + len(raw)
        if raw.endswith(";"):
            raw = raw.rstrip(";")
            end = self.position + len(raw)
        if "$" in raw:
            kind, value = dollar_word(raw, self._span(self.position, end))
            if kind == BAREWORD:
                value = self._run_on(raw, end, value)
        else:
            kind, value = word(raw)
        self._emit(kind, value, end)

    def _run_on(self, raw: str, end: int, value: TokenValue) -> TokenValue:
        variable = VARIABLE.match(raw)
        if variable is None or variable[1] is None:
            return value
        place = self._span(self.position, end)
        mended = "${" + variable[1] + "}" + raw[variable.end() :]
        self.problems.error(
            Code.VARIABLE_RUN_ON, f"'{variable[0]}' is followed by more text", place, f'write "{mended}"',
            fix=Fix(place, f'"{mended}"'),
        )  # fmt: skip
        return bare(mended, place)

    def _key_word(self) -> None:
        match = _KEY.match(self.text, self.position)
        if match is None:
            run = _RUN.match(self.text, self.position)
            end = run.end() if run else self.position + 1
            self._bad_name(self.text[self.position : end], end)
            return
        name, end = match[0], match.end()
        if not self.stack and self._soft_keyword(name):
            return
        if not self.stack and reserved(name):
            place = self._span(self.position, end)
            self.problems.error(Code.RESERVED, f"'{name}' is reserved and names no component", place, "rename it")
        self._emit(WORD, name, end)

    def _bad_name(self, run: str, end: int) -> None:
        place = self._span(self.position, end)
        summary = f"'{run}' is not a name"
        advice = "a name is letters, digits, '_' and '-' and begins with a letter or '_'"
        fix = Fix(place, f'"{run}"') if self.stack else None
        self.problems.error(Code.NOT_A_NAME, summary, place, advice + ("; or quote it" if fix else ""), fix=fix)
        self._emit(WORD, run, end)

    def _soft_keyword(self, name: str) -> bool:
        if name == "include" and _INCLUDE.match(self.text, self.position):
            self._emit(INCLUDE, name, self.position + len(name))
            return True
        match = _DEFAULTS.match(self.text, self.position) if name == "defaults" else None
        if match is None:
            return False
        self._emit(DEFAULTS, name, self.position + len(name))
        if match[1] and "\n" not in match[0]:
            place = self._span(match.start(1), match.end(1))
            self.problems.error(
                Code.UNEXPECTED, f"'{match[1]}' is not used after 'defaults'", place, "remove it", fix=Fix(place, "")
            )
            self.position = match.end(1)
        return True

    def _string(self) -> None:
        quote = self.text[self.position]
        match = None
        if self.text.startswith('"""', self.position):
            match = None if self.no_triple_end else _TRIPLE.match(self.text, self.position)
            self.no_triple_end = self.no_triple_end or match is None
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
            Code.OPEN_STRING, "this text is never closed", self._span(self.position, end), f"end it with {quote}"
        )
        self._emit(STRING, content, end)
        self.key = False

    def _text(self, match: re.Match[str]) -> None:
        content: TokenValue = match[1]
        if "$" in match[1] or "\\" in match[1]:
            offset = match.start(1)
            inner = self._span(offset, offset + len(match[1]))
            content = string(match[1], inner)
            plain = VARIABLE.fullmatch(match[1])
            if plain is not None and plain[1] is not None and not self.key:
                whole = self._span(match.start(), match.end())
                self.problems.info(
                    Code.QUOTED_VARIABLE, f"this text is the variable ${plain[1]}", whole,
                    f'write ${plain[1]} without quotes, or "$${plain[1]}" for a dollar sign', fix=Fix(whole, match[1]),
                )  # fmt: skip
        self._emit(STRING, content, match.end())
        self.key = False

    def _curly(self) -> None:
        match = _CURLY_TEXT.match(self.text, self.position)
        content = (match[1] if match[1] is not None else match[2]) if match else ""
        end = match.end() if match else self.position + 1
        place = self._span(self.position, end)
        fix = Fix(place, '"' + content.replace("\\", "\\\\").replace('"', '\\"') + '"')
        self.problems.error(Code.CURLY_QUOTES, "curly quotes do not quote", place, 'write "', fix=fix)
        self._emit(STRING, content, end)
        self.key = False

    # Places

    def _span(self, start: int, end: int) -> Span:
        return self._token(END, None, start, end).span

    def _token(self, kind: str, value: TokenValue, start: int, end: int) -> Token:
        column = start - self.line_start + 1
        newlines = self.text.count("\n", start, end) if kind in _OF_MANY_LINES else 0
        if not newlines:
            return Token(kind, value, start, end, self.file, self.line, column, self.line, column + end - start)
        end_column = end - self.text.rfind("\n", start, end)
        return Token(kind, value, start, end, self.file, self.line, column, self.line + newlines, end_column)

    def _emit(self, kind: str, value: TokenValue, end: int) -> Token:
        token = self._token(kind, value, self.position, end)
        self.tokens.append(token)
        if token.end_line > self.line:
            self.line = token.end_line
            self.line_start = self.text.rfind("\n", 0, end) + 1
        self.position = end
        return token
