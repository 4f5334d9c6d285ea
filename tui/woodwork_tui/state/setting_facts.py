"""What the inspector says about a component's settings and policy: each value, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import chain

from rich.cells import cell_len
from rich.text import Text

from woodwork_engine.plan import Layer, Node, PolicyPlace, Setting
from woodwork_engine.policy import BreakerPolicy, DedupePolicy, DeliveryPolicy
from woodwork_engine.role import Role
from woodwork_engine.secret_names import is_secret
from woodwork_engine.source import Span
from woodwork_tui.state.facts import LABEL, fact, listed, place_text
from woodwork_tui.text import fit, one_line
from woodwork_tui.units import count, duration, plural

_SECONDS = frozenset({"timeout", "ttl", "block_timeout", "base", "cap", "max_retry_after"})
_NOT_TOLD = frozenset({"retry", "ttl_is_own"})
_SHORTEST_VALUE = 8
HIDDEN = "•••"


Declared = Callable[[Node, int], Sequence[Text]]
"""Says how a component is declared, in lines of so many cells."""


def declared_facts(node: Node, width: int) -> Sequence[Text]:
    """Return the settings and the policy of *node*; what takes no deliveries has no policy."""
    policy = policy_facts(node, width) if node.role not in (Role.INPUT, Role.RESOURCE) else ()
    return (*setting_facts(node, width), *policy)


class LastDeclared:
    """Remembers what was said of the component looked at last, which is asked for ten times a second."""

    def __init__(self) -> None:
        self._node: Node | None = None
        self._width = 0
        self._lines: Sequence[Text] = ()

    def __call__(self, node: Node, width: int) -> Sequence[Text]:
        """Return `declared_facts`."""
        if node is not self._node or width != self._width:
            self._node, self._width, self._lines = node, width, declared_facts(node, width)
        return self._lines


def setting_facts(node: Node, width: int) -> Iterator[Text]:
    """Yield the settings that are written, each with its line, then what its kind takes for the others."""
    told = [(name, _shown(name, value), node.places.get(name)) for name, value in node.settings.items()]
    for number, (name, value, span) in enumerate(told):
        where = _line(span, node) if span is not None else ""
        yield from _value("set" if number == 0 else "", name, value, where, width)
    usual = [f"{name} {_shown(name, value)}" for name, value in node.built_in.items()]
    if usual:
        yield from listed("" if told else "set", [*usual[:-1], f"{usual[-1]} (default)"], width, " · ", "muted")


def policy_facts(node: Node, width: int) -> Iterator[Text]:
    """Yield what of the policy is written, with where; then the rest, which is built in."""
    values = dict(_values(node.policy))
    written = {name: place for name, place in node.policy_places.items() if name in values}
    for number, (name, place) in enumerate(written.items()):
        label = "policy" if number == 0 else ""
        yield from _value(label, name, _told(name, values[name]), _where(place, node), width)
    rest = [f"{name} {_told(name, value)}" for name, value in values.items() if name not in written]
    yield from listed("default", rest, width, " · ", "muted")


def _value(label: str, name: str, value: str, where: str, width: int) -> Iterator[Text]:
    """Yield *name* and *value* with *where* they come from at the end, below them where there is no room."""
    room, told = width - LABEL - len(where) - 1, one_line(f"{name} {value}")
    if cell_len(told) <= max(room, _SHORTEST_VALUE) or room >= 2 * _SHORTEST_VALUE:
        yield ends_with(fact(label, fit(told, max(room, _SHORTEST_VALUE))), where, width)
    else:
        yield fact(label, fit(told, width - LABEL))
        yield ends_with(fact(""), where, width)


def ends_with(line: Text, end: str, width: int) -> Text:
    """Return *line* filled up to *width* cells so that it closes with *end*."""
    line.append(" " * max(1, width - line.cell_len - len(end)))
    line.append(end, style="accent")
    return line


def _line(span: Span, node: Node) -> str:
    return f":{span.line}" if span.file == node.span.file else one_line(place_text(span.file, span.line))


def _where(place: PolicyPlace, node: Node) -> str:
    line = _line(place.span, node)
    return line if place.layer is Layer.COMPONENT else f"{place.layer.value} {line}"


def _shown(name: str, value: Setting) -> str:
    if isinstance(value, Mapping):
        kind = f"{value['type']} " if "type" in value else ""
        return f"{kind}{{{plural(len(value) - bool(kind), 'key')}}}"
    if isinstance(value, tuple):
        simple = all(isinstance(item, str | int | float) for item in value)
        return ", ".join(map(str, value)) if simple and len(value) <= 3 else plural(len(value), "item")
    if isinstance(value, str):
        return HIDDEN if is_secret(name, value) else value
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    return f"{value:,}" if isinstance(value, int) else str(value)


def _values(policy: DeliveryPolicy) -> Iterator[tuple[str, object]]:
    for owner in (policy, policy.retry):
        for each in fields(owner):
            if each.name not in _NOT_TOLD:
                yield each.name, getattr(owner, each.name)


def _told(name: str, value: object) -> str:
    if value is None:
        return "none"
    if name in _SECONDS and isinstance(value, int | float):
        return duration(value)
    if isinstance(value, BreakerPolicy):
        return f"{value.rate:.0%} of {value.min:,} in {duration(value.window)}"
    if isinstance(value, DedupePolicy):
        return f"{duration(value.window)}, {count(value.max_ids)} ids"
    if isinstance(value, tuple):
        items = chain.from_iterable(value) if name == "on" else value  # rules about errors come in layers
        return ", ".join(map(str, items)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,}" if isinstance(value, int) else str(value)
