"""Textual bindings made from the registry of actions, and the keys that a person has given them."""

from __future__ import annotations

from collections.abc import Mapping

from textual._context import NoActiveAppError
from textual.binding import Binding, BindingType
from textual.widget import Widget

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


def own_keys(widget: Widget) -> Mapping[str, str]:
    """Return the keys that the person has given actions, by id; the same value until they change."""
    try:
        return widget.app._keymap
    except NoActiveAppError:  # it is only being made
        return _NONE


_NONE: Mapping[str, str] = {}
