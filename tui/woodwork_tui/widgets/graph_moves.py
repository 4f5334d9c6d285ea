"""Moving over a drawn graph: the selection along its lines, or the window while nothing is selected."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from woodwork_tui.layout import Layout
from woodwork_tui.layout.steps import Mark, Way, boxes_in, first, known, last, step
from woodwork_tui.widgets.dragged import DraggedView
from woodwork_tui.widgets.keys import bindings

_PAN = (8, 3)


class GraphMoves(DraggedView):
    """The keys of a view of a `drawing`; a subclass draws it and marks what is `chosen`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("list.up", "list.down", "list.left", "list.right", "list.first", "list.final", "list.choose"),
        *bindings("flow.pan_up", "flow.pan_down", "flow.pan_left", "flow.pan_right"),
    ]

    class Selected(Message):
        """The person chose *mark*: a node's name, a line's ends, or nothing."""

        def __init__(self, mark: Mark | None) -> None:
            self.mark = mark
            super().__init__()

    class Opened(Message):
        """The person opened *mark*."""

        def __init__(self, mark: Mark) -> None:
            self.mark = mark
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self.chosen: Mark | None = None

    @property
    def drawing(self) -> Layout:
        """The geometry of what is shown."""
        raise NotImplementedError

    @property
    def window(self) -> tuple[int, int, int, int]:
        """Where the window is over what can be scrolled to, and its size."""
        return (*self.scroll_offset, *self.size)

    def choose(self, mark: Mark | None) -> None:
        """Mark *mark* as selected and bring it into sight."""
        raise NotImplementedError

    def _select(self, mark: Mark | None) -> None:
        if mark != self.chosen:
            self.choose(mark)
            self.post_message(self.Selected(mark))

    def _move(self, way: Way, pan: tuple[int, int]) -> None:
        if self.chosen is not None and known(self.drawing, self.chosen):
            self._select(step(self.drawing, self.chosen, way))
        elif self.max_scroll_x > 0 or self.max_scroll_y > 0:
            self.action_pan(*pan)
        else:
            self._select(first(self.drawing))

    def action_cursor_left(self) -> None:
        """Go back along a line."""
        self._move(Way.BACK, (-1, 0))

    def action_cursor_right(self) -> None:
        """Go onward along a line."""
        self._move(Way.ONWARD, (1, 0))

    def action_cursor_up(self) -> None:
        """Go to what is above."""
        self._move(Way.UP, (0, -1))

    def action_cursor_down(self) -> None:
        """Go to what is below."""
        self._move(Way.DOWN, (0, 1))

    def action_cursor_first(self) -> None:
        """Select the node at the beginning."""
        self._select(first(self.drawing))

    def action_cursor_last(self) -> None:
        """Select the node at the end."""
        self._select(last(self.drawing))

    def action_choose(self) -> None:
        """Open the selection; with none, select the first node in sight."""
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))
            return
        seen = boxes_in(self.drawing, *self.window)
        self._select(min(seen, key=lambda box: (box.x, box.y)).name if seen else first(self.drawing))

    def action_pan(self, across: int, down: int) -> None:
        """Move the window."""
        self.scroll_relative(x=across * _PAN[0], y=down * _PAN[1], animate=False, immediate=True, force=True)
