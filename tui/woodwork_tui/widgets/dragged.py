"""A window that the mouse moves by dragging what it shows."""

from __future__ import annotations

from textual.events import MouseDown, MouseMove, MouseUp
from textual.geometry import Offset
from textual.scroll_view import ScrollView


class DraggedView(ScrollView):
    """A ScrollView to be dragged; `dragged` says whether the mouse moved since its button went down: no click then."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self.dragged = False
        self._grabbed: Offset | None = None

    def on_mouse_down(self, event: MouseDown) -> None:
        """Take hold."""
        self._grabbed, self.dragged = event.screen_offset, False
        self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        """Move what is shown with the mouse."""
        if self._grabbed is None:
            return
        moved = event.screen_offset - self._grabbed
        if moved != Offset(0, 0):
            self.dragged = True
            self._grabbed = event.screen_offset
            self.scroll_relative(x=-moved.x, y=-moved.y, animate=False, immediate=True)

    def on_mouse_up(self, event: MouseUp) -> None:
        """Let go."""
        self._grabbed = None
        self.release_mouse()
