"""What each part of a line of `.ww` text is, for colours: tolerant, one regular expression, no grammar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum


class Part(StrEnum):
    """What a stretch of text is; the value is its tone."""

    COMMENT = "muted"
    STRING = "ok"
    VALUE = "accent"
    KIND = "warn"
    KEY = "title"


Span = tuple[int, int, Part]
"""Start and end (exclusive) in code points, and what it is."""

_LINE = re.compile(
    r"""(?P<comment>\#.*|//.*|/\*(?:.*?\*/|.*))
    |(?P<string>\"\"\"(?:.*?\"\"\"|.*)|"(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?)
    |(?P<kind>[A-Za-z_][\w-]*+(?:[ \t]++[A-Za-z_][\w-]*+)?(?=[ \t]*+\{))
    |(?P<key>[A-Za-z_][\w-]*+(?=[ \t]*+[:=](?!/)))
    |(?P<value>\$\{?\w*+\}?|(?:true|false|null|none|-?\d+(?:\.\d+)?(?:ms|s|m|h|d)?)(?![^\s,{}\[\]:]))
    |(?P<plain>(?:[^\s,{}\[\]"':=]|:(?=[^\s,{}\[\]"']))++)""",
    re.VERBOSE | re.IGNORECASE,
)
_PARTS = {"comment": Part.COMMENT, "string": Part.STRING, "kind": Part.KIND, "key": Part.KEY, "value": Part.VALUE}
_OPENERS = {"/*": "*/", '"""': '"""'}
_LONGEST = 4_000
"""Characters of a line beyond which nothing is coloured."""


def parts(line: str, within: str = "") -> list[Span]:
    """Return the coloured stretches of *line*; *within* is what closes the comment or string it begins in."""
    return _scan(line, within)[0]


def carried(lines: Sequence[str]) -> list[str]:
    """Return, for each line, what closes the comment or text over several lines in which it begins; mostly nothing."""
    found, within = [], ""
    for line in lines:
        found.append(within)
        if within or "/*" in line or '"""' in line:
            within = _scan(line, within)[1]
    return found


def _scan(line: str, within: str) -> tuple[list[Span], str]:
    spans: list[Span] = []
    position = 0
    if within:
        end = line.find(within)
        position = len(line) if end < 0 else end + len(within)
        spans.append((0, position, Part.COMMENT if within == "*/" else Part.STRING))
        if end < 0:
            return spans, within
    for match in _LINE.finditer(line, position, _LONGEST):
        part = _PARTS.get(match.lastgroup or "")
        if part is None:
            continue
        spans.append((match.start(), match.end(), part))
        closer = _OPENERS.get(match[0][: 2 if part is Part.COMMENT else 3])
        if closer and (len(match[0]) < 2 * len(closer) or not match[0].endswith(closer)):
            return spans, closer
    return spans, ""
