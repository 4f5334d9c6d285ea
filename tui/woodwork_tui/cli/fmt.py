"""`woodwork-tui fmt`: flow files in one layout (interfaces: Command line)."""

from __future__ import annotations

import sys

from woodwork_engine.language import format_text, render_text
from woodwork_tui.cli.flow_file import colored
from woodwork_tui.cli.requests import Fmt
from woodwork_tui.state.source_file import Changed, Refused, read, save
from woodwork_tui.text import visible

USAGE = 2


def fmt(request: Fmt) -> int:
    """Lay every file out; 0 done, 1 with --check something is not, 2 a file could not be read, laid out or written."""
    return max([_one(file, check=request.check) for file in request.files])


def _one(file: str, *, check: bool) -> int:
    reading = read(file)
    if reading.text is None:
        return _cannot(reading.problem)
    outcome = format_text(reading.text, file)
    if outcome.text is None:
        texts = {file: reading.text.replace("\r\n", "\n").replace("\r", "\n")}
        print(render_text(outcome.diagnostics, texts, color=colored(sys.stderr)), file=sys.stderr)
        return _cannot(f"{file} has syntax errors and stays as it is.")
    if outcome.text == reading.text:
        return 0
    if check:
        print(visible(file))
        return 1
    answer = save(file, outcome.text, over=reading.text)
    if isinstance(answer, Changed):
        return _cannot(f"{file} changed while it was laid out and stays as it is; try again.")
    if isinstance(answer, Refused):
        return _cannot(answer.problem)
    print(visible(file))
    return 0


def _cannot(sentence: str) -> int:
    print(f"woodwork-tui: {visible(sentence)}", file=sys.stderr)
    return USAGE
