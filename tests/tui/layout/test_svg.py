"""The flow as SVG: everything the flow says is text in it, every line begins and ends at a box."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.checking import plan_of
from woodwork_engine.plan import Edge, EdgeKind, FlowPlan, Node
from woodwork_engine.role import Role
from woodwork_engine.source import Span
from woodwork_tui.layout import render_svg

FLOW = """
in = input cli { to = agent }
agent = llm scripted { memory = notes, to = [out, { component = again, on = "agent.error" }] }
again = echo { to = agent }
notes = memory short_term {}
out = output console {}
guess = echo {}
broken = nothing {}
"""
NS = "{http://www.w3.org/2000/svg}"
PLACE = Span("main.ww", 1, 1, 1, 2)


def drawn(plan: FlowPlan) -> ET.Element:
    return ET.fromstring(render_svg(plan))  # noqa: S314  our own


def titles(picture: ET.Element) -> set[str]:
    return {found.text or "" for found in picture.iter(f"{NS}title")}


def test_it_shows_every_component_with_its_kind_and_every_line() -> None:
    plan = plan_of(FLOW)
    picture = drawn(plan)
    texts = {found.text for found in picture.iter(f"{NS}text")}
    assert {*plan.names(), *(node.kind for node in plan.nodes)} <= texts
    assert {"inferred", "feedback", "reference"} <= texts
    assert {"in → agent", "agent → notes (memory)", "agent → again on agent.error", "agent: llm scripted"} <= titles(
        picture
    )
    assert any(title.startswith("broken: nothing does not start") for title in titles(picture))


def test_lines_begin_at_the_border_of_one_box_and_end_at_that_of_the_other() -> None:
    picture = drawn(plan_of("a = input cli { to = b }\nb = output console {}\n"))
    boxes = [
        {key: float(box.attrib[key]) for key in ("x", "y", "width", "height")} for box in picture.iter(f"{NS}rect")
    ]
    (line,) = (path.attrib["d"] for path in picture.iter(f"{NS}path"))
    (x1, y1), (x2, y2) = (map(float, pair.split()) for pair in re.findall(r"[ML]([\d.]+ [\d.]+)", line))
    assert (x1, x2) == (boxes[0]["x"] + boxes[0]["width"], boxes[1]["x"])
    assert y1 == y2 == boxes[0]["y"] + boxes[0]["height"] / 2


def test_it_needs_nothing_from_elsewhere() -> None:
    text = render_svg(plan_of(FLOW))
    assert set(re.findall(r"https?://[^\"' ]+", text)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(script|image|use|foreignObject)|url\(|@import|href", text)


def test_an_empty_flow_is_an_empty_picture() -> None:
    assert not list(drawn(FlowPlan("main.ww")).iter(f"{NS}rect"))


@pytest.mark.parametrize(
    "hostile", ["</text><script>alert(1)</script>", "a\x1b[2J\x00b", "&amp;\"'<", "\ufffe\uffff\ud800", "\u202etxt"]
)
def test_hostile_text_stays_text(hostile: str) -> None:
    nodes = (Node(hostile, hostile, Role.INPUT, PLACE), Node("b", "echo", Role.PROCESSOR, PLACE))
    edge = Edge(hostile, "b", EdgeKind.REFERENCE, PLACE, hostile, (hostile,))
    text = render_svg(FlowPlan(hostile, nodes, (edge,)))
    assert "<script" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202e\ufffe\uffff]", text)
    ET.fromstring(text)  # noqa: S314  our own


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_any_names_make_a_sound_document(one: str, other: str) -> None:
    nodes = tuple(Node(name, other, Role.PROCESSOR, PLACE) for name in dict.fromkeys((one, other)))
    drawn(FlowPlan(one, nodes, (Edge(one, other, EdgeKind.EXPLICIT, PLACE),)))
