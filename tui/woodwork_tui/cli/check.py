"""`woodwork-tui check`: what is wrong in flow files, or in a `config.toml` (interfaces: Command line)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import replace

from woodwork_engine.language import render_text
from woodwork_engine.source import Diagnostic, Severity
from woodwork_tui.cli.flow_file import UNREADABLE, colored, read_flow, read_settings
from woodwork_tui.cli.github import workflow_commands
from woodwork_tui.cli.requests import Check


def check(request: Check) -> int:
    """Print the diagnostics of all files; 0 without errors, 1 with, 2 when a file could not be read at all."""
    outcomes = [read_settings(file) if file.endswith(".toml") else read_flow(file) for file in request.files]
    found = [_judged(d, strict=request.strict) for outcome in outcomes for d in outcome.diagnostics]
    errors = [diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR]
    if request.format == "json":
        print(json.dumps({"ok": not errors, "diagnostics": [d.to_dict() for d in found]}))
    elif request.format == "github":
        print(workflow_commands(found) + _summary(found, len(request.files)))
    else:
        if found:
            texts = {file: text for outcome in outcomes for file, text in outcome.texts.items()}
            print(render_text(found, texts, color=colored(sys.stdout)))
        print(_summary(found, len(request.files)))
    if any(error.code == UNREADABLE for error in errors):
        return 2
    return 1 if errors else 0


def _judged(diagnostic: Diagnostic, *, strict: bool) -> Diagnostic:
    if strict and diagnostic.severity is Severity.WARNING:
        return replace(diagnostic, severity=Severity.ERROR)
    return diagnostic


def _summary(found: Iterable[Diagnostic], files: int) -> str:
    counts = dict.fromkeys(Severity, 0)
    for diagnostic in found:
        counts[diagnostic.severity] += 1
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}
    said = [f"{counts[severity]} {noun}{'' if counts[severity] == 1 else 's'}" for severity, noun in nouns.items()]
    checked = f"{files} file{'' if files == 1 else 's'} checked"
    return f"{checked}: {', '.join(said)}"
