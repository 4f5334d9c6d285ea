"""The collector into which every part of the language puts its diagnostics."""

from __future__ import annotations

from dataclasses import replace

from woodwork_engine.language.codes import Code
from woodwork_engine.source import Diagnostic, Fix, Severity, Span

_LONGEST = 200
"""Characters of a sentence; a file can have names and texts of any length."""


class Problems:
    """Diagnostics in the order they were found."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self.error_lines: set[tuple[str, int]] = set()
        """Every (file, line) on which an error begins."""
        self._places: set[Span] = set()

    def error(
        self,
        code: Code,
        summary: str,
        span: Span,
        help: str | None = None,  # noqa: A002 - the field's published name
        *,
        context: Span | None = None,
        fix: Fix | None = None,
        component: str | None = None,
    ) -> Diagnostic:
        """Add an error; with *component* it keeps only that component from starting."""
        return self._add(Diagnostic(Severity.ERROR, code.value, summary, span, help, context, fix, component))

    def warning(
        self,
        code: Code,
        summary: str,
        span: Span,
        help: str | None = None,  # noqa: A002 - the field's published name
        *,
        context: Span | None = None,
        fix: Fix | None = None,
        component: str | None = None,
    ) -> Diagnostic:
        """Add a warning."""
        return self._add(Diagnostic(Severity.WARNING, code.value, summary, span, help, context, fix, component))

    def info(
        self,
        code: Code,
        summary: str,
        span: Span,
        help: str | None = None,  # noqa: A002 - the field's published name
        *,
        fix: Fix | None = None,
        component: str | None = None,
    ) -> Diagnostic:
        """Add something good to know."""
        return self._add(Diagnostic(Severity.INFO, code.value, summary, span, help, None, fix, component))

    def at(self, span: Span) -> bool:
        """Whether exactly this place has a diagnostic already."""
        return span in self._places

    def extend(self, other: Problems) -> None:
        """Add everything that *other* has found."""
        for problem in other.found:
            self._add(problem)

    def clear(self) -> None:
        """Forget everything, because something else says more."""
        self.found.clear()
        self.error_lines.clear()
        self._places.clear()

    def _add(self, problem: Diagnostic) -> Diagnostic:
        if len(problem.summary) > _LONGEST or len(problem.help or "") > _LONGEST:
            problem = replace(problem, summary=_cut(problem.summary), help=problem.help and _cut(problem.help))
        self.found.append(problem)
        self._places.add(problem.span)
        if problem.severity is Severity.ERROR:
            self.error_lines.add((problem.span.file, problem.span.line))
        return problem


def _cut(sentence: str) -> str:
    if len(sentence) <= _LONGEST:
        return sentence
    half = _LONGEST // 2
    return f"{sentence[:half]}…{sentence[-half:]}"
