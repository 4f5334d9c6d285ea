"""What a check of a flow file yields: a plan if there can be one, and everything there is to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from woodwork_engine.language.codes import Code
from woodwork_engine.plan import FlowPlan
from woodwork_engine.source import Diagnostic, Severity, in_order

MOST_SHOWN = 200
"""Diagnostics that one check tells; errors go before warnings, warnings before what is only good to know."""

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check.

    *plan* is None when a diagnostic blocks the file. *texts* maps the file of a span to its text, with newlines as its
    line ends. *files* are the absolute paths that were read or looked for, whatever became of them: what to watch.
    """

    plan: FlowPlan | None
    diagnostics: tuple[Diagnostic, ...] = ()
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    files: tuple[str, ...] = ()


def told(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return *found* sorted by place; of a flood the most severe, and one more that says how many there are."""
    ordered = in_order(found)
    if len(ordered) <= MOST_SHOWN:
        return ordered
    kept = sorted(ordered, key=lambda diagnostic: _ORDER[diagnostic.severity])[: MOST_SHOWN - 1]
    last = in_order(kept)[-1]
    left = len(ordered) - len(kept)
    more = Diagnostic(Severity.INFO, Code.TOO_MANY.value, f"{left:,} more are not shown", last.span, "mend these first")
    return (*in_order(kept), more)
