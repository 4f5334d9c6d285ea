"""Help: the keys that mean something where the person is, from the registry."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.dom import DOMNode

from woodwork_tui.actions import Action, action, commands
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.modal import Modal
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.key_hints import KeyGroup, help_lines
from woodwork_tui.widgets.dialog_box import DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_view import LineView


class HelpScreen(Modal[None]):
    """Shows lines of help over what is there."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen DialogBox { width: 92; height: 90%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back", "app.leave", "app.help")

    def __init__(self, title: str, lines: Sequence[Text]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Lay the help out."""
        yield DialogBox(LineView(), title=self._title, hint="↑↓ scroll  esc closes")

    def on_mount(self) -> None:
        """Show the lines."""
        view = self.query_one(LineView)
        view.set_lines(self._lines)
        view.focus()

    def action_leave(self) -> None:
        """Close."""
        self.dismiss()

    def action_help(self) -> None:
        """Close."""
        self.dismiss()


def keys_here(active: Mapping[str, ActiveBinding], able: Container[str] | None = None) -> list[Text]:
    """Return the lines of help for the bindings that are *active*: the focused widget's first, then commands.

    *able* are the ids of commands that can be used; None: all can.
    """
    places: dict[str, dict[str, Action]] = {}
    for bound in active.values():
        if bound.binding.id and bound.enabled:
            here = places.setdefault(_place(bound.node), {})
            before = here.get(bound.binding.id)
            key = f"{before.key},{bound.binding.key}" if before is not None else bound.binding.key
            here[bound.binding.id] = replace(action(bound.binding.id), key=key)  # a person may have other keys
    groups = [KeyGroup(place, tuple(found.values())) for place, found in places.items()]
    typed = tuple(each for each in commands() if not each.key and (able is None or each.id in able))
    return help_lines([*groups, KeyGroup("On the : line as well", typed)])


def _place(node: DOMNode) -> str:
    if isinstance(node, Tab):
        return "In this tab"
    return "Everywhere" if node.is_dom_root or isinstance(node, MainScreen) or node.parent is None else "Here"
