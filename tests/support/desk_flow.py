"""The flow of the support desk in which screens are tested: its text, and the plan of it made by hand."""

from __future__ import annotations

from types import MappingProxyType

from woodwork_engine.plan import Edge, EdgeKind, FlowPlan, Node
from woodwork_engine.role import Role
from woodwork_engine.source import Span

SOURCE = """\
# A support desk: tickets and a person's questions go to an agent that looks things up.

tickets = input generator {
    rate: 4
    sessions: 5
    payload: "ticket {n}"
    to: agent
}

chat = input cli {
    to: agent
}

agent = llm scripted {
    answers: ["Here is what I found: {input}"]
    latency: 60ms
    tools: [kb]
    to: [desk, audit]
}

kb = function python {
    path: "kb.py"
    function: search
}

desk = output console {}

audit = function python {
    path: "audit.py"
    function: handle
    to: []
}
"""

EARLIER_SOURCE = SOURCE.replace("    to: [desk, audit]\n", "    to: desk\n")


def place(text: str, after: str = "") -> Span:
    """Return the place of *text* in SOURCE, the first one behind *after*."""
    start = SOURCE.index(text, SOURCE.index(after) if after else 0)
    line = SOURCE.count("\n", 0, start) + 1
    column = start - SOURCE.rfind("\n", 0, start)
    return Span("main.ww", line, column, line, column + len(text))


def _node(name: str, kind: str, role: Role, **settings: str) -> Node:
    return Node(name, kind, role, place(f"{name} = {kind}"), MappingProxyType(dict(settings)))


def support_desk() -> FlowPlan:
    """Return the plan of SOURCE."""
    nodes = (
        _node("tickets", "input generator", Role.INPUT),
        _node("chat", "input cli", Role.INPUT),
        _node("agent", "llm scripted", Role.LLM),
        _node("kb", "function python", Role.PROCESSOR, path="kb.py", function="search"),
        _node("desk", "output console", Role.OUTPUT),
        _node("audit", "function python", Role.PROCESSOR, path="audit.py", function="handle"),
    )
    edges = (
        Edge("tickets", "agent", EdgeKind.EXPLICIT, place("to: agent", "tickets =")),
        Edge("chat", "agent", EdgeKind.EXPLICIT, place("to: agent", "chat =")),
        Edge("agent", "kb", EdgeKind.REFERENCE, place("kb", "tools:"), "tools"),
        Edge("agent", "desk", EdgeKind.EXPLICIT, place("desk", "to: [")),
        Edge("agent", "audit", EdgeKind.EXPLICIT, place("audit", "to: [")),
    )
    return FlowPlan("main.ww", nodes, edges, files=("main.ww",))
