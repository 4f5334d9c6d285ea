"""The routing graph's geometry: a layered layout with orthogonal lines, and the flow as text; no Textual here."""

from woodwork_tui.layout.arrange import arrange
from woodwork_tui.layout.geometry import Box, Cell, Head, Label, Layout, LineStyle, Path, Zoom
from woodwork_tui.layout.render import graph_json, render_ascii, render_dot, render_mermaid
from woodwork_tui.layout.svg import render_svg

__all__ = [
    "Box",
    "Cell",
    "Head",
    "Label",
    "Layout",
    "LineStyle",
    "Path",
    "Zoom",
    "arrange",
    "graph_json",
    "render_ascii",
    "render_dot",
    "render_mermaid",
    "render_svg",
]
