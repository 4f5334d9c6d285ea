"""What a token that does not fit means: the sentence about it, the fix, and how the parser goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from woodwork_engine.language.codes import Code
from woodwork_engine.language.literals import NAME
from woodwork_engine.language.tokens import (
    ASSIGN,
    BOOL,
    COMMA,
    END,
    LBRACE,
    LSQB,
    NEWLINE,
    NULL,
    RBRACE,
    RSQB,
    SCALARS,
    SEPARATORS,
    STRING,
    WORD,
    Token,
)  # fmt: skip
from woodwork_engine.source import Fix, Span

Level = Literal["top", "block", "array"]
"""What a token stands in: nothing, `{ }` or `[ ]`."""

NO_KIND = ""
"""The word that stands for a kind that was not written."""

_ENDS = frozenset({NEWLINE, COMMA, RBRACE, RSQB, END})
_RESERVED = frozenset({BOOL, NULL})


@dataclass(frozen=True, slots=True)
class Mend:
    """How to go on: take *undo* symbols back, put *insert* in, then take the token or *drop* it.

    When that does not fit, everything up to the next separator is left out.
    """

    undo: int = 0
    insert: tuple[Token, ...] = ()
    drop: bool = False


SKIP = Mend()
DROP = Mend(drop=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """One syntax error."""

    code: Code
    summary: str
    span: Span
    help: str | None = None
    fix: Fix | None = None
    mend: Mend = SKIP


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the parser stopped: *clause* is what was read since the last separator, brackets as their closer."""

    level: Level
    clause: Sequence[Token]
    token: Token
    following: Token
    text: str

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(token.type for token in self.clause)

    def written(self, start: Token, end: Token) -> str:
        return self.text[start.start : end.end]


def fault_at(level: Level, clause: Sequence[Token], token: Token, following: Token, text: str) -> Fault:
    """Return what is wrong with *token*, which does not fit behind *clause* in a *level* of *text*."""
    place = _Place(level, clause, token, following, text)
    if token.type == COMMA and not clause:
        what = "between components" if level == "top" else "here"
        return Fault(Code.EXTRA_COMMA, f"no ',' is needed {what}", token.span, "remove it", Fix(token.span, ""), DROP)
    if level == "top":
        return _at_top(place)
    return _in_block(place) if level == "block" else _in_array(place)


# At the top level


def _at_top(place: _Place) -> Fault:
    types = place.types
    if types == (WORD,):
        return _after_name(place)
    if types == (WORD, ASSIGN):
        return _no_kind(place)
    if types[:3] == (WORD, ASSIGN, WORD):
        return _no_block(place)
    if place.token.type == STRING or place.token.type in SCALARS:
        shown = f"{place.token.text!r} declares nothing"
    else:
        shown = f"'{_shown(place)}' has no place here"
    return Fault(Code.UNEXPECTED, shown, place.token.span, "a component is declared as name = kind { ... }")


def _after_name(place: _Place) -> Fault:
    name, token = place.clause[0], place.token
    if token.type == LBRACE:
        return _kind_missing(name, name.span, (token.before(ASSIGN), token.before(WORD, NO_KIND)))
    if token.type in _ENDS:
        return Fault(
            Code.MISSING_ASSIGN, f"{name.text!r} declares nothing", name.span, f"write {name.text} = kind {{ ... }}"
        )
    gap = name.after(ASSIGN)
    return Fault(
        Code.MISSING_ASSIGN, f"'=' is missing after {name.text!r}", name.span, "write '='", Fix(gap.span, " ="),
        Mend(insert=(gap,)),
    )  # fmt: skip


def _kind_missing(name: Token, span: Span, insert: tuple[Token, ...], *, drop: bool = False) -> Fault:
    return Fault(
        Code.MISSING_KIND, f"{name.text!r} has no kind", span, f"write {name.text} = kind {{ ... }}",
        mend=Mend(insert=insert, drop=drop),
    )  # fmt: skip


def _no_kind(place: _Place) -> Fault:
    name, token = place.clause[0], place.token
    stand_in = token.before(WORD, NO_KIND)
    if token.type in _ENDS:
        return _kind_missing(name, name.span, ())
    if token.type == LBRACE:
        return _kind_missing(name, name.span, (stand_in,))
    if token.type in _RESERVED:
        return _reserved(token, Mend(insert=(stand_in,), drop=True))
    if token.type == STRING and place.following.type == LBRACE:
        return _quoted_kind(token)
    return _kind_missing(name, token.span, (stand_in,), drop=place.following.type == LBRACE)


def _quoted_kind(token: Token) -> Fault:
    words = token.text.split()
    plain = 1 <= len(words) <= 2 and all(NAME.fullmatch(word) for word in words)
    kind = tuple(token.before(WORD, word) for word in words) if plain else (token.before(WORD, NO_KIND),)
    return Fault(
        Code.MISSING_KIND, "a kind is written without quotes", token.span, "remove the quotes" if plain else None,
        Fix(token.span, " ".join(words)) if plain else None, Mend(insert=kind, drop=True),
    )  # fmt: skip


