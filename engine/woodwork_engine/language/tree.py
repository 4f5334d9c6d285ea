"""The builder of the syntax tree: one method for each rule of the grammar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from woodwork_engine.language.syntax import (
    Array,
    Block,
    Declaration,
    Defaults,
    Entry,
    Header,
    Include,
    Item,
    Scalar,
    ScalarKind,
    Tree,
    TypedBlock,
    Value,
)  # fmt: skip
from woodwork_engine.language.tokens import Token

Part = Token | Item | Header | Entry | Value


class TreeBuilder:
    """Makes the parts of the tree from their children; the grammar fixes which children there are."""

    def start(self, parts: Sequence[Part]) -> Tree:
        """Return the tree of a file."""
        return Tree(tuple(cast("Sequence[Item]", parts)))

    def declaration(self, parts: Sequence[Part]) -> Declaration:
        """Return a component's declaration."""
        name, header, block = cast("tuple[Token, Header, Block]", parts)
        return Declaration(name.text, name.span, header, block)

    def include(self, parts: Sequence[Part]) -> Include:
        """Return an include."""
        keyword, path = cast("tuple[Token, Token]", parts)
        return Include(path.value if isinstance(path.value, str) else None, keyword.span.to(path.span))

    def defaults(self, parts: Sequence[Part]) -> Defaults:
        """Return a block of defaults."""
        keyword, block = cast("tuple[Token, Block]", parts)
        return Defaults(block, keyword.span.to(block.span))

    def header(self, parts: Sequence[Part]) -> Header:
        """Return the one or two words of a header."""
        words = cast("Sequence[Token]", parts)
        return Header(tuple(word.text for word in words), words[0].span.to(words[-1].span))

    def block(self, parts: Sequence[Part]) -> Block:
        """Return the entries between braces."""
        opener, closer = cast("Token", parts[0]), cast("Token", parts[-1])
        return Block(tuple(cast("Sequence[Entry]", parts[1:-1])), opener.span.to(closer.span))

    def entry(self, parts: Sequence[Part]) -> Entry:
        """Return one entry."""
        key, value = cast("tuple[Token, Value]", parts)
        return Entry(key.text, key.span, value)

    def typed(self, parts: Sequence[Part]) -> TypedBlock:
        """Return a block with a header."""
        header, block = cast("tuple[Header, Block]", parts)
        return TypedBlock(header, block, header.span.to(block.span))

    def array(self, parts: Sequence[Part]) -> Array:
        """Return the values between square brackets."""
        opener, closer = cast("Token", parts[0]), cast("Token", parts[-1])
        return Array(tuple(cast("Sequence[Value]", parts[1:-1])), opener.span.to(closer.span))

    def scalar(self, parts: Sequence[Part]) -> Scalar:
        """Return a value without parts."""
        token = cast("Token", parts[0])
        return Scalar(cast("ScalarKind", token.type), token.value, token.span)
