"""Textual bindings made from the registry of actions."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from woodwork_tui.actions import action


def bindings(*ids: str, priority: bool = False) -> list[BindingType]:
    """Return a binding for each action in *ids*; its method is `action_<call>` of the class that lists it.

    With *priority* the key works whatever has the focus.
    """
    return [
        Binding(each.key, each.call, each.hint or each.title, show=bool(each.hint), id=each.id, priority=priority)
        for each in map(action, ids)
        if each.key
    ]
