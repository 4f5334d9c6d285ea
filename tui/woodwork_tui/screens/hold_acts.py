"""Does what a person wants done about pauses and breakpoints; asks where several messages are concerned."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from woodwork_engine.hold import Breakpoint, Scope
from woodwork_engine.snapshot import Snapshot
from woodwork_tui.screens.ask import Ask, Question
from woodwork_tui.screens.ask_typed import AskTyped
from woodwork_tui.screens.condition_dialog import ConditionDialog
from woodwork_tui.screens.dialogs import Dialogs
from woodwork_tui.screens.stuck_dialog import StuckDialog, StuckNow
from woodwork_tui.state.hold_lines import Way, purge_lines, step_lines, stuck_lines
from woodwork_tui.state.holds import (
    also_paused,
    is_held,
    is_paused,
    scope_text,
    stop_arguments,
    stop_word,
    stops_at,
    stuck,
    toggle_pause,
    toggle_stop,
    waiting,
    why_no_stop,
)
from woodwork_tui.state.lines import Line
from woodwork_tui.state.stop_check import check_stop
from woodwork_tui.state.view import View
from woodwork_tui.units import plural

Act = Callable[[str, Mapping[str, object]], None]
"""Has an Engine method called with keyword arguments."""
Say = Callable[[str], None]
"""Tells a sentence that nothing was done about."""


class HoldActs:
    """Asks in *dialogs*, acts through *act*; *view* gives what is shown now."""

    def __init__(self, dialogs: Dialogs, view: Callable[[], View], act: Act, say: Say) -> None:
        self._dialogs = dialogs
        self._view = view
        self._act = act
        self._say = say

    def pause(self, scope: Scope) -> None:
        """Pause *scope*, or resume it; of a session that is stuck, ask how it goes on."""
        snapshot = self._view().snapshot
        if stuck(snapshot, scope) is not None:
            self.resolve(scope)
            return
        if is_paused(snapshot, scope) and (wider := also_paused(snapshot, scope)):
            self._say(f"Still held by what is paused beside it: {', '.join(map(scope_text, wider))}.")
        self._act(*toggle_pause(snapshot, scope))

    def step(self, scope: Scope) -> None:
        """Let one message through in *scope*."""
        if is_held(self._view().snapshot, scope):
            self._act("step", _arguments(scope))
        else:
            self._say(f"{scope_text(scope).capitalize()} is not paused: p pauses, then s lets one message through.")

    def step_session(self, session: str) -> None:
        """Step *session* until nothing of it waits; ask where several messages do."""
        scope = Scope(None, session)
        snapshot = self._view().snapshot
        count = _in_session(snapshot, session)
        if not is_held(snapshot, scope):
            self._say(f"Session {session} is not paused: p pauses it, then S steps it until it rests.")
        elif count not in (0, 1):
            self._dialogs.open(Ask(lambda: self._step_question(session)), lambda keys: self._step_through(keys[0]))
        else:
            self._step_through((session, count))

    def _step_question(self, session: str) -> Question[tuple[str, int | None]]:
        count = _in_session(self._view().snapshot, session)
        doing = "Step the session" if count is None else f"Step {plural(count, 'message')}"
        return Question("Step a session", step_lines(session, count), doing, () if count == 0 else ((session, count),))

    def _step_through(self, key: tuple[str, int | None]) -> None:
        self._act("step_session", {"session": key[0]})

    def stop(self, place: Breakpoint) -> None:
        """Set a breakpoint at *place*, or take away what is there."""
        view = self._view()
        there, why_not = stops_at(view.snapshot, place), why_no_stop(view.snapshot.plan, place)
        if why_not is not None and not there:
            self._say(why_not)
            return
        held = sum(one.target == place.component for one in view.snapshot.held)
        if there and held:
            are = "is still held" if held == 1 else "are still held"
            self._say(f"{plural(held, 'message')} {are} at {place.component}: :held lists what to release.")
        for deed in toggle_stop(view.snapshot, place):
            self._act(*deed)

    def unstop(self, stop: Breakpoint) -> None:
        """Take exactly this breakpoint away."""
        self._act("remove_breakpoint", stop_arguments(stop))

    def stop_if(self, place: Breakpoint) -> None:
        """Ask for a condition, then set a breakpoint with it at *place*."""
        view = self._view()
        why_not = why_no_stop(view.snapshot.plan, place)
        if why_not is not None:
            self._say(why_not)
            return
        there = tuple(Line(f"There already: {stop_word(one)}", "warn") for one in stops_at(view.snapshot, place))
        dialog = ConditionDialog(
            f"Breakpoint before {stop_word(place)}",
            lambda text: check_stop(place, text, self._view().deliveries),
            there,
        )
        self._dialogs.open(dialog, lambda text: self.set_stop(Breakpoint(place.component, place.source, text)))

    def set_stop(self, stop: Breakpoint) -> None:
        """Set exactly this breakpoint, where messages can stop at it."""
        why_not = why_no_stop(self._view().snapshot.plan, stop)
        if why_not is not None:
            self._say(why_not)
        else:
            self._act("add_breakpoint", stop_arguments(stop))

    def resolve(self, scope: Scope) -> None:
        """Ask how the stuck lane *scope* goes on."""
        title = f"Stuck: {scope_text(scope)}"
        dialog = StuckDialog(title, lambda: self._stuck_now(scope), ascii_only=self._view().ascii)
        self._dialogs.open(dialog, lambda way: self._go_on(scope, way))

    def _stuck_now(self, scope: Scope) -> StuckNow:
        view = self._view()
        hold = stuck(view.snapshot, scope)
        if hold is None:
            return StuckNow((Line("It is not stuck any more.", "warn"),), None)
        lines = tuple(stuck_lines(hold, view.snapshot, view.dead_letters, view.now))
        return StuckNow(lines, waiting(view.snapshot, scope))

    def _go_on(self, scope: Scope, way: Way) -> None:
        if way is Way.RETRY:
            self._act("retry_stuck", _arguments(scope))
        elif way is Way.SKIP:
            self._act("resume", _arguments(scope))
        else:
            self.purge(scope)

    def purge(self, scope: Scope) -> None:
        """Ask for the word, then discard what waits in the lane *scope*."""
        snapshot = self._view().snapshot
        if all(hold.scope != scope for hold in snapshot.holds):
            self._say(f"Pause it first, with p: while {scope_text(scope)} runs, the number of messages changes.")
            return
        if not waiting(snapshot, scope):
            self._say(f"Nothing waits there: {scope_text(scope)} has an empty queue.")
            return
        dialog = AskTyped(lambda: self._purge_question(scope), "purge")
        self._dialogs.open(dialog, lambda _: self._act("purge", _arguments(scope)))

    def _purge_question(self, scope: Scope) -> Question[tuple[Scope, int]]:
        count = waiting(self._view().snapshot, scope)
        doing = f"Purge {plural(count, 'message')}"
        return Question("Purge", purge_lines(scope, count), doing, ((scope, count),) if count else ())


def _in_session(snapshot: Snapshot, session: str) -> int | None:
    """Return how many messages of *session* wait in a hold; None for one that is not among the latest."""
    known = any(one.id == session for one in snapshot.sessions)
    return waiting(snapshot, Scope(None, session)) if known else None


def _arguments(scope: Scope) -> dict[str, object]:
    return {"component": scope.component, "session": scope.session}
