"""What a person can hold up in a tab: pause, step and purge what is chosen there."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from woodwork_engine.hold import Breakpoint, Scope
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.wishes import Want, Wish
from woodwork_tui.widgets.keys import bindings


class ScopeTab(Tab):
    """A tab in which a component, a session or the lane of both is chosen; a subclass says which."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("bus.pause", "bus.step", "bus.step_session")

    @property
    def scope(self) -> Scope | None:
        """What keys hold up and step; None where nothing is chosen."""
        raise NotImplementedError

    def action_pause(self) -> None:
        """Pause what is chosen, or resume it."""
        if self.scope is not None:
            self.post_message(self.Wanted(Wish(Want.PAUSE, self.scope)))
        else:
            self.tell_person("Choose a component or a session first; P pauses the whole flow.")

    def action_step(self) -> None:
        """Let one message through in what is chosen, else in the whole flow."""
        self.post_message(self.Wanted(Wish(Want.STEP, self.scope or Scope())))

    def action_step_session(self) -> None:
        """Step the session that is chosen until nothing of it waits."""
        scope = self.scope
        if scope is not None and scope.session is not None:
            self.post_message(self.Wanted(Wish(Want.STEP_SESSION, Scope(None, scope.session))))
        else:
            self.tell_person("Choose a session first, in 3 Sessions or 4 Queues: S steps it until it rests.")

    @property
    def stop(self) -> Breakpoint | None:
        """Where a breakpoint would be; None where nothing is chosen for it."""
        return None

    def action_stop_at(self) -> None:
        """Set a breakpoint on what is chosen, or take away what is there."""
        self._stop(Want.STOP)

    def action_stop_if(self) -> None:
        """Set a breakpoint with a condition on what is chosen."""
        self._stop(Want.STOP_IF)

    def _stop(self, want: Want) -> None:
        if self.stop is not None:
            self.post_message(self.Wanted(Wish(want, stop=self.stop)))
        else:
            self.tell_person("Choose a component or a route first: messages stop before the one they go to.")

    def action_purge(self) -> None:
        """Purge the lane that is chosen; asks."""
        scope = self.scope
        if scope is not None and scope.kind == "lane":
            self.post_message(self.Wanted(Wish(Want.PURGE, scope)))
        else:
            self.tell_person("Choose one session's queue: enter opens a component in 4 Queues.")

    def tell_person(self, sentence: str) -> None:
        """Say why nothing was done, and what to do."""
        self.notify(sentence, severity="warning", markup=False)
