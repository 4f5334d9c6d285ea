"""What a person can do about a delivery, in every tab that lists deliveries."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from woodwork_tui.screens.copy_menu import CopyMenu
from woodwork_tui.screens.failed_line import open_failed_line
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.causes import why
from woodwork_tui.state.copies import Copyable, message_copies
from woodwork_tui.state.delivery_row import DeliveryRow, DeliveryState
from woodwork_tui.state.view import Selection, View
from woodwork_tui.state.wishes import Want, Wish
from woodwork_tui.widgets.keys import bindings

_HELD_ONLY = frozenset({"release", "edit", "drop"})
_NOT_HELD = frozenset({"again", "source"})
"""Actions about what a breakpoint holds, and those that have the same keys elsewhere."""


class DeliveryTab(Tab):
    """A tab in which one delivery is chosen; a subclass says which and keeps `view` up to date."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        *("held.release", "held.edit", "held.drop"),
        *("item.again", "item.tap", "item.source", "item.editor", "item.copy", "list.export"),
    )

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self.view = View()
        self._held = False

    def follow_held(self) -> None:
        """Offer what can be done about a held delivery while one is chosen, and no longer."""
        held = self.chosen is not None and self.chosen.state is DeliveryState.HELD
        if held is not self._held:
            self._held = held
            self.refresh_bindings()

    @property
    def chosen(self) -> DeliveryRow | None:
        """The delivery that keys act on."""
        raise NotImplementedError

    def action_again(self) -> None:
        """Retry at once what waits for it; show what died where it can be replayed."""
        row = self.chosen
        if row is None:
            return
        if row.state is DeliveryState.RETRY:
            self.post_message(self.Act("retry_now", {"message_id": row.message_id, "target": row.target}))
        elif row.state is DeliveryState.DEAD:
            self.post_message(self.Select(Selection(message=row.key)))
            self.post_message(self.Goto("dlq"))
        else:
            self._say(f"It is {row.state.value}: only what waits for a retry, is held, or dead, can be sent again.")

    def action_release(self) -> None:
        """Release what a breakpoint holds, as it is."""
        self._want(Want.RELEASE)

    def action_edit(self) -> None:
        """Edit what a breakpoint holds, and release it so."""
        self._want(Want.EDIT)

    def action_drop(self) -> None:
        """Drop what a breakpoint holds; asks."""
        self._want(Want.DROP)

    def _want(self, want: Want) -> None:
        if self.chosen is not None:
            self.post_message(self.Wanted(Wish(want, key=self.chosen.key)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer other keys for what is held than for everything else."""
        if action not in _HELD_ONLY and action not in _NOT_HELD:
            return True
        held = self.chosen is not None and self.chosen.state is DeliveryState.HELD
        return held is (action in _HELD_ONLY)

    def action_tap(self) -> None:
        """Watch the way it took, in the Flow tab."""
        row = self.chosen
        if row is None:
            return
        if row.source is not None and row.target:
            self.post_message(self.Select(Selection(edge=(row.source, row.target))))
        else:
            self.post_message(self.Select(Selection(node=row.target or row.source)))
        self.post_message(self.Goto("flow", action="tap"))

    def action_source(self) -> None:
        """Show the route by which it came."""
        row, snapshot = self.chosen, self.view.snapshot
        if row is None:
            return
        reason = why(row, snapshot.plan, snapshot.rev)
        if reason.file is not None:
            self.post_message(self.Source(reason.file, reason.line))
        else:
            self._say(f"No route of the flow leads it there: {reason.text}.")

    def action_editor(self) -> None:
        """Open the line at which it failed last in the person's own editor."""
        if self.chosen is not None:
            open_failed_line(self, [attempt.traceback for attempt in self.chosen.attempts])

    def action_export(self) -> None:
        """Begin the command that writes what is marked, else what is shown, to a file; its name can be changed."""
        export = self.exported()
        if export is None or not export.rows:
            self._say("There is nothing here to export.")
        else:
            self.post_message(self.Type(f"export-shown {export.file_name(self.view.now)}"))

    def action_copy(self) -> None:
        """Ask what to copy of it."""
        if self.chosen is not None:
            self.app.push_screen(CopyMenu(message_copies(self.chosen)), self._copy)

    def _copy(self, choice: Copyable | None) -> None:
        if choice is not None:
            self.post_message(self.Copy(choice.text(), choice.what))

    def _say(self, sentence: str) -> None:
        self.notify(sentence, markup=False)
