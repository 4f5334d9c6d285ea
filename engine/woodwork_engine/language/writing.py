"""Values as they are written in a flow file."""

from __future__ import annotations

from woodwork_engine.language.gaps import gaps
from woodwork_engine.language.lexer import lex
from woodwork_engine.language.literals import NAME, reserved
from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.syntax import Declaration, Scalar, Value
from woodwork_engine.language.values import plain, setting_of
from woodwork_engine.source import Severity

_TEXTS = ("STRING", "WORD", "BAREWORD", "ENV")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "$": "$$", "\r": "\\n", "\0": ""})


def quoted(text: str) -> str:
    """Return *text* in quotes, so that it is read as exactly that; no file has a NUL, and a CR is read as a newline."""
    return f'"{text.translate(_ESCAPES)}"'


def is_name(text: str) -> bool:
    """Whether a component can be called *text*."""
    return NAME.fullmatch(text) is not None and not reserved(text)


def written(typed: str, *, text_only: bool) -> str:
    """Return what a person *typed* for a setting as the value to write: it itself where it is one, else in quotes.

    With *text_only* the setting takes text: a number or a word such as `true` is then put in quotes too.
    """
    typed = typed.strip()
    value = _value(typed)
    is_text = isinstance(value, Scalar) and value.kind in _TEXTS
    return quoted(typed) if value is None or (text_only and not is_text) else typed


def read_value(text: str) -> object:
    """Return what *text*, one value as it is written, is read as; None where it is none."""
    value = _value(text)
    return None if value is None else plain(setting_of(value))


def _value(typed: str) -> Value | None:
    """Return the value that *typed* is, or None when it is none or more than one."""
    if any(char in typed for char in "\n\r\0"):
        return None
    text = f"a = b {{\nc = {typed}\n}}"
    problems = Problems()
    items = parse(text, "", problems).items
    if any(found.severity is Severity.ERROR for found in problems.found) or len(items) != 1:
        return None
    if any(gap.comments for gap in gaps(text, lex(text, "", Problems()).tokens)):
        return None
    (item,) = items
    entries = item.block.entries if isinstance(item, Declaration) else ()
    return entries[0].value if len(entries) == 1 else None
