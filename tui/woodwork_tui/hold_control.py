"""Pauses, steps, breakpoints and held messages: what tabs wish and what is typed goes to whoever does it."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App

from woodwork_engine.payload import encode
from woodwork_tui.screens.dialogs import Dialogs
from woodwork_tui.screens.held_acts import HeldActs
from woodwork_tui.screens.hold_acts import Act, HoldActs
from woodwork_tui.state.commands import Command
from woodwork_tui.state.holds import read_scope, read_stop
from woodwork_tui.state.injection import Payload, read_payload
from woodwork_tui.state.leaving import Ending
from woodwork_tui.state.view import View
from woodwork_tui.state.wishes import Want, Wish
from woodwork_tui.text import visible

_TYPED = {
    "bus.step": Want.STEP,
    "bus.purge": Want.PURGE,
    "bus.release_all": Want.RELEASE_ALL,
    "bus.stops": Want.STOPS,
}
"""Commands that are a wish about a scope, or about everything."""
_DONE = {"bus.pause": "pause", "bus.resume": "resume", "bus.retry_stuck": "retry_stuck"}
"""Commands that the engine does at once, for a scope."""


class HoldControl:
    """Works over *app*; *view* gives what is shown now, *act* reaches the engine."""

    def __init__(self, app: App[Ending], view: Callable[[], View], act: Act) -> None:
        self._app = app
        self._act = act
        self._dialogs = Dialogs(app)
        self._holds = HoldActs(self._dialogs, view, act, self._say)
        self._held = HeldActs(self._dialogs, view, act, self._say)

    def _say(self, sentence: str) -> None:
        self._app.notify(visible(sentence), severity="warning", markup=False)

    def look(self, now: float) -> None:
        """Let open dialogs look again, *now* in s since the epoch."""
        self._dialogs.look(now)

    def grant(self, wish: Wish) -> None:
        """Do what is wished, or ask first."""
        if wish.key is not None:
            self._about_message(wish.want, wish.key)
        elif wish.stop is not None:
            stop = wish.stop
            match wish.want:
                case Want.STOP:
                    self._holds.stop(stop)
                case Want.STOP_IF:
                    self._holds.stop_if(stop)
                case Want.SET_STOP:
                    self._holds.set_stop(stop)
                case Want.UNSTOP:
                    self._holds.unstop(stop)
        else:
            self._about_scope(wish)

    def _about_message(self, want: Want, key: tuple[str, str]) -> None:
        match want:
            case Want.RELEASE:
                self._held.release(key)
            case Want.EDIT:
                self._held.edit(key)
            case Want.DROP:
                self._held.drop(key)

    def _about_scope(self, wish: Wish) -> None:
        scope = wish.scope
        match wish.want:
            case Want.PAUSE:
                self._holds.pause(scope)
            case Want.STEP:
                self._holds.step(scope)
            case Want.STEP_SESSION:
                self._holds.step_session(scope.session or "")
            case Want.PURGE:
                self._holds.purge(scope)
            case Want.STOPS:
                self._held.list()
            case Want.RELEASE_ALL:
                self._held.release_all()

    def perform(self, command: Command) -> bool:
        """Do what was typed; return whether it was about what is held."""
        name, words = command.action.id, command.words
        if name in _DONE:
            scope = read_scope(words[0] if words else "")
            self._act(_DONE[name], {"component": scope.component, "session": scope.session})
        elif name in _TYPED:
            self.grant(Wish(_TYPED[name], read_scope(words[0] if words else "")))
        elif name == "bus.step_session":
            self.grant(Wish(Want.STEP_SESSION, read_scope(f"/{words[0]}")))
        elif name in ("bus.break", "bus.unbreak"):
            want = Want.SET_STOP if name == "bus.break" else Want.UNSTOP
            self.grant(Wish(want, stop=read_stop(*words)) if words else Wish(Want.STOPS))
        elif name == "held.drop":
            self.grant(Wish(Want.DROP, key=(words[0], words[1])))
        elif name == "bus.release":
            self._release(*words)
        else:
            return False
        return True

    def _release(self, message_id: str, target: str, text: str | None = None) -> None:
        read = None if text is None else read_payload(text)
        encoded = {"encoded": encode(read.value)} if isinstance(read, Payload) else {}
        self._act("release", {"message_id": message_id, "target": target, **encoded})
