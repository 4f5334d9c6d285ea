"""Diagnostics as annotations of GitHub Actions (docs.github.com: Workflow commands)."""

from __future__ import annotations

from collections.abc import Iterable

from woodwork_engine.source import Diagnostic, Severity
from woodwork_tui.text import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def workflow_commands(diagnostics: Iterable[Diagnostic]) -> str:
    """Return one line for each of *diagnostics*, which shows at its place in a pull request."""
    return "".join(f"{_one(diagnostic)}\n" for diagnostic in diagnostics)


def _one(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    properties = {"file": span.file, "line": span.line, "col": span.column}
    if span.end_line == span.line and span.end_column > span.column:
        properties["endColumn"] = span.end_column
    elif span.end_line > span.line:
        properties["endLine"] = span.end_line
    properties["title"] = diagnostic.code
    written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    text = f"{diagnostic.summary}; {diagnostic.help}" if diagnostic.help else diagnostic.summary
    return f"::{_COMMANDS[diagnostic.severity]} {written}::{_data(text)}"


def _data(text: str) -> str:
    """Return *text* as a message: what would end the command is escaped, what would act on a terminal is shown."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
