"""Places in flow files, and what is said about them: Span, Fix, Diagnostic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file; lines and columns count from 1 in code points, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the end of *other*."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)

    @classmethod
    def point(cls, file: str, line: int = 1, column: int = 1) -> Span:
        """Return the span of one character at *line*:*column*."""
        return cls(file, line, column, line, column + 1)


class Severity(StrEnum):
    """How much a diagnostic matters; only an error keeps a flow from being applied."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Fix:
    """An edit that is certain to be right: replace *span* by *text*."""

    span: Span
    text: str

    def to_dict(self) -> dict[str, object]:
        """Return the fix as JSON-ready data."""
        return {
            "line": self.span.line,
            "column": self.span.column,
            "end_line": self.span.end_line,
            "end_column": self.span.end_column,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to know about a flow file: what, where, how bad, what to do.

    Codes: WW1xx syntax, WW2xx names, references and routes, WW3xx kinds and settings, WW4xx environment, files and
    packages. *component* names the only component that an error keeps from starting; the rest of the flow can run.
    An error without it keeps the whole file from being applied.
    """

    severity: Severity
    code: str
    summary: str
    span: Span
    help: str | None = None
    context: Span | None = None
    fix: Fix | None = None
    component: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether this diagnostic keeps the whole file from being applied."""
        return self.severity is Severity.ERROR and self.component is None

    def __str__(self) -> str:
        return f"{self.span} {self.summary}" + (f"; {self.help}" if self.help else "")

    def to_dict(self) -> dict[str, object]:
        """Return the published JSON form (interfaces: `check --format json`)."""
        return {
            "severity": self.severity.value,
            "code": self.code,
            "message": self.summary,
            "help": self.help,
            "file": self.span.file,
            "line": self.span.line,
            "column": self.span.column,
            "end_line": self.span.end_line,
            "end_column": self.span.end_column,
            "fix": self.fix.to_dict() if self.fix else None,
        }


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return *diagnostics* sorted by place, without exact repeats."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda d: (d.span.file, d.span.line, d.span.column, d.code)))
