"""Parsing a file that has syntax errors: each is reported and mended or skipped, everything sound around it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from woodwork_engine.language.codes import Code
from woodwork_engine.language.grammar import TokenParser
from woodwork_engine.language.mending import Fault, Level, Mend, fault_at
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.syntax import Tree
from woodwork_engine.language.tokens import CLOSERS, END, LBRACE, OPENERS, RBRACE, RSQB, SEPARATORS, Token

MOST_FAULTS = 100
"""Syntax errors that the parser names in one file; what comes after them is not read."""


@dataclass(slots=True)
class _Bracket:
    """An open bracket, or the top level: what was read since the last separator, and how deep its contents begin."""

    level: Level
    depth: int
    clause: list[Token] = field(default_factory=list)


class Recovery:
    """Feeds tokens whose brackets balance to the parser; `run` returns the tree of all that could be read."""

    def __init__(self, text: str, tokens: Sequence[Token], problems: Problems) -> None:
        self._text = text
        self._tokens = tokens
        self._problems = problems
        self._lexer_lines = frozenset(problems.error_lines)
        self._parser = TokenParser()
        self._open = [_Bracket("top", 0)]
        self._next = 0
        self._faults = 0

    def run(self) -> Tree:
        """Return the tree; every fault is in the problems by then."""
        while self._parser.tree is None:
            token = self._tokens[self._next]
            self._next += 1
            if self._feed(token):
                continue
            if self._faults >= MOST_FAULTS:
                self._give_up(token)
                break
            following = self._tokens[min(self._next, len(self._tokens) - 1)]
            fault = fault_at(self._open[-1].level, self._open[-1].clause, token, following, self._text)
            self._report(fault, token)
            self._mend(fault.mend, token)
        return self._parser.tree or Tree()

    def _feed(self, token: Token) -> bool:
        if not self._parser.feed(token):
            return False
        bracket = self._open[-1]
        if token.type in OPENERS:
            bracket.clause.append(token)
            level: Level = "block" if token.type == LBRACE else "array"
            self._open.append(_Bracket(level, self._parser.depth))
        elif token.type in CLOSERS:
            self._close(token)
        elif token.type in SEPARATORS:
            bracket.clause = []
        else:
            bracket.clause.append(token)
        return True

    def _close(self, token: Token) -> None:
        if len(self._open) > 1:
            self._open.pop()
        bracket = self._open[-1]
        while bracket.clause and bracket.clause[-1].type in OPENERS:
            bracket.clause.pop()
        bracket.clause.append(token)
        if bracket.level == "top" and token.type == RBRACE:
            bracket.clause = []

    def _report(self, fault: Fault, token: Token) -> None:
        self._faults += 1
        if (token.file, fault.span.line) in self._lexer_lines:
            return
        self._problems.error(fault.code, fault.summary, fault.span, fault.help, fix=fault.fix)

    def _give_up(self, token: Token) -> None:
        self._problems.error(
            Code.TOO_MANY, f"more than {MOST_FAULTS} syntax errors; the rest of this file is not read", token.span
        )
        while len(self._open) > 1:
            bracket = self._open.pop()
            self._parser.cut(bracket.depth)
            self._parser.feed(token.before(RBRACE if bracket.level == "block" else RSQB))
        self._settle(token.before(END))

    def _mend(self, mend: Mend, token: Token) -> None:
        if mend.undo:
            self._parser.cut(self._parser.depth - mend.undo)
            del self._open[-1].clause[-mend.undo :]
        if all(map(self._feed, mend.insert)) and (mend.drop or self._feed(token)):
            return
        self._skip(token)

    def _skip(self, token: Token) -> None:
        """Leave out everything up to the next separator or closer of this bracket, and what it belongs to."""
        nested = 0
        while token.type != END and (nested or token.type not in SEPARATORS | CLOSERS):
            nested += (token.type in OPENERS) - (token.type in CLOSERS)
            token = self._tokens[self._next]
            self._next += 1
        self._settle(token)

    def _settle(self, token: Token) -> None:
        """Cut the stack back until *token*, a separator or closer, is taken; one that is not needed is left out."""
        base = self._open[-1].depth
        while not self._feed(token):
            if self._parser.depth <= base:
                break
            self._parser.cut(self._parser.depth - 1)
        if token.type in SEPARATORS:
            self._open[-1].clause = []
