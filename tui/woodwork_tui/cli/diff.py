"""`woodwork-tui diff`: two flows compared by what they mean (interfaces: Command line)."""

from __future__ import annotations

import sys

from woodwork_engine.language import Checked, render_text
from woodwork_engine.source import Severity
from woodwork_tui.cli.flow_file import colored, read_flow
from woodwork_tui.cli.requests import Diff
from woodwork_tui.state.flow_diff import compared

USAGE = 2


def diff(request: Diff) -> int:
    """Print what differs; 0 the same meaning, 1 a difference, 2 one of the files has errors that leave no flow."""
    before, after = read_flow(request.before), read_flow(request.after)
    if before.plan is None or after.plan is None:
        for checked in (before, after):
            _complain(checked)
        return USAGE
    lines = list(compared(before.plan, after.plan))
    print("\n".join(lines) if lines else "no effective change")
    return 1 if lines else 0


def _complain(checked: Checked) -> None:
    if checked.plan is None:
        errors = [found for found in checked.diagnostics if found.severity is Severity.ERROR]
        print(render_text(errors, checked.texts, color=colored(sys.stderr)), file=sys.stderr)
