"""A flow as a self-contained SVG picture: the layered drawing with real lines, light or dark as its reader has it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

from woodwork_engine.plan import Edge, FlowPlan, Node
from woodwork_tui.layout.arrange import arrange
from woodwork_tui.layout.geometry import Box, Label, Layout, LineStyle, Path, Zoom
from woodwork_tui.layout.lines import style_of
from woodwork_tui.text import fit, fit_middle, one_line

_CELL = (9.0, 18.0)
"""Pixels of a terminal cell: a little wider than the letters of the text, whatever monospaced face there is."""
_MARGIN = 12.0
_ROUND = 5.0
_HEAD = (8.0, 4.0)
_LEGEND = 28.0
_WORDS = {LineStyle.INFERRED: "inferred", LineStyle.FEEDBACK: "feedback", LineStyle.REFERENCE: "reference"}
_BAD_XML = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})

_STYLE = """
  svg { background: #ffffff; font: 13px ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
  rect { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.2; }
  .input rect, .output rect { stroke: #0969da; }
  .agent rect, .llm rect { stroke: #8250df; }
  .problem rect { stroke: #cf222e; stroke-dasharray: 4 3; }
  text { fill: #1f2328; } .name { font-weight: bold; } .muted { fill: #57606a; font-size: 12px; }
  path { fill: none; stroke: #57606a; stroke-width: 1.4; } polygon { fill: #57606a; }
  .inferred path { stroke-dasharray: 6 4; } .feedback path { stroke-dasharray: 10 3 2 3; }
  .reference path { stroke-dasharray: 1.5 4; } .label { fill: #ffffff; stroke: none; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } rect { fill: #161b22; stroke: #8b949e; }
    .input rect, .output rect { stroke: #58a6ff; } .agent rect, .llm rect { stroke: #bc8cff; }
    .problem rect { stroke: #ff7b72; } text { fill: #e6edf3; } .muted { fill: #8b949e; }
    path { stroke: #8b949e; } polygon { fill: #8b949e; } .label { fill: #0d1117; }
  }
"""

_Point = tuple[float, float]


def render_svg(plan: FlowPlan) -> str:
    """Return *plan* as an SVG document that needs nothing else; whatever the flow says is text in it."""
    layout = arrange(plan, Zoom.NORMAL, with_kinds=True)
    used = [style for style in _WORDS if any(style_of(path) is style for path in layout.paths)]
    width = max(layout.width * _CELL[0], _legend_width(used)) + 2 * _MARGIN
    height = layout.height * _CELL[1] + 2 * _MARGIN + (_LEGEND if used else 0.0)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img">',
        f"  <title>{_text(plan.file)}</title>",
        f"  <style>{_STYLE}  </style>",
        *_edges(plan, layout),
        *_nodes(plan, layout),
        *_legend(used, layout.height * _CELL[1] + _MARGIN + _LEGEND / 2),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return html.escape(one_line(text).translate(_BAD_XML))


def _middle(x: float, y: float) -> _Point:
    """Return the middle of a cell, in pixels."""
    return _MARGIN + (x + 0.5) * _CELL[0], _MARGIN + (y + 0.5) * _CELL[1]


# Nodes


def _nodes(plan: FlowPlan, layout: Layout) -> Iterator[str]:
    for node in plan.nodes:
        box = layout.box(node.name)
        if box is not None:
            yield from _node(node, box)


def _node(node: Node, box: Box) -> Iterator[str]:
    left, top = _middle(box.x, box.y)
    width, height = (box.width - 1) * _CELL[0], (box.height - 1) * _CELL[1]
    room = box.width - 3
    said = f"{node.name}: {node.kind}" + (f" does not start: {node.problem.summary}" if node.problem else "")
    yield f'  <g class="{node.role.value}{" problem" if node.problem else ""}">'
    yield f"    <title>{_text(said)}</title>"
    yield f'    <rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="6"/>'
    for text, look, down in ((node.name, "name", 15.0), (node.kind, "muted", 30.0)):
        shown = _text(fit_middle(text, room))
        yield f'    <text class="{look}" x="{left + _CELL[0]:g}" y="{top + down:g}">{shown}</text>'
    yield "  </g>"


# Edges


def _edges(plan: FlowPlan, layout: Layout) -> Iterator[str]:
    events = {(edge.source, edge.target, edge.via): edge for edge in plan.edges}
    boxes = {box.name: box for box in layout.boxes}
    for path in layout.paths:
        style = style_of(path)
        yield f'  <g class="{style.value}">'
        yield f"    <title>{_text(_said(path, events.get((path.source, path.target, path.via))))}</title>"
        points = list(_corners(_route(path, boxes[path.source], boxes[path.target])))
        yield f'    <path d="{_rounded(points)}"/>'
        yield f'    <polygon points="{_head(points[-1], up=path.feedback)}"/>'
        if path.label is not None and style is LineStyle.REFERENCE:
            yield from _label(path.via, path.label)
        yield "  </g>"


def _said(path: Path, edge: Edge | None) -> str:
    via = "" if path.via == "to" else f" ({path.via})"
    on = f" on {', '.join(edge.events)}" if edge is not None and edge.events else ""
    return f"{path.source} → {path.target}{via}{on}"


def _route(path: Path, source: Box, target: Box) -> Iterator[_Point]:
    """Yield the middles of the cells of *path*, from the border of one box to that of the other."""
    last = source.y + source.height - 1, target.y + target.height - 1
    yield (
        _middle(source.feedback_out, last[0])
        if path.feedback
        else _middle(source.x + source.width - 1, path.cells[0][1])
    )
    for cell in path.cells:
        yield _middle(*cell)
    yield _middle(path.cells[-1][0], last[1]) if path.feedback else _middle(target.x, path.cells[-1][1])


def _corners(points: Iterable[_Point]) -> Iterator[_Point]:
    """Yield the ends of *points* and the ones at which the line turns."""
    every = list(points)
    yield every[0]
    for before, here, behind in zip(every, every[1:], every[2:], strict=False):
        if not (before[0] == here[0] == behind[0] or before[1] == here[1] == behind[1]):
            yield here
    yield every[-1]


def _rounded(points: Sequence[_Point]) -> str:
    drawn = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, here, behind in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(here, before), _towards(here, behind)
        drawn.append(f"L{start[0]:g} {start[1]:g}Q{here[0]:g} {here[1]:g} {end[0]:g} {end[1]:g}")
    drawn.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return "".join(drawn)


def _towards(here: _Point, there: _Point) -> _Point:
    """Return the point as far from *here* as a corner is round, or half way to *there* where that is nearer."""
    across, down = there[0] - here[0], there[1] - here[1]
    length = abs(across) + abs(down)
    share = min(_ROUND, length / 2) / length if length else 0.0
    return here[0] + across * share, here[1] + down * share


def _head(tip: _Point, *, up: bool) -> str:
    (x, y), (long, half) = tip, _HEAD
    points = (
        [(x, y), (x - half, y + long), (x + half, y + long)]
        if up
        else [(x, y), (x - long, y - half), (x - long, y + half)]
    )
    return " ".join(f"{px:g},{py:g}" for px, py in points)


def _label(text: str, label: Label) -> Iterator[str]:
    shown = fit(text, label.width)
    (left, y), width = _middle(label.x - 0.5, label.y), label.width * _CELL[0]
    yield f'    <rect class="label" x="{left:g}" y="{y - 8:g}" width="{width:g}" height="16"/>'
    yield f'    <text class="muted" x="{left + width / 2:g}" y="{y + 4:g}" text-anchor="middle">{_text(shown)}</text>'


# What the lines mean


def _legend_width(styles: Sequence[LineStyle]) -> float:
    return len(styles) * 16 * _CELL[0]


def _legend(styles: Sequence[LineStyle], y: float) -> Iterator[str]:
    for number, style in enumerate(styles):
        left = _MARGIN + number * 16 * _CELL[0]
        yield f'  <g class="{style.value}"><path d="M{left:g} {y:g}h36"/>'
        yield f'    <text class="muted" x="{left + 44:g}" y="{y + 4:g}">{_WORDS[style]}</text></g>'
