"""A file as a command reads it, a flow or a person's `config.toml`, and whether a stream shows colours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

from woodwork_engine.components import builtin_kinds
from woodwork_engine.language import Checked, check_file
from woodwork_engine.source import Diagnostic, Severity, Span, in_order

UNREADABLE = "WW401"


def read_flow(file: str) -> Checked:
    """Return the flow in *file* with everything there is to say about it; runs no person's code."""
    return check_file(file, builtin_kinds())


def read_settings(file: str) -> Checked:
    """Return what there is to say about the settings in *file*, a `config.toml`."""
    from woodwork_tui.colours import (  # with Textual's themes: only where settings are checked
        theme_names,
        theme_variables,
    )
    from woodwork_tui.state.preference_files import PreferenceFiles

    path = Path(file)
    if not path.is_file():
        missing = Diagnostic(Severity.ERROR, UNREADABLE, "no such file", Span.point(file))
        return Checked(None, (missing,))
    files = PreferenceFiles(path.parent, theme_names, path.name, theme_variables)
    files.look()
    return Checked(None, in_order(files.problems), {str(path): files.text})


def colored(stream: TextIO) -> bool:
    """Whether *stream* is a terminal whose person has not asked for plain text (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")
