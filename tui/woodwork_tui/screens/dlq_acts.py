"""What the keys of the DLQ tab do about dead letters: replay, edit, discard, undo; each asks where it must."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from woodwork_engine.dead_letter import DeadLetter
from woodwork_tui.screens.ask import Ask, Question
from woodwork_tui.screens.payload_editor import EditedReplay, PayloadEditor
from woodwork_tui.screens.replay_dialog import ReplayDialog, ReplayOffer, ReplayOrder
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.dlq import is_under_way, last_discarded, reason_of
from woodwork_tui.state.dlq_choice import Standing, discardable, origin_of
from woodwork_tui.state.dlq_replay import ReplayCheck, Route, Scope, check
from woodwork_tui.state.lines import Line
from woodwork_tui.state.payload_edit import NotEditable, editable
from woodwork_tui.state.view import View
from woodwork_tui.text import one_line
from woodwork_tui.units import plural

_LOOKS = 2.0  # a second at an open dialog

Dialog = Ask[str] | ReplayDialog | PayloadEditor


class DlqActs:
    """Opens the dialogs of *tab* and posts what was confirmed as its `Act`; *view* gives what is shown now."""

    def __init__(self, tab: Tab, view: Callable[[], View]) -> None:
        self._tab = tab
        self._view = view
        self._open: Dialog | None = None
        self._beat = -1

    def look(self) -> None:
        """Let an open dialog look again, twice a second."""
        beat = int(self._view().now * _LOOKS)
        if self._open is not None and beat != self._beat:
            self._beat = beat
            self._open.look()

    def replay(self, standing: Standing) -> None:
        """Ask which letters to replay and where to."""
        scopes = standing.scopes()
        if scopes and self._open is None:
            self._open = ReplayDialog(self._offer(scopes))
            self._tab.app.push_screen(self._open, self._replay)

    def _offer(self, scopes: tuple[Scope, ...], edit: tuple[Line, ...] = ()) -> ReplayOffer:
        view = self._view()
        known = {letter.dlq_id for letter in view.dead_letters}

        def newer() -> int:
            return sum(letter.dlq_id not in known for letter in self._view().dead_letters)

        return ReplayOffer(scopes, self._origin, view.snapshot.rev, self._check, newer, edit, view.ascii)

    def _origin(self, ids: Sequence[str]) -> str:
        wanted = set(ids)
        return origin_of(letter for letter in self._view().dead_letters if letter.dlq_id in wanted)

    def _check(self, ids: Sequence[str], route: Route, force: bool) -> ReplayCheck:
        view = self._view()
        return check(ids, view.dead_letters, view.snapshot, route, force=force)

    def _replay(self, order: ReplayOrder | None) -> None:
        self._open = None
        if order is not None:
            self._act("replay", order.ids, reroute=order.reroute, force=order.force)

    def edit(self, letter: DeadLetter | None) -> None:
        """Open the payload of *letter* in the editor."""
        if letter is None or self._open is not None:
            return
        if is_under_way(letter):
            self._say("A replay of this message is under way; it can be edited when it has died again.")
            return
        found = editable(letter)
        if isinstance(found, NotEditable):
            self._say(found.why)
            return
        scope = (Scope("this one", (letter.dlq_id,)),)
        title = f"Edit and replay {letter.dlq_id}: {letter.route.target}, session {letter.envelope.session_id}"
        self._open = PayloadEditor(
            title, found.text, reason_of(letter), lambda edit: self._offer(scope, edit), ascii_only=self._view().ascii
        )
        self._tab.app.push_screen(self._open, self._replay_edited)

    def _replay_edited(self, edited: EditedReplay | None) -> None:
        self._open = None
        if edited is not None:
            order = edited.order
            self._act("replay", order.ids, encoded=edited.encoded, reroute=order.reroute, force=order.force)

    def discard(self, standing: Standing) -> None:
        """Discard the letter under the cursor at once; ask before several go, or one that is not under the cursor."""
        chosen = standing.chosen()
        ids = discardable(chosen)
        if not chosen or self._open is not None:
            return
        if not ids:
            self._say("Letters whose replay is under way or has died again cannot be discarded.")
        elif len(ids) == 1 and chosen == (standing.current,):
            self._act("discard", ids)
        else:
            self._ask(lambda: self._discard_question(ids), "discard")

    def _discard_question(self, ids: Sequence[str]) -> Question[str]:
        wanted = set(ids)
        still = discardable(letter for letter in self._view().dead_letters if letter.dlq_id in wanted)
        lines = [Line(f"{plural(len(still), 'dead letter')} will go to the trash; u brings them back together.")]
        if gone := len(ids) - len(still):
            lines.append(Line(f"{gone:,} can no longer be discarded.", "warn"))
        return Question("Discard", tuple(lines), f"Discard {plural(len(still), 'dead letter')}", still)

    def undo(self) -> None:
        """Bring back what was discarded last; ask before several come back."""
        ids = last_discarded(self._view().dead_letters)
        if self._open is not None:
            return
        if not ids:
            self._say("The trash is empty.")
        elif len(ids) == 1:
            self._act("restore", ids)
        else:
            self._ask(self._restore_question, "restore")

    def _restore_question(self) -> Question[str]:
        ids = last_discarded(self._view().dead_letters)
        lines = (Line(f"{plural(len(ids), 'dead letter')} were discarded together and will come back."),)
        return Question("Undo the discard", lines, f"Bring back {plural(len(ids), 'dead letter')}", ids)

    def _ask(self, question: Callable[[], Question[str]], action: str) -> None:
        def confirmed(ids: tuple[str, ...] | None) -> None:
            self._open = None
            if ids:
                self._act(action, ids)

        dialog: Ask[str] = Ask(question, careful=action == "discard")
        self._open = dialog
        self._tab.app.push_screen(dialog, confirmed)

    def _act(self, action: str, ids: Sequence[str], **rest: object) -> None:
        self._tab.post_message(Tab.Act(action, {"dlq_ids": list(ids), **rest}))

    def _say(self, sentence: str) -> None:
        self._tab.notify(one_line(sentence), severity="warning", markup=False)
