"""The printed form of diagnostics: the line, carets under what is meant, and what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from woodwork_engine.language.lines import Lines
from woodwork_engine.source import Diagnostic, Severity, Span

_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_TAB = 4
_WIDEST = 160
"""Cells of a line that are shown; of a longer one, what is around the place."""


def render_text(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str], *, color: bool = False) -> str:
    """Return *diagnostics* for people, a blank line between two; *texts* maps the file of a span to its text.

    Control characters of a file are shown as a replacement character. With *color* there are ANSI colours.
    """
    lines = Lines(texts)
    return "\n\n".join(_one(diagnostic, lines, color) for diagnostic in diagnostics)


def _one(diagnostic: Diagnostic, lines: Lines, color: bool) -> str:
    paint = _COLORS[diagnostic.severity] if color else ""
    title = _painted(f"{diagnostic.severity}[{diagnostic.code}]", f"1;{paint}" if paint else "")
    printed = [f"{title}: {_clean(diagnostic.summary)}"]
    span = diagnostic.span
    gutter = len(str(span.line))
    printed.append(f"{' ' * gutter}--> {_clean(str(span))}")
    help_text = _clean(diagnostic.help or "")
    source = lines.of(span.file)
    if not 1 <= span.line <= len(source):
        return "\n".join([*printed, *([f"{' ' * gutter} = {help_text}"] if help_text else [])])
    shown, start, width = _window(source[span.line - 1], span)
    carets = _painted("^" * width, paint) + (f" {help_text}" if help_text else "")
    bar = f"{' ' * gutter} |"
    printed += [bar, f"{span.line} | {shown}".rstrip(), f"{bar} {' ' * start}{carets}"]
    return "\n".join(printed)


def _window(line: str, span: Span) -> tuple[str, int, int]:
    """Return the part of *line* to show, the cells before the place in it, and the cells of the place."""
    first = min(span.column - 1, len(line))
    last = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
    left = max(0, first - _WIDEST // 2) if len(line) > _WIDEST else 0
    before, meant, after = line[left:first], line[first:last], line[last : left + _WIDEST]
    meant = meant[: _WIDEST - len(before)]
    cut = "…" if left else ""
    end = "…" if left + _WIDEST < len(line) else ""
    lead = cut + _clean(before)
    return lead + _clean(meant) + _clean(after) + end, _cells(lead), max(1, _cells(_clean(meant)))


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(char) for char in text.replace("\t", " " * _TAB))


def _visible(char: str) -> str:
    return "\ufffd" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _painted(text: str, paint: str) -> str:
    return f"\x1b[{paint}m{text}\x1b[0m" if paint else text
