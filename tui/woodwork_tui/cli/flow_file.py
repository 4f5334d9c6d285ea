"""A flow file as a command reads it: checked, and its problems in the printed form."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from woodwork_engine.components import builtin_kinds
from woodwork_engine.language import Checked, check_file, render_text
from woodwork_engine.source import Diagnostic
from woodwork_tui.text import visible

UNREADABLE = "WW401"


def read_flow(file: str) -> Checked:
    """Return the flow in *file* with everything there is to say about it; runs no person's code."""
    return check_file(file, builtin_kinds())


def printed(diagnostics: Iterable[Diagnostic], *, color: bool = False) -> str:
    """Return *diagnostics* for a terminal, each with its line and carets; no control character of a file acts there."""
    found = tuple(diagnostics)
    texts = {visible(file): _text(file) for file in {diagnostic.span.file for diagnostic in found}}
    return render_text([_shown(diagnostic) for diagnostic in found], texts, color=color)


def colored(stream: TextIO) -> bool:
    """Whether *stream* is a terminal whose person has not asked for plain text (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def _shown(diagnostic: Diagnostic) -> Diagnostic:
    return replace(
        diagnostic,
        summary=visible(diagnostic.summary),
        help=None if diagnostic.help is None else visible(diagnostic.help),
        span=replace(diagnostic.span, file=visible(diagnostic.span.file)),
    )


def _text(file: str) -> str:
    try:
        return visible(Path(file).read_bytes().decode("utf-8", "replace"))
    except OSError:
        return ""
