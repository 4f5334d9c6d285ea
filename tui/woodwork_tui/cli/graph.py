"""`woodwork-tui graph`: the routing graph of a flow as text (interfaces: Command line)."""

from __future__ import annotations

import json
import sys

from woodwork_engine.language import render_text
from woodwork_engine.plan import FlowPlan
from woodwork_engine.source import Severity
from woodwork_tui.cli.flow_file import colored, read_flow
from woodwork_tui.cli.requests import Graph
from woodwork_tui.layout import graph_json, render_ascii, render_dot, render_mermaid, render_svg


def graph(request: Graph) -> int:
    """Print the graph; 0 when printed, 2 when the file has errors that leave nothing to draw."""
    checked = read_flow(request.file)
    plan = checked.plan
    if plan is None:
        errors = [found for found in checked.diagnostics if found.severity is Severity.ERROR]
        print(render_text(errors, checked.texts, color=colored(sys.stderr)), file=sys.stderr)
        return 2
    print(_drawn(plan, request.format), end="")
    return 0


def _drawn(plan: FlowPlan, form: str) -> str:
    if form == "json":
        return json.dumps(graph_json(plan), indent=2) + "\n"
    if form == "mermaid":
        return render_mermaid(plan)
    if form == "dot":
        return render_dot(plan)
    if form == "svg":
        return render_svg(plan)
    return render_ascii(plan, ascii_only="utf" not in (sys.stdout.encoding or "").lower())
