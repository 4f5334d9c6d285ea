"""A component on its way from the syntax tree to a node of the plan."""

from __future__ import annotations

from dataclasses import dataclass

from woodwork_engine.kinds import Kind
from woodwork_engine.language.syntax import Declaration, Entry
from woodwork_engine.role import Role
from woodwork_engine.source import Span


@dataclass(frozen=True, slots=True)
class Part:
    """One declared component; *header* is the canonical one, *kind* None for a kind that is not built.

    *entries* are what stands in its braces, each key once. *damaged* says that a syntax error stands inside, so that
    nothing is concluded from what is missing.
    """

    declaration: Declaration
    header: str
    kind: Kind | None
    role: Role
    entries: tuple[Entry, ...]
    damaged: bool

    @property
    def name(self) -> str:
        """The component's name."""
        return self.declaration.name

    @property
    def span(self) -> Span:
        """The place of its name."""
        return self.declaration.name_span

    def get(self, key: str) -> Entry | None:
        """Return the entry called *key*, or None."""
        return self.declaration.block.get(key)
