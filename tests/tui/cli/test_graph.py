"""`woodwork-tui graph`: the routing graph as text (interfaces: Command line)."""

from __future__ import annotations

import json

import pytest

from support.commands import woodwork

FLOW = """
in = input cli { to = agent }
agent = llm scripted { memory = notes, to = [out, again] }
again = echo { to = agent }
notes = memory short_term {}
out = output console {}
"""


@pytest.fixture
def folder(tmp_path):
    tmp_path.joinpath("main.ww").write_text(FLOW)
    return tmp_path


def test_the_picture_shows_every_component_and_an_arrow_into_each_target(folder):
    done = woodwork("graph", "main.ww", folder=folder)
    assert done.status == 0
    for name in ("in", "agent", "again", "notes", "out"):
        assert f" {name} " in done.out
    assert done.out.count("►") == 3, "in to agent, agent to out and to again; the feedback ends below"
    assert "▲" in done.out
    assert "▷" in done.out, "a reference is no route"


def test_a_terminal_without_unicode_gets_ascii(folder):
    done = woodwork("graph", "main.ww", folder=folder, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.status == 0
    assert done.out.isascii()
    assert "agent" in done.out


def test_json_tells_nodes_and_edges_with_their_places(folder):
    said = json.loads(woodwork("graph", "main.ww", "--format", "json", folder=folder).out)
    assert [node["name"] for node in said["nodes"]] == ["in", "agent", "again", "notes", "out"]
    edges = {(edge["source"], edge["target"]): edge for edge in said["edges"]}
    assert edges["agent", "notes"]["kind"] == "reference"
    assert edges["agent", "out"]["kind"] == "explicit"
    assert (edges["in", "agent"]["line"], edges["in", "agent"]["column"]) == (2, 23)


@pytest.mark.parametrize(
    ("form", "first", "edge"), [("mermaid", "flowchart", "-->"), ("dot", "digraph", '"in" -> "agent"')]
)
def test_other_programs_can_draw_it(folder, form, first, edge):
    done = woodwork("graph", "main.ww", "--format", form, folder=folder)
    assert done.out.startswith(first)
    assert edge in done.out


def test_a_file_with_errors_is_told_and_not_drawn(folder):
    folder.joinpath("main.ww").write_text(FLOW.replace("to = agent", "to = agnet"))
    done = woodwork("graph", "main.ww", folder=folder)
    assert done.status == 2
    assert not done.out
    assert "did you mean 'agent'?" in done.said