def _reserved(token: Token, mend: Mend) -> Fault:
    word = token.text.lower()
    return Fault(
        Code.RESERVED, f"{word!r} is reserved and names no kind", token.span, "write the name of a kind", None, mend
    )


def _no_block(place: _Place) -> Fault:
    name, last, token = place.clause[0], place.clause[-1], place.token
    if token.type in _ENDS:
        insert = (last.after(LBRACE), last.after(RBRACE))
        return Fault(
            Code.MISSING_BLOCK, f"{name.text!r} has no block", place.clause[2].span.to(last.span),
            "write { } after the kind", Fix(last.after(LBRACE).span, " {}"), Mend(insert=insert),
        )  # fmt: skip
    if token.type in _RESERVED:
        return _reserved(token, DROP)
    if token.type in SCALARS:
        return Fault(Code.UNEXPECTED, "a kind is one or two words", token.span, "remove this", mend=DROP)
    return Fault(Code.UNEXPECTED, f"'{_shown(place)}' is not expected here", token.span, "a block is written in { }")


# In a block


def _in_block(place: _Place) -> Fault:
    types, token = place.types, place.token
    if not types:
        return Fault(
            Code.UNEXPECTED, f"a key is missing before '{_shown(place)}'", token.span, "an entry is key = value"
        )
    if len(types) == 1:
        return _after_key(place)
    if len(types) == 2:  # key, assign
        return _no_value(place)
    if place.following.type == ASSIGN and token.type in (WORD, STRING):
        return _comma_missing(place.clause[-1], token)
    if token.type == ASSIGN and types[2:] == (WORD, WORD):
        return _comma_missing(place.clause[2], place.clause[3], undo=1)
    if token.type == LBRACE and types[-1] in _RESERVED:
        return _reserved(place.clause[-1], SKIP)
    return _text_run(place)


def _after_key(place: _Place) -> Fault:
    key, token = place.clause[0], place.token
    if token.type in _ENDS:
        return Fault(Code.MISSING_VALUE, f"{key.text!r} has no value", key.span, f"write {key.text} = value")
    if place.following.type == ASSIGN and token.type == WORD:
        joined = f"{key.text}_{token.text}"
        whole = key.span.to(token.span)
        return Fault(
            Code.NOT_A_NAME, "a key is one word", whole, f"write {joined}", Fix(whole, joined),
        )  # fmt: skip
    gap = key.after(ASSIGN)
    return Fault(
        Code.MISSING_ASSIGN, f"'=' is missing after {key.text!r}", key.span, "write '='", Fix(gap.span, " ="),
        Mend(insert=(gap,)),
    )  # fmt: skip


def _no_value(place: _Place) -> Fault:
    key, token = place.clause[0], place.token
    if token.type == ASSIGN:
        return Fault(Code.DOUBLED_ASSIGN, "one '=' is enough", token.span, "remove this", Fix(token.span, ""), DROP)
    return Fault(Code.MISSING_VALUE, f"{key.text!r} has no value", key.span, f"write {key.text} = value")


def _comma_missing(before: Token, after: Token, *, undo: int = 0) -> Fault:
    comma = before.after(COMMA)
    insert = (comma, after) if undo else (comma,)
    return Fault(
        Code.MISSING_COMMA, "a ',' is missing", after.span, "write ',' before it", Fix(comma.span, ","),
        Mend(undo, insert),
    )  # fmt: skip


def _text_run(place: _Place) -> Fault:
    """Return the fault of several words where one value stands: `description = a friendly agent`."""
    first = place.clause[2]
    end = place.text.find("\n", first.start)
    line = place.text[first.start : end if end >= 0 else len(place.text)]
    run = _up_to_separator(line)
    whole = Span(first.file, first.line, first.column, first.line, first.column + len(run))
    if not run or first.type in (RBRACE, RSQB) or place.token.type in (LBRACE, LSQB) or '"' in run or "\\" in run:
        return Fault(
            Code.UNEXPECTED, f"'{_shown(place)}' is not expected here", place.token.span,
            "one value follows '='; then ',' or a new line",
        )  # fmt: skip
    return Fault(Code.UNQUOTED_TEXT, "text with spaces needs quotes", whole, f'write "{run}"', Fix(whole, f'"{run}"'))


def _up_to_separator(line: str) -> str:
    end = min((at for at in map(line.find, ",{}[]#") if at >= 0), default=len(line))
    return line[:end].rstrip()


# In an array


def _in_array(place: _Place) -> Fault:
    types, token = place.types, place.token
    if types == (WORD, WORD):
        return _comma_missing(place.clause[0], place.clause[1], undo=1)
    if token.type in SCALARS or token.type in (LBRACE, LSQB):
        return _comma_missing(place.clause[-1], token)
    if token.type == ASSIGN:
        return Fault(
            Code.UNEXPECTED, "'=' means nothing in [ ]", token.span, "write { key = value }, or close the ']' before"
        )
    return Fault(Code.UNEXPECTED, f"'{_shown(place)}' is not expected here", token.span)


def _shown(place: _Place) -> str:
    token = place.token
    if token.type in SEPARATORS or token.type == END:
        return "end of line"
    return place.written(token, token)[:40] or token.text
