"""Gives the focus at once."""

from __future__ import annotations

from textual.widget import Widget


def focus_now(widget: Widget) -> None:
    """Give *widget* the focus before the next key, which may be here already; its own `focus` does so after that."""
    if widget.is_attached:
        widget.screen.set_focus(widget)
