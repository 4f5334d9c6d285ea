"""Which key does what, where a person wants it otherwise: their wishes checked against the registry of actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations

from woodwork_tui.actions import ACTIONS, Action, show_key
from woodwork_tui.state.key_names import KeyNameError, key_name, types_text

_ALWAYS = frozenset("hjklgG")
"""Vim's keys: what they do in lists they always do."""
_PLACES = frozenset(
    {"retries", "dlq", "held", "inject", "flow", "chat", "file", "editor", "filter", "command", "typed"}
)
"""First words of ids of actions that exist in one place only; all others meet everywhere."""
_START = "start"
"""The place before a flow is open: there are no tabs and no lists."""
_LINES = frozenset({"filter", "command", "typed"})
"""Places in which text is typed: no action from elsewhere is heard there."""
_EDITOR = "editor"
"""The place where text is typed into the flow's file; what has no letter is heard there too."""
_AMONG_TEXT = frozenset(
    {
        *("app.palette", "app.quit", "chat.send", "chat.leave", "chat.older", "chat.newer"),
        *("edit.done", "inject.send", "inject.turn"),
    }
)
"""Actions that are heard while text is typed, besides those of the lines themselves."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A wish that is not granted: the *action* as it was written, and why."""

    action: str
    problem: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys of actions that are not the registry's, as Textual takes them, and the wishes that were refused."""

    keys: Mapping[str, str]
    refused: tuple[Refused, ...] = ()


def keymap(wishes: Mapping[str, Sequence[str]], actions: Iterable[Action] = ACTIONS) -> Keymap:
    """Return what comes of *wishes*, which name the keys of an action by its id; a refused one changes nothing."""
    known = {each.id: each for each in actions}
    granted: dict[str, tuple[str, ...]] = {}
    refused = []
    for name, written in wishes.items():
        found = _read(name, written, known)
        if isinstance(found, Refused):
            refused.append(found)
        else:
            granted[name] = found
    refused += _without_conflicts(granted, known)
    return Keymap({name: ",".join(keys) for name, keys in granted.items()}, tuple(refused))


def _read(name: str, written: Sequence[str], known: Mapping[str, Action]) -> tuple[str, ...] | Refused:
    action = known.get(name)
    if action is None:
        close = get_close_matches(name, known, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else "`woodwork-tui keys` lists them"
        return Refused(name, f"no action {name!r}", remedy)
    if not action.key:
        return Refused(name, f"{name!r} has no key that could be another one", f"it is a command: :{action.command}")
    if not written:
        return Refused(name, f"{name!r} is left without a key", "write one, or take the line out")
    try:
        keys = [key_name(each) for each in written]
    except KeyNameError as error:
        return Refused(name, str(error))
    if (name in _AMONG_TEXT or _place(name) in _LINES | {_EDITOR}) and (typed := next(filter(types_text, keys), None)):
        why = f"{show_key(typed)!r} cannot be {name!r}: it is typed as text there"
        return Refused(name, why, "take a key with ctrl, or a function key")
    kept = [key for key in action.key.split(",") if key in _ALWAYS]
    return tuple(dict.fromkeys([*keys, *kept]))


def _without_conflicts(granted: dict[str, tuple[str, ...]], known: Mapping[str, Action]) -> list[Refused]:
    """Take wishes out of *granted* until no key means two things in one place; the later wish gives way."""
    shared = _shared_by_default(known.values())
    refused: list[Refused] = []
    while True:
        keys = {name: granted.get(name) or _keys(action) for name, action in known.items()}
        always = {name: frozenset(_keys(known[name])) & _ALWAYS for name in granted}
        found = next(filter(None, (_conflict(name, keys, shared, always[name]) for name in reversed(granted))), None)
        if found is None:
            return refused[::-1]
        name, other, key = found
        del granted[name]
        says = known[other].title
        refused.append(
            Refused(name, f"{show_key(key)!r} is already {other!r} ({says})", f"take another key for {name!r}")
        )


def _conflict(
    name: str, keys: Mapping[str, tuple[str, ...]], shared: frozenset[frozenset[str]], always: frozenset[str]
) -> tuple[str, str, str] | None:
    """Return *name*, the action that has one of its keys, and that key; what *name* *always* has is nobody else's."""
    for other, theirs in keys.items():
        if other != name and _meet(name, other) and frozenset((name, other)) not in shared:
            both = [key for key in keys[name] if key in theirs and key not in always]
            if both:
                return name, other, both[0]
    return None


def _shared_by_default(actions: Iterable[Action]) -> frozenset[frozenset[str]]:
    """Return the pairs of actions that share a key by design: where one is, the other is not."""
    by_key: dict[str, list[str]] = {}
    for action in actions:
        for key in _keys(action):
            by_key.setdefault(key, []).append(action.id)
    return frozenset(frozenset(pair) for names in by_key.values() for pair in combinations(names, 2))


def _keys(action: Action) -> tuple[str, ...]:
    return tuple(action.key.split(",")) if action.key else ()


def _place(name: str) -> str:
    return name.partition(".")[0]


def _meet(one: str, other: str) -> bool:
    """Whether both actions can be wanted in one place."""
    places = {_place(one), _place(other)}
    if len(places) == 1 or places == {_EDITOR, "file"}:
        return True
    if places & _LINES:
        return places <= _LINES or bool({one, other} & _AMONG_TEXT)
    if _START in places:
        return places == {_START, "app"}
    return not places <= _PLACES
