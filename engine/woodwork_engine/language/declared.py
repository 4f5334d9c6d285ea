"""The items of a flow sorted into components, deployments and defaults, with names and keys that are there twice."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from woodwork_engine.language.codes import Code
from woodwork_engine.language.later import DEPLOYMENTS
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.syntax import Array, Block, Declaration, Defaults, Entry, Value
from woodwork_engine.language.values import block_of
from woodwork_engine.plan import TRANSCRIPT
from woodwork_engine.source import Span

DEPLOYMENT = "deployment"


@dataclass(slots=True)
class Declared:
    """What a flow declares, in order; the first of equal names is kept."""

    components: dict[str, Declaration] = field(default_factory=dict)
    deployment: Declaration | None = None
    defaults: list[Defaults] = field(default_factory=list)
    syntax_errors: SyntaxErrors = field(default_factory=lambda: SyntaxErrors(()))


class SyntaxErrors:
    """The lines that have errors before any meaning was looked at."""

    def __init__(self, lines: Iterable[tuple[str, int]]) -> None:
        self._lines: dict[str, list[int]] = {}
        for file, line in sorted(lines):
            self._lines.setdefault(file, []).append(line)

    def __bool__(self) -> bool:
        return bool(self._lines)

    def within(self, span: Span) -> bool:
        """Whether one of them stands in *span*."""
        lines = self._lines.get(span.file, [])
        at = bisect_left(lines, span.line)
        return at < len(lines) and lines[at] <= span.end_line


def sort_out(items: Iterable[Declaration | Defaults], problems: Problems) -> Declared:
    """Return what *items* declare; doubles and names that are taken are reported."""
    declared = Declared(syntax_errors=SyntaxErrors(problems.error_lines))
    for item in items:
        report_doubles(item.block, problems)
        if isinstance(item, Defaults):
            declared.defaults.append(item)
        elif _is_deployment(item):
            if declared.deployment is not None:
                _double(item, declared.deployment, problems)
            declared.deployment = declared.deployment or item
        elif item.name == TRANSCRIPT:
            problems.error(
                Code.TAKEN_NAME, f"{TRANSCRIPT!r} is the built-in target of a flow without outputs", item.name_span,
                "rename it",
            )  # fmt: skip
        elif item.name in declared.components:
            _double(item, declared.components[item.name], problems)
        else:
            declared.components[item.name] = item
    return declared


def _is_deployment(item: Declaration) -> bool:
    return item.name == DEPLOYMENT and len(item.header.words) == 1 and item.header.text in DEPLOYMENTS


def _double(item: Declaration, first: Declaration, problems: Problems) -> None:
    problems.error(
        Code.DUPLICATE_NAME, f"{item.name!r} is declared twice", item.name_span,
        f"rename it; the first is at {first.name_span}", context=first.name_span,
    )  # fmt: skip


def report_doubles(value: Value, problems: Problems) -> None:
    """Report every key that stands twice in one block of *value*, at any depth."""
    pending = [value]
    while pending:
        inner = pending.pop()
        if isinstance(inner, Array):
            pending.extend(inner.items)
        block = block_of(inner)
        if block is not None:
            _doubles_in(block, problems)
            pending.extend(entry.value for entry in block.entries)


def _doubles_in(block: Block, problems: Problems) -> None:
    first: dict[str, Span] = {}
    for entry in block.entries:
        place = first.setdefault(entry.key, entry.key_span)
        if place is not entry.key_span:
            report_double_key(entry, place, problems)


def report_double_key(entry: Entry, first: Span, problems: Problems) -> None:
    """Report that *entry* sets a key that is set at *first*."""
    problems.error(
        Code.DUPLICATE_KEY, f"{entry.key!r} is set twice", entry.key_span,
        f"keep one of them; the first is at {first}", context=first,
    )  # fmt: skip
