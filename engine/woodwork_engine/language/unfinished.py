"""Where a place in a text stands: in which blocks, at a key or at a value; tolerant of text that is not finished."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from woodwork_engine.language.lexer import lex
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.tokens import (
    ASSIGN,
    COMMA,
    DEFAULTS,
    END,
    INCLUDE,
    LBRACE,
    LSQB,
    NEWLINE,
    RBRACE,
    RSQB,
    STRING,
    Token,
)

LONGEST = 50_000
"""Characters of one declaration beyond which nothing is said about a place in it."""

DECLARED = re.compile(
    r"^([A-Za-z_][\w-]*+)[ \t]*+[:=][ \t]*+([A-Za-z_][\w-]*+(?:[ \t]++[A-Za-z_][\w-]*+)?)[ \t]*+(?:\r?\n[ \t]*+)?\{",
    re.MULTILINE | re.ASCII,
)
"""A component declared at the start of a line: its name, and the words before its brace."""
_BEGINS = re.compile(r"(?:defaults[ \t]*+[:=]?[ \t]*+\{|include[ \t]*+[\"'])", re.ASCII)
_KEY = re.compile(r"[ \t]*+([A-Za-z_][\w-]*+)[ \t]*+[:=]", re.ASCII)
_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[\w$-][\w$.-]*+\Z")


@dataclass
class Frame:
    """An open bracket: the *key* it is the value of, the words before it, and the keys written in it so far."""

    is_block: bool
    key: str
    header: str = ""
    keys: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is about to be written: what is replaced begins at *start*.

    *key* is the key whose value it is, None where a key itself is written. *in_header*: between `name =` and `{`.
    """

    frames: tuple[Frame, ...]
    key: str | None
    start: int
    in_header: bool = False

    @property
    def in_key(self) -> bool:
        """Whether a key is written here."""
        return self.key is None


def declared(text: str) -> dict[str, str]:
    """Return the components that *text* declares at the start of a line, each with the words before its brace."""
    return {match[1]: " ".join(match[2].split()) for match in DECLARED.finditer(text)}


def declared_after(text: str, position: int) -> set[str]:
    """Return the keys that the block open at *position* has in the lines below."""
    keys = set()
    for line in text[position : position + LONGEST].split("\n")[1:]:
        if line.startswith("}") or DECLARED.match(line):
            break
        if match := _KEY.match(line):
            keys.add(match[1])
    return keys


def place_at(text: str, position: int) -> Place | None:
    """Return where *position* stands in *text*, None in a comment, behind a finished value, and where it is unsure."""
    begin = declaration_start(text, position)
    if position - begin > LONGEST:
        return None
    part = text[begin:position]
    problems = Problems()
    tokens = lex(part, "", problems, layout=True).tokens
    while tokens and (tokens[-1].type == END or tokens[-1].start == tokens[-1].end):
        tokens.pop()  # what the lexer puts where a bracket is still open
    if any(part.startswith('"""', one.start) and not _is_closed(part, one) for one in tokens if one.type == STRING):
        return None  # in a text of several lines
    last = tokens[-1] if tokens else None
    gap = _COMMENTS.sub(" ", part[last.end if last is not None else 0 :])
    if "/*" in gap or "#" in gap.rpartition("\n")[2] or "//" in gap.rpartition("\n")[2]:
        return None
    if last is not None and last.type == STRING and not _is_closed(part, last) and "\n" not in part[last.start :]:
        return _place(tokens[:-1], begin, begin + last.start + 1, newline=False)
    if last is not None and last.end == len(part):
        word = _WORD.search(part, last.start)
        if last.type == STRING or (word is None and _is_value(last)):
            return None
        if word is not None and word.start() == last.start:
            return _place(tokens[:-1], begin, begin + last.start, newline=False)
    return _place(tokens, begin, position, newline="\n" in gap)


def declaration_start(text: str, position: int) -> int:
    """Return where the declaration begins in which *position* lies; the start of the text where none does."""
    end = position
    while position - end <= LONGEST:
        start = text.rfind("\n", 0, end) + 1
        if start == 0 or DECLARED.match(text, start) or _BEGINS.match(text, start):
            return start
        end = start - 1
    return 0


def _is_closed(part: str, token: Token) -> bool:
    quote = part[token.start]
    width = 3 if part.startswith('"""', token.start) else 1
    return token.end - token.start >= 2 * width and part.endswith(quote * width, 0, token.end)


def _is_value(token: Token) -> bool:
    return token.type not in (ASSIGN, COMMA, NEWLINE, LBRACE, LSQB, RBRACE, RSQB)


class _Walk:
    """The brackets, keys and words that stand before a place."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.key: str | None = None
        self.after_assign = False
        self.words: list[Token] = []

    @property
    def in_array(self) -> bool:
        return bool(self.frames) and not self.frames[-1].is_block

    def take(self, token: Token) -> None:
        if token.type in (LBRACE, LSQB):
            self._open(token.type == LBRACE)
        elif token.type in (RBRACE, RSQB):
            if self.frames:
                self.frames.pop()
            self.key, self.after_assign, self.words = None, False, []
        elif token.type in (NEWLINE, COMMA):
            self.separate()
        elif token.type == ASSIGN:
            self.after_assign = True
        elif self.key is None and not self.in_array:
            self.key = token.text
            self.after_assign = token.type in (DEFAULTS, INCLUDE)
            if self.frames:
                self.frames[-1].keys.add(self.key)
        else:
            self.words.append(token)

    def _open(self, is_block: bool) -> None:
        key = self.frames[-1].key if self.in_array else self.key or ""
        self.frames.append(Frame(is_block, key, " ".join(word.text for word in self.words)))
        self.key, self.after_assign, self.words = None, False, []

    def separate(self) -> None:
        self.words = []
        if not self.in_array:
            self.key, self.after_assign = None, False


def _place(tokens: list[Token], begin: int, start: int, *, newline: bool) -> Place | None:
    """Return the place behind *tokens*, whose offsets count from *begin*."""
    walk = _Walk()
    for token in tokens:
        walk.take(token)
    if newline:
        walk.separate()
    frames = tuple(walk.frames)
    if walk.in_array:
        return Place(frames, frames[-1].key, start) if not walk.words else None
    if walk.key is None:
        return Place(frames, None, start)
    if not walk.after_assign or len(walk.words) > (0 if frames else 1):
        return None  # between a key and its `:`, or behind a value
    if frames or walk.key == "include":
        return Place(frames, walk.key, start)
    return Place(frames, walk.key, begin + walk.words[0].start if walk.words else start, in_header=True)
