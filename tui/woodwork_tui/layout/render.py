"""A flow as text for files and pipes: a picture, Mermaid, Graphviz DOT, and plain data for JSON."""

from __future__ import annotations

import html

from rich.cells import cell_len

from woodwork_engine.plan import EdgeKind, FlowPlan
from woodwork_engine.source import Span
from woodwork_tui.layout.arrange import arrange
from woodwork_tui.layout.faces import face
from woodwork_tui.layout.geometry import Layout, Zoom
from woodwork_tui.layout.glyphs import character, line
from woodwork_tui.layout.lines import style_of
from woodwork_tui.text import fit, one_line

_MERMAID_ARROWS = {EdgeKind.EXPLICIT: "-->", EdgeKind.INFERRED: "-.->", EdgeKind.REFERENCE: "-.-"}
_DOT_STYLES = {EdgeKind.EXPLICIT: "solid", EdgeKind.INFERRED: "dashed", EdgeKind.REFERENCE: "dotted"}
_ASCII_MARKS = str.maketrans({"…": "~", "⏎": "/"})


def _in_ascii(text: str) -> str:
    return text.translate(_ASCII_MARKS).encode("ascii", "replace").decode()


def _picture(plan: FlowPlan, layout: Layout, ascii_only: bool) -> list[dict[int, str]]:
    """Return the characters of each row by column; a wide character leaves out the column after it."""
    rows: list[dict[int, str]] = [{} for _ in range(layout.height)]
    for cell in layout.cells:
        rows[cell.y][cell.x] = character(cell, ascii_only=ascii_only)
    for path in layout.paths:
        if path.label and path.kind is EdgeKind.REFERENCE:
            dash = line(style_of(path), ascii_only=ascii_only)
            text = fit(path.via, path.label.width).center(path.label.width, dash)
            rows[path.label.y].update(enumerate(_in_ascii(text) if ascii_only else text, path.label.x))
    for node in plan.nodes:
        box = layout.box(node.name)
        if box is None:
            continue
        for dy, row in enumerate(face(node, box, layout.zoom, None, ascii_only=ascii_only)):
            column = box.x
            for char in "".join(run.text for run in row):
                rows[box.y + dy][column] = _in_ascii(char) if ascii_only else char
                column += cell_len(char)
    return rows


def render_ascii(plan: FlowPlan, *, ascii_only: bool = False) -> str:
    """Return a picture of *plan* in box-drawing characters, or in plain ASCII; ends with a line feed unless empty."""
    layout = arrange(plan, Zoom.NORMAL, with_kinds=True)
    lines = []
    for row in _picture(plan, layout, ascii_only):
        text, column = "", 0
        for at in sorted(row):
            text += " " * (at - column) + row[at]
            column = at + max(1, cell_len(row[at]))
        lines.append(text.rstrip())
    return "".join(f"{line}\n" for line in lines)


def _mermaid_text(text: str) -> str:
    return "".join(char if char.isalnum() or char in " _-./" else f"#{ord(char)};" for char in one_line(text))


def render_mermaid(plan: FlowPlan) -> str:
    """Return *plan* as a Mermaid flowchart; ids are generated, so any name is safe."""
    number = {node.name: f"n{index}" for index, node in enumerate(plan.nodes)}
    lines = ["flowchart LR"]
    lines += [
        f'  {number[node.name]}["{_mermaid_text(node.name)}<br/>{_mermaid_text(node.kind)}"]' for node in plan.nodes
    ]
    for edge in plan.edges:
        if edge.source in number and edge.target in number:
            said = [*([edge.via] if not edge.is_route else []), *edge.events]
            label = f'|"{_mermaid_text(", ".join(said))}"|' if said else ""
            lines.append(f"  {number[edge.source]} {_MERMAID_ARROWS[edge.kind]}{label} {number[edge.target]}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def render_dot(plan: FlowPlan) -> str:
    """Return *plan* in Graphviz's DOT language."""
    known = set(plan.names())
    lines = ["digraph flow {", "  rankdir=LR;", "  node [shape=box, style=rounded];"]
    for node in plan.nodes:
        name, kind = html.escape(one_line(node.name)), html.escape(one_line(node.kind))
        lines.append(f'  {_quoted(node.name)} [label=<{name}<br/><font point-size="10">{kind}</font>>];')
    for edge in plan.edges:
        if edge.source in known and edge.target in known:
            said = [*([edge.via] if not edge.is_route else []), *edge.events]
            label = f", label={_quoted(', '.join(said))}" if said else ""
            style = _DOT_STYLES[edge.kind]
            lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [style={style}{label}];")
    return "\n".join([*lines, "}"]) + "\n"


def _place(span: Span) -> dict[str, object]:
    return {"file": span.file, "line": span.line, "column": span.column}


def graph_json(plan: FlowPlan) -> dict[str, object]:
    """Return *plan* as JSON-ready data: nodes with kind, role and place, edges with kind, key, events and place."""
    return {
        "file": plan.file,
        "nodes": [
            {
                "name": node.name,
                "kind": node.kind,
                "role": node.role.value,
                "problem": node.problem.summary if node.problem else None,
                **_place(node.span),
            }
            for node in plan.nodes
        ],
        "edges": [
            {
                "source": edge.source,
                "target": edge.target,
                "kind": edge.kind.value,
                "via": edge.via,
                "events": list(edge.events),
                **_place(edge.span),
            }
            for edge in plan.edges
        ],
    }
