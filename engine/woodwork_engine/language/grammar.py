"""The table-driven parser that Lark builds from grammar.lark, fed with the tokens of our own lexer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import cast

from lark import Lark
from lark import Token as LarkToken
from lark.common import LexerConf
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer
from lark.parsers.lalr_parser_state import ParserState

from woodwork_engine.language.syntax import Tree
from woodwork_engine.language.tokens import Token
from woodwork_engine.language.tree import TreeBuilder

GRAMMAR = Path(__file__).with_name("grammar.lark")


class _NoLexer(Lexer):
    """Stands where Lark wants a lexer: tokens are fed one by one."""

    def __init__(self, _: LexerConf) -> None:
        """Need nothing."""

    def lex(self, _lexer_state: object, _parser_state: object) -> Iterator[LarkToken]:
        """Return no token."""
        return iter(())


@cache
def _lark() -> Lark:
    return Lark(GRAMMAR.read_text("utf-8"), parser="lalr", lexer=_NoLexer, transformer=TreeBuilder())


class TokenParser:
    """One run of the parser; its two stacks can be cut back to recover from an error."""

    def __init__(self) -> None:
        self._state: ParserState[object] = _lark().parse_interactive("").parser_state
        self.tree: Tree | None = None

    @property
    def depth(self) -> int:
        """How many symbols are on the stack."""
        return len(self._state.value_stack)

    def run(self, tokens: Sequence[Token]) -> bool:
        """Take all *tokens*, the last of which is the end; False when one does not fit."""
        take = self._state.feed_token
        try:
            for token in tokens[:-1]:
                take(cast("LarkToken", token))
        except UnexpectedToken:
            return False
        return self.feed(tokens[-1])

    def feed(self, token: Token) -> bool:
        """Take *token*; False when it does not fit, and then nothing is lost. The end completes `tree`."""
        end = token.type == "$END"
        try:
            result = self._state.feed_token(cast("LarkToken", token), end)
        except UnexpectedToken:
            return False
        if end:
            self.tree = cast("Tree", result)
        return True

    def cut(self, depth: int) -> None:
        """Forget every symbol above *depth*."""
        del self._state.value_stack[depth:]
        del self._state.state_stack[depth + 1 :]
