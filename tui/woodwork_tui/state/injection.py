"""Messages a person sends into a flow by hand: to whom, with what, and how the typed text is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from woodwork_engine.payload import decode
from woodwork_engine.plan import FlowPlan, Node
from woodwork_engine.role import Role
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.payload_edit import LARGEST, Invalid, as_text, harmless, parse
from woodwork_tui.state.view import View
from woodwork_tui.text import one_line

_SCALAR = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null")
_HOLE = re.compile(r"\{(n|session|[^{}|]*(?:\|[^{}|]*)+)\}")
"""What a generator fills in (engine: components.templates)."""
_TAKE_TEXT = frozenset({"input cli"})
_MOST_SESSIONS = 50
_LOOK_BACK = 5_000
"""Deliveries; a message seen longer ago is no example any more."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A component that can be sent to, its kind, and whether it is an input."""

    name: str
    kind: str
    is_input: bool


def recipients(plan: FlowPlan | None) -> tuple[Recipient, ...]:
    """Return whom a message can be sent to: inputs first, then the others, each in the order of the file."""
    if plan is None:
        return ()
    able = [node for node in plan.nodes if node.problem is None]
    found = [Recipient(node.name, node.kind, node.role is Role.INPUT) for node in able]
    return tuple(sorted(found, key=lambda each: not each.is_input))


def recipient_for(view: View) -> str | None:
    """Return whom the person most likely means: the selected component, else the input made for typing, else any."""
    plan = view.snapshot.plan
    names = [each.name for each in recipients(plan)]
    if view.selection.node in names:
        return view.selection.node
    return next((name for name in names if is_prompt(plan, name)), next(iter(names), None))


def is_prompt(plan: FlowPlan | None, component: str) -> bool:
    """Whether *component* is an `input cli`, which has a prompt of its own."""
    node = plan.node(component) if plan else None
    return node is not None and node.role is Role.INPUT and node.kind == "input cli"


def sessions(view: View) -> tuple[str, ...]:
    """Return sessions to choose from: the chosen one first, then the busiest; none that could not be typed."""
    first = (view.selection.session,) if view.selection.session else ()
    known = dict.fromkeys((*first, *(session.id for session in view.snapshot.sessions[:_MOST_SESSIONS])))
    return tuple(session for session in known if one_line(session) == session)


@dataclass(frozen=True, slots=True)
class Example:
    """A payload to begin with, as text to edit, and where it is from."""

    text: str
    origin: str


def example(component: str, plan: FlowPlan | None, history: DeliveryHistory) -> Example:
    """Return what a message to *component* begins with: the payload of the last one, else one made up for it."""
    node = plan.node(component) if plan else None
    last = _last(component, history, is_input=node is not None and node.role is Role.INPUT)
    if last is not None:
        return Example(last, "the last message there")
    maker = _maker(node, plan)
    if maker is not None:
        value = _filled(_template(maker))
        return Example(value if reads_as_itself(value) else as_text(value), f"what {maker.name} makes")
    if node is None or node.takes or node.kind in _TAKE_TEXT:
        return Example("", "")
    return Example(as_text({"text": "hello"}), "an example, nothing was seen there yet")


def origin_line(example: Example) -> str:
    """Return where *example* is from, behind a dot; nothing for one that is empty."""
    return f" · from {example.origin}" if example.origin else ""


def _maker(node: Node | None, plan: FlowPlan | None) -> Node | None:
    """Return the generator that *node* is, or that sends to it."""
    if node is None or plan is None:
        return None
    senders = {edge.source for edge in plan.edges if edge.target == node.name and edge.is_route}
    made = (each for each in plan.nodes if each.name in senders | {node.name} and each.kind == "input generator")
    return next(made, None)


def _template(maker: Node) -> object:
    several = maker.settings.get("payloads")
    first = several[0] if isinstance(several, tuple) and several else None
    return first if first is not None else maker.settings.get("payload", "message {n}")


def _filled(template: object) -> object:
    """Return what a generator's *template* says first, with the first of each choice."""
    if isinstance(template, str):
        return 1 if template == "{n}" else _HOLE.sub(_first, template)
    if isinstance(template, Mapping):
        return {str(key): _filled(value) for key, value in template.items()}
    if isinstance(template, tuple):
        return [_filled(value) for value in template]
    return template if template is None or isinstance(template, bool | int | float) else str(template)


def _first(hole: re.Match[str]) -> str:
    return {"n": "1", "session": "session-1"}.get(hole[1]) or hole[1].split("|")[0]


def _last(component: str, history: DeliveryHistory, *, is_input: bool) -> str | None:
    for number, row in enumerate(reversed(history.rows)):
        if number >= _LOOK_BACK:
            break
        if (row.source if is_input else row.target) == component and row.emission is not None:
            if (row.size or 0) > LARGEST:
                continue
            value = row.payload()
            return str(value) if reads_as_itself(value) else as_text(value)
    return None


@dataclass(frozen=True, slots=True)
class Payload:
    """Typed text as a payload, and in a word what it was read as."""

    value: object
    kind: str


def read_payload(text: str) -> Payload | Invalid:
    """Return *text* as a payload: JSON where it begins like an object, a list or a quoted text, or is a number, true,
    false or null; else text as it is.
    """
    stripped = text.strip()
    if not stripped.startswith(("{", "[", '"')) and not _SCALAR.fullmatch(stripped):
        return Payload(text, "text")
    parsed = parse(stripped)
    if isinstance(parsed, Invalid):
        return parsed
    return Payload(decode(parsed.encoded), "JSON")


def reads_as_itself(value: object) -> TypeGuard[str]:
    """Whether *value* is text that can be typed as it is and then means itself."""
    if not isinstance(value, str) or harmless(value) != value:
        return False
    read = read_payload(value)
    return isinstance(read, Payload) and read.value == value
