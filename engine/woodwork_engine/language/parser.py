"""The parser: from a file's text to its syntax tree, with every syntax error in one pass."""

from __future__ import annotations

from woodwork_engine.language.grammar import TokenParser
from woodwork_engine.language.lexer import lex
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.recovery import Recovery
from woodwork_engine.language.syntax import Tree


def parse(text: str, file: str, problems: Problems) -> Tree:
    """Return the tree of *text*, whose only line ends are newlines; what is broken is reported and left out."""
    found = Problems()
    lexed = lex(text, file, found)
    if lexed.balanced and not lexed.too_deep:
        parser = TokenParser()
        if parser.run(lexed.tokens) and parser.tree is not None:
            problems.extend(found)
            return parser.tree
    if not lexed.balanced and not lexed.too_deep:
        found = Problems()
        lexed = lex(text, file, found, layout=True)
    tree = Tree() if lexed.too_deep else Recovery(text, lexed.tokens, found).run()
    problems.extend(found)
    return tree
