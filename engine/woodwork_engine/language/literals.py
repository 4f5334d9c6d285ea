"""What the text of a literal means: escapes, variables inside text, numbers and words."""

from __future__ import annotations

import re

from woodwork_engine.language.tokens import BAREWORD, BOOL, ENV, NULL, NUMBER, WORD, TokenValue
from woodwork_engine.plan import Template, Variable
from woodwork_engine.source import Span

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*+")
NUMBER_TEXT = re.compile(r"-?[0-9]++(\.[0-9]++)?")
VARIABLE = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*+)|\{([A-Za-z_][A-Za-z0-9_]*+)\})")
LONGEST_NUMBER = 300
"""Digits; a longer run is text, because no setting takes it and Python refuses to read it."""

_WORDS: dict[str, tuple[str, bool | None]] = {
    "true": (BOOL, True), "false": (BOOL, False), "null": (NULL, None), "none": (NULL, None),
}  # fmt: skip
_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "n": "\n", "t": "\t"}
_INSIDE_STRING = re.compile(r"\\(.)|(\$\$)|\$\{([A-Za-z_][A-Za-z0-9_]*+)\}", re.DOTALL)
_INSIDE_WORD = re.compile(r"(?!)(.)|(\$\$)|\$\{([A-Za-z_][A-Za-z0-9_]*+)\}")


def reserved(word: str) -> bool:
    """Return whether *word* is true, false, null or none in any case."""
    return word.lower() in _WORDS


def word(text: str) -> tuple[str, TokenValue]:
    """Return the token type and value of *text*, a run without white space and without a dollar sign."""
    if NAME.fullmatch(text):
        return _WORDS.get(text.lower(), (WORD, text))
    if NUMBER_TEXT.fullmatch(text) and len(text) <= LONGEST_NUMBER:
        return NUMBER, float(text) if "." in text else int(text)
    return BAREWORD, text


def dollar_word(text: str, span: Span) -> tuple[str, TokenValue]:
    """Return the token type and value of *text*, a run without white space that has a dollar sign."""
    if (variable := VARIABLE.fullmatch(text)) is not None:
        return ENV, Variable(variable[1] or variable[2], span)
    return BAREWORD, bare(text, span)


def bare(text: str, span: Span) -> TokenValue:
    """Return the value of a bare word: `${NAME}` is replaced, backslashes are themselves."""
    return _parts(text, span, _INSIDE_WORD) if "$" in text else text


def string(text: str, inner: Span) -> TokenValue:
    r"""Return the value of the text between quotes; *inner* is its place.

    `\" \' \\ \n \t` are replaced and other escapes kept; `${NAME}` is a variable, `$$` a dollar sign; a text that is
    one whole `$NAME` is that variable.
    """
    if "$" not in text and "\\" not in text:
        return text
    if (variable := VARIABLE.fullmatch(text)) is not None:
        return Variable(variable[1] or variable[2], inner)
    return _parts(text, inner, _INSIDE_STRING)


def _parts(text: str, inner: Span, pattern: re.Pattern[str]) -> TokenValue:
    parts: list[str | Variable] = []
    literal: list[str] = []
    position = counted = 0
    line = inner.line
    for match in pattern.finditer(text):
        literal.append(text[position : match.start()])
        position = match.end()
        if match[3] is None:
            literal.append("$" if match[2] else _ESCAPES.get(match[1], match[0]))
            continue
        if before := "".join(literal):
            parts.append(before)
        literal = []
        line += text.count("\n", counted, match.start())
        counted = match.start()
        parts.append(Variable(match[3], _place(text, inner, match, line)))
    literal.append(text[position:])
    rest = "".join(literal)
    if not parts:
        return rest
    if len(parts) == 1 and not rest and isinstance(parts[0], Variable):
        return parts[0]
    return Template((*parts, rest) if rest else tuple(parts))


def _place(text: str, inner: Span, match: re.Match[str], line: int) -> Span:
    start = 0 if line == inner.line else text.rfind("\n", 0, match.start()) + 1
    before = match.start() - start
    column = before + (inner.column if line == inner.line else 1)
    return Span(inner.file, line, column, line, column + match.end() - match.start())
