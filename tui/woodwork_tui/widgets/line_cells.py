"""Cells of a line-API table put together into strips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from woodwork_tui.state.columns import Column, Row
from woodwork_tui.text import fit, pad

CURSOR_MARK = "▌"

Plan = Sequence[tuple[Column[Row], int]]


def text_strip(text: str, width: int, style: Style) -> Strip:
    """Return one line of text after one blank."""
    return Strip([Segment(pad(" " + text, width), style)], width)


def heading_strip(plan: Plan[Row], gap: int, width: int, style: Style) -> Strip:
    """Return the line of column titles."""
    cells = (pad(column.title, wide, right=column.align == "right") for column, wide in plan)
    return text_strip((" " * gap).join(cells), width, style)


def row_strip(
    plan: Plan[Row],
    row: Row,
    gap: int,
    width: int,
    base: Style,
    styles: Mapping[str, Style],
    chosen: str | None = None,
) -> Strip:
    """Return the line of *row*; *chosen* is the tone of the cursor when it stands here."""
    ground = base if chosen is None else base + styles[chosen]
    # On the bright cursor only its own colours are readable; a resting cursor keeps the row's.
    plain = chosen == "cursor"
    segments = [Segment(CURSOR_MARK if chosen else " ", ground)]
    between = Segment(" " * gap, ground)
    for number, (column, wide) in enumerate(plan):
        if number:
            segments.append(between)
        segments.extend(_cell(column, row, wide, ground, styles, plain))
    used = 1 + sum(wide for _, wide in plan) + gap * max(0, len(plan) - 1)
    if used < width:
        segments.append(Segment(" " * (width - used), ground))
    strip = Strip(segments, max(used, width))
    return strip if used <= width else strip.crop(0, width)


def _cell(
    column: Column[Row], row: Row, width: int, ground: Style, styles: Mapping[str, Style], plain: bool
) -> list[Segment]:
    content, right = column.render(row), column.align == "right"
    if isinstance(content, str):
        return [Segment(pad(column.cut(content, width), width, right=right), ground)]
    style = ground if plain else ground + _style(content.style, styles)
    if plain or not content.spans:
        return [Segment(pad(column.cut(content.plain, width), width, right=right), style)]
    pieces = _pieces(content, width, style, styles)
    room = width - sum(piece.cell_length for piece in pieces)
    filler = [Segment(" " * room, ground)] if room > 0 else []
    return [*filler, *pieces] if right else [*pieces, *filler]


def _pieces(content: Text, width: int, style: Style, styles: Mapping[str, Style]) -> list[Segment]:
    """Return *content* cut to *width* cells; where spans overlap the later one wins."""
    shown = fit(content.plain, width)
    cuts = sorted({0, len(shown)} | {min(p, len(shown)) for span in content.spans for p in (span.start, span.end)})
    pieces = []
    for start, end in pairwise(cuts):
        here = style
        for span in content.spans:
            if span.start <= start and span.end >= end:
                here += _style(span.style, styles)
        pieces.append(Segment(shown[start:end], here))
    return pieces if cell_len(shown) <= width else [Segment(shown, style)]


def _style(style: str | Style, styles: Mapping[str, Style]) -> Style:
    if isinstance(style, Style):
        return style
    return styles.get(style) or (Style.parse(style) if style else Style.null())
