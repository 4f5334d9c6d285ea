"""The footer: the keys that mean something here, as many as fit; a click presses one."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click, Resize
from textual.message import Message
from textual.screen import Screen

from woodwork_tui.actions import action
from woodwork_tui.state.key_hints import Hint, footer_hints, gap
from woodwork_tui.widgets.text_line import TextLine


class FooterBar(TextLine):
    """Follows the active bindings of its screen; only those that the registry knows are shown."""

    DEFAULT_CSS = """
    FooterBar { background: $panel; color: $foreground; }
    """

    class Pressed(Message):
        """The person clicked on the hint of *key*."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self._ascii = False
        self._hints: tuple[Hint, ...] = ()

    def on_mount(self) -> None:
        """Follow the bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, screen: Screen[object]) -> None:
        self.call_after_refresh(self.show)

    def on_resize(self, event: Resize) -> None:
        """Fit the hints into the new width."""
        self.show()

    def set_ascii(self, ascii_only: bool) -> None:
        """Write keys in ASCII, or no longer."""
        if ascii_only is not self._ascii:
            self._ascii = ascii_only
            self.show()

    def show(self) -> None:
        """Show what can be pressed now."""
        bound = self.screen.active_bindings.items()
        keys = {key: action(each.binding.id) for key, each in bound if each.enabled and each.binding.id}
        width = self.size.width
        self._hints = footer_hints(keys, width, ascii_only=self._ascii)
        line = Text(" ", no_wrap=True, end="")
        for number, hint in enumerate(self._hints):
            line.append(gap(width) if number else "")
            line.append(hint.shown, style="accent")
            line.append(hint.word)
        self.tell(line)

    def on_click(self, event: Click) -> None:
        """Press the key under the mouse."""
        x = event.x - 1
        for hint in self._hints:
            width = cell_len(hint.text)
            if 0 <= x < width:
                self.post_message(self.Pressed(hint.key))
                return
            x -= width + len(gap(self.size.width))
