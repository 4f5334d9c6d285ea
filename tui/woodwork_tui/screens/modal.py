"""The base of every dialog."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType

from woodwork_tui.screens.steady import SteadyScreen


class Modal(ModalScreen[ScreenResultType], SteadyScreen[ScreenResultType]):
    """A dialog that is answered once.

    What a second click or key says to one that has gone already is not heard; Textual would take the next screen away,
    and with the last one end the app.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Answer with *result* and go."""
        return super().dismiss(result) if self in self.app.screen_stack else nothing()

    def action_back(self) -> None:
        """Go without an answer."""
        self.dismiss(None)

    def on_answers_cancelled(self) -> None:
        """Go as `esc` does."""
        self.action_back()


def nothing() -> AwaitComplete:
    """Return what there is to wait for when nothing was done."""
    done: AwaitComplete = AwaitComplete.nothing()  # type: ignore[no-untyped-call]  # as Textual wrote it
    return done
