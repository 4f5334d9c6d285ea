"""The syntax tree of one flow file; every part knows its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from woodwork_engine.language.tokens import TokenValue
from woodwork_engine.source import Span

ScalarKind = Literal["WORD", "STRING", "NUMBER", "BOOL", "NULL", "ENV", "BAREWORD"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value without parts; *kind* tells a word from a quoted string."""

    kind: ScalarKind
    value: TokenValue
    span: Span


@dataclass(frozen=True, slots=True)
class Array:
    """Values in `[ ]`."""

    items: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """`key = value` in a block."""

    key: str
    key_span: Span
    value: Value

    @property
    def span(self) -> Span:
        """From the key to the end of the value."""
        return self.key_span.to(self.value.span)


@dataclass(frozen=True, slots=True)
class Block:
    """Entries in `{ }`."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, key: str) -> Entry | None:
        """Return the first entry called *key*, or None."""
        return next((entry for entry in self.entries if entry.key == key), None)


@dataclass(frozen=True, slots=True)
class Header:
    """The one or two words before a block."""

    words: tuple[str, ...]
    span: Span

    @property
    def text(self) -> str:
        """The words with one space between them."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class TypedBlock:
    """A block with a header below the top level: settings, never a component."""

    header: Header
    block: Block
    span: Span


Value = Scalar | Array | Block | TypedBlock


@dataclass(frozen=True, slots=True)
class Declaration:
    """`name = kind type { ... }` at the top level."""

    name: str
    name_span: Span
    header: Header
    block: Block

    @property
    def span(self) -> Span:
        """From the name to the closing brace."""
        return self.name_span.to(self.block.span)


@dataclass(frozen=True, slots=True)
class Include:
    """`include "other.ww"`; *path* is the text as written, None when it holds a variable."""

    path: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Defaults:
    """`defaults { ... }`."""

    block: Block
    span: Span


Item = Declaration | Include | Defaults


@dataclass(frozen=True, slots=True)
class Tree:
    """One file, its items in order."""

    items: tuple[Item, ...] = ()
