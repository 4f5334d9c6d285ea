"""Does what a person wants done about messages that breakpoints hold: release, edit, drop; asks where it must."""

from __future__ import annotations

from collections.abc import Callable

from woodwork_engine.hold import HeldMessage, Scope
from woodwork_tui.screens.ask import Ask, Question
from woodwork_tui.screens.dialogs import Dialogs
from woodwork_tui.screens.held_editor import HeldEditor
from woodwork_tui.screens.hold_acts import Act, Say
from woodwork_tui.screens.stops_screen import StopsScreen
from woodwork_tui.state.hold_lines import drop_lines, release_lines
from woodwork_tui.state.holds import holding, waiting
from woodwork_tui.state.lines import Line
from woodwork_tui.state.payload_edit import NotEditable, editable_payload
from woodwork_tui.state.view import View
from woodwork_tui.units import plural

Key = tuple[str, str]
_GONE = "It is not held any more: it was released, dropped, or its component has left the flow."


class HeldActs:
    """Asks in *dialogs*, acts through *act*; *view* gives what is shown now."""

    def __init__(self, dialogs: Dialogs, view: Callable[[], View], act: Act, say: Say) -> None:
        self._dialogs = dialogs
        self._view = view
        self._act = act
        self._say = say

    def list(self) -> None:
        """Show breakpoints and what they hold."""
        self._dialogs.open(StopsScreen(self._view), lambda _: None)

    def release(self, key: Key) -> None:
        """Let a held message be delivered as it is."""
        self._act("release", _arguments(key))

    def release_all(self) -> None:
        """Let everything that is held be delivered; ask where that is more than one message."""
        count = holding(self._view().snapshot).stopped
        if not count:
            self._say("No message is held at a breakpoint.")
        elif count == 1:
            self._act("release_all", {})
        else:
            self._dialogs.open(Ask(self._release_question), lambda _: self._act("release_all", {}))

    def _release_question(self) -> Question[int]:
        count = holding(self._view().snapshot).stopped
        keys = (count,) if count else ()
        return Question("Release", release_lines(count), f"Release {plural(count, 'message')}", keys)

    def edit(self, key: Key) -> None:
        """Open the payload of a held message in the editor, to be released with what is made of it."""
        held = self._held(key)
        if held is None:
            self._say(_GONE)
            return
        found = editable_payload(held.encoded, "R releases it as it is.")
        if isinstance(found, NotEditable):
            self._say(found.why)
            return
        title = f"Edit and release {held.message_id}"
        where = f"held before {held.target}, session {held.session}; what waits behind it goes on after it"
        dialog = HeldEditor(title, found.text, where, ascii_only=self._view().ascii)
        self._dialogs.open(dialog, lambda encoded: self._act("release", {**_arguments(key), "encoded": encoded}))

    def drop(self, key: Key) -> None:
        """Ask, then discard a held message for good."""
        if self._held(key) is None:
            self._say(_GONE)
            return
        dialog = Ask(lambda: self._drop_question(key), careful=True)
        self._dialogs.open(dialog, lambda _: self._act("drop_held", _arguments(key)))

    def _drop_question(self, key: Key) -> Question[Key]:
        held = self._held(key)
        if held is None:
            return Question("Drop", (Line(_GONE, "warn"),), "Drop 1 message", ())
        lane = Scope(held.target, held.session)
        behind = max(0, waiting(self._view().snapshot, lane) - 1)
        return Question("Drop", drop_lines(held, behind), "Drop 1 message", (key,))

    def _held(self, key: Key) -> HeldMessage | None:
        return next((held for held in self._view().snapshot.held if held.key == key), None)


def _arguments(key: Key) -> dict[str, object]:
    return {"message_id": key[0], "target": key[1]}
