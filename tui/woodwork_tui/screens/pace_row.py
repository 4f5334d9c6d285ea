"""One line of the replay dialog: how many go first, how fast the others follow, after how many failures it stops."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from woodwork_tui.state.pacing import RATE, STOP_AFTER, Mistyped, Pacing, pacing, rate_text
from woodwork_tui.widgets.entry_line import SafeInput


class PaceRow(Horizontal):
    """`canary [1] then [5/s] stop after [1]`; the canary follows what is advised until the person types one."""

    DEFAULT_CSS = """
    PaceRow { height: 1; }
    PaceRow Static { width: auto; color: $foreground 80%; }
    PaceRow Static.label { width: 10; color: $foreground 70%; }
    PaceRow SafeInput, PaceRow SafeInput:focus { border: none; height: 1; padding: 0; background: $background; }
    PaceRow #pace-canary, PaceRow #pace-stop { width: 5; }
    PaceRow #pace-rate { width: 8; }
    """

    class Changed(Message):
        """Something else is typed."""

    def __init__(self, wanted: Pacing | None = None) -> None:
        super().__init__()
        given = wanted or Pacing()
        rate = RATE if wanted is None else rate_text(wanted.rate)
        stop = str(STOP_AFTER) if wanted is None else str(given.stop_after or "")
        self._advised = "0"
        self._own = wanted is not None
        self._canary = SafeInput(str(given.canary), id="pace-canary", compact=True)
        self._rate = SafeInput(rate, id="pace-rate", compact=True)
        self._stop = SafeInput(stop, id="pace-stop", compact=True)
        for one in (self._canary, self._rate, self._stop):
            one.cursor_blink = False

    def compose(self) -> ComposeResult:
        """Lay the three fields out with words between them."""
        yield Static("Pace", classes="label")
        yield Static("canary ")
        yield self._canary
        yield Static(" then ")
        yield self._rate
        yield Static(" stop after ")
        yield self._stop
        yield Static(" failed")

    @property
    def pacing(self) -> Pacing | Mistyped:
        """What is typed."""
        return pacing(self._rate.value, self._canary.value, self._stop.value)

    def advise(self, canary: int) -> None:
        """Propose that *canary* letters go first, unless the person has typed a number of their own."""
        if not self._own and self._canary.value == self._advised != str(canary):
            self._canary.value = str(canary)
        self._advised = str(canary)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass it on; a canary that is not the advised one is the person's."""
        event.stop()
        if event.input is self._canary and event.value != self._advised:
            self._own = True
        self.post_message(self.Changed())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to what stands next: enter in a field confirms nothing."""
        event.stop()
        self.screen.focus_next()
