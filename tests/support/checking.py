"""Checking flow texts in tests: short ways to what a check says."""

from __future__ import annotations

from woodwork_engine.components import builtin_kinds
from woodwork_engine.language import Checked, check
from woodwork_engine.plan import Edge, FlowPlan
from woodwork_engine.source import Diagnostic, Fix, Severity

KINDS = builtin_kinds()


def checked(text: str, file: str = "main.ww") -> Checked:
    """Return the outcome of a check of *text*."""
    return check(text, KINDS, file=file)


def plan_of(text: str) -> FlowPlan:
    """Return the plan of *text*, which must have one."""
    outcome = checked(text)
    assert outcome.plan is not None, [str(problem) for problem in outcome.diagnostics]
    return outcome.plan


def codes(text: str, *severities: Severity) -> list[str]:
    """Return the codes of what is said about *text*, in order; by default of errors and warnings."""
    wanted = severities or (Severity.ERROR, Severity.WARNING)
    return [problem.code for problem in checked(text).diagnostics if problem.severity in wanted]


def said(text: str, code: str) -> Diagnostic:
    """Return the one diagnostic about *text* that has *code*."""
    (found,) = [problem for problem in checked(text).diagnostics if problem.code == code]
    return found


def routes(text: str) -> list[tuple[str, str]]:
    """Return every (source, target) of the routes of *text*."""
    return [(edge.source, edge.target) for edge in plan_of(text).edges if edge.is_route]


def edges(text: str) -> list[tuple[str, str, str, str]]:
    """Return every (source, target, via, kind) of the edges of *text*."""
    return [_shown(edge) for edge in plan_of(text).edges]


def _shown(edge: Edge) -> tuple[str, str, str, str]:
    return edge.source, edge.target, edge.via, edge.kind.value


def applied(text: str, fix: Fix) -> str:
    """Return *text* after *fix*."""
    lines = text.split("\n")
    span = fix.span
    before = "\n".join([*lines[: span.line - 1], lines[span.line - 1][: span.column - 1]])
    after = "\n".join([lines[span.end_line - 1][span.end_column - 1 :], *lines[span.end_line :]])
    return before + fix.text + after
