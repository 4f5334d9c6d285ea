"""Rich's pictures of a screen made smaller, and compared in words.

kept = plain(app.export_screenshot())   a group for each line of the screen, styles named by what they are
differences(kept, plain(...))           `line  3 was ... is ...`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import zip_longest

CELL, LINE = 12.2, 24.4
"""Width and height of a cell of the screen in Rich's pictures."""

_STYLE = re.compile(r"\.terminal-\d+-(r\d+) \{ (.*?) ?\}")
_GROUND = re.compile(r'<rect fill="(#\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"')
_WORDS = re.compile(
    r'<text class="terminal-\d+-(r\d+)" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)" clip-path="[^"]+">'
    r"([^<]*)</text>"
)
_KEPT_LINE = re.compile(r'<g transform="translate\(0 [\d.]+\)">\n(.*?)</g>', re.DOTALL)
_KEPT_WORDS = re.compile(r'<text class="[^"]+" x="([\d.]+)" textLength="[^"]+">([^<]*)</text>')


def plain(svg: str) -> str:
    """Return Rich's picture *svg* without window, fonts from the network, and clip paths."""
    rules = dict(_STYLE.findall(svg))
    lines: dict[int, list[str]] = {}
    for fill, x, y, width in _grounds(svg):
        element = f'<rect fill="{fill}" x="{x:g}" width="{width:g}" height="{LINE + 0.2:g}"/>'
        lines.setdefault(int(y / LINE), []).append(element)
    for style, x, y, length, text in _WORDS.findall(svg):
        words = text.replace("&#160;", " ")
        element = f'<text class="{_name(rules[style])}" x="{x}" textLength="{length}">{words}</text>'
        lines.setdefault(int(float(y) / LINE), []).append(element)
    columns = max(x + width for _, x, _, width in _grounds(svg))
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {columns:g} {LINE * len(lines):g}">',
            "<style>",
            'text { font-family: "Fira Code", monospace; font-size: 20px; transform: translateY(18.5px) }',
            "rect { shape-rendering: crispEdges }",
            *sorted({f".{_name(style)} {{ {style} }}" for style in rules.values()}),
            "</style>",
            '<g xml:space="preserve">',
            *(_group(number, elements) for number, elements in sorted(lines.items())),
            "</g>",
            "</svg>",
            "",
        )
    )


def _name(style: str) -> str:
    """Return the name of the class with the CSS *style*; what begins with `terminal-` the plugin's report makes unique.

    It takes a number behind that away.
    """
    return "-".join(("terminal-is", *re.findall(r"(?<=#)\w+|bold|italic|underline|line-through", style)))


def _group(number: int, elements: list[str]) -> str:
    return "\n".join((f'<g transform="translate(0 {LINE * number:g})">', *elements, "</g>"))


def _grounds(svg: str) -> Iterator[tuple[str, float, float, float]]:
    """Yield fill, x, y and width of each ground; neighbours of one colour are one."""
    last: tuple[str, float, float, float] | None = None
    for fill, *numbers in _GROUND.findall(svg):
        x, y, width = map(float, numbers)
        if last is not None and (fill, y) == (last[0], last[2]):
            last = (fill, last[1], y, x + width - last[1])
            continue
        if last is not None:
            yield last
        last = (fill, x, y, width)
    if last is not None:
        yield last


def differences(before: str, now: str) -> str:
    """Return in which lines of the screen two plain pictures differ, as they were and as they are."""
    told = []
    for number, (old, new) in enumerate(zip_longest(_kept(before), _kept(now), fillvalue=""), 1):
        was, is_ = _text(old), _text(new)
        if was != is_:
            told.append(f"line {number:2} was {was}\n        is  {is_}")
        elif old != new:
            told.append(f"line {number:2} has other colours: {is_}")
    return "\n".join(told) or "Only the colours of the styles differ."


def _kept(svg: str) -> list[str]:
    return _KEPT_LINE.findall(svg)


def _text(line: str) -> str:
    text = ""
    for x, words in _KEPT_WORDS.findall(line):
        text = text.ljust(round(float(x) / CELL)) + unescape(words)
    return text.rstrip()
