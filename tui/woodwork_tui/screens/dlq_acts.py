"""What the keys of the DLQ tab do about dead letters: each asks where it must, and posts what was confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.snapshot import ReplayJob
from woodwork_tui.screens.ask import Ask, Question
from woodwork_tui.screens.ask_typed import AskTyped
from woodwork_tui.screens.job import JobScreen
from woodwork_tui.screens.payload_editor import EditedReplay, PayloadEditor
from woodwork_tui.screens.replay_dialog import ReplayDialog, ReplayOffer, ReplayOrder
from woodwork_tui.screens.tab import Tab
from woodwork_tui.screens.typed import Typed
from woodwork_tui.state.dlq import is_under_way, last_discarded, reason_of
from woodwork_tui.state.dlq_choice import Scope, Standing, discardable, forgettable
from woodwork_tui.state.dlq_index import DeadIndex
from woodwork_tui.state.dlq_kinds import Kind, counted
from woodwork_tui.state.dlq_questions import (
    PURGE,
    discard_question,
    export_question,
    file_for,
    note_question,
    purge_question,
    restore_question,
    typed_file,
    typed_note,
)
from woodwork_tui.state.dlq_replay import Ask as Asked
from woodwork_tui.state.dlq_replay import ReplayCheck, check, where_words
from woodwork_tui.state.lines import Line
from woodwork_tui.state.pacing import Pacing
from woodwork_tui.state.payload_edit import NotEditable, editable
from woodwork_tui.state.replay_words import Preview
from woodwork_tui.state.view import View
from woodwork_tui.text import one_line

_LOOKS = 2.0  # a second at an open dialog

Dialog = Ask[str] | Typed[str] | ReplayDialog | PayloadEditor | JobScreen


class DlqActs:
    """Opens the dialogs of *tab* and posts what was confirmed as its `Act`; *view* gives what is shown now."""

    def __init__(self, tab: Tab, view: Callable[[], View], index: DeadIndex) -> None:
        self._tab = tab
        self._view = view
        self._index = index
        self._open: Dialog | None = None
        self._beat = -1
        self._counted: tuple[int, tuple[str, ...], Counter[Kind | None]] = (-1, (), Counter())
        """Of the ids asked about last, as of a version of the index, how many are of each kind."""

    def look(self) -> None:
        """Let an open dialog look again, twice a second."""
        beat = int(self._view().now * _LOOKS)
        if self._open is not None and beat != self._beat:
            self._beat = beat
            self._open.look()

    def _is_free(self) -> bool:
        """Whether a dialog can be opened: none is, and all letters have been looked at, so that counts are exact."""
        if self._index.busy:
            self._say("The dead letters are still being read; a moment.")
        return self._open is None and not self._index.busy

    # replays

    def replay(self, standing: Standing) -> None:
        """Ask which letters to replay, where to and how."""
        scopes = standing.scopes()
        if scopes and self._is_free():
            self._begin(ReplayDialog(self._offer(scopes)), self._replay)

    def replay_all(self, where: str, pacing: Pacing) -> None:
        """Ask about everything that *where* has found, with *pacing* as it was typed."""
        ids = tuple(self._index.kinds)
        if not ids:
            self._say(f"No dead letter matches {where}.")
        elif self._is_free():
            scope = Scope(f"{len(ids):,} where {where}", ids, open_ended=True)
            self._begin(ReplayDialog(self._offer((scope,), pacing=pacing)), self._replay)

    def _offer(
        self, scopes: tuple[Scope, ...], edit: tuple[Line, ...] = (), pacing: Pacing | None = None
    ) -> ReplayOffer:
        view, known = self._view(), self._index.kinds.keys() | set()
        everything = scopes[-1].open_ended and len(scopes[-1].ids) == len(known)
        return ReplayOffer(
            scopes,
            rev=view.snapshot.rev,
            look=self._check,
            newer=lambda: len(self._index.kinds.keys() - known),
            dry_run=self._dry_run,
            attempts=self._attempts,
            edit=edit,
            where=where_words(view.filter, view.selection.session) if everything else "",
            pacing=pacing,
            ascii_only=view.ascii,
        )

    def _check(self, ask: Asked) -> ReplayCheck:
        view, kinds = self._view(), self._index.kinds
        if self._counted[0] != self._index.version or self._counted[1] is not ask.ids:
            self._counted = (self._index.version, ask.ids, counted(ask.ids, kinds))
        return check(ask, kinds, view.snapshot, view.deliveries, view.now, self._counted[2])

    def _attempts(self, targets: Sequence[str]) -> int | None:
        plan = self._view().snapshot.plan
        nodes = [plan.node(name) if plan else None for name in targets]
        found = {node.policy.retry.max_attempts for node in nodes if node is not None}
        return found.pop() if len(found) == 1 else None

    def _dry_run(self, order: ReplayOrder, then: Callable[[Preview], None]) -> None:
        def answered(result: object) -> None:
            then(result)  # type: ignore[arg-type]  # the engine's preview has what a Preview has

        self._tab.post_message(Tab.Act("preview_replay", _many(order, Pacing()), quiet=True, then=answered))

    def _replay(self, order: ReplayOrder | None) -> None:
        if order is None:
            return
        if order.pacing is not None:
            self._tab.post_message(Tab.Act("replay_many", _many(order, order.pacing)))
        else:
            self._act("replay", order.ids, **_how(order))

    def edit(self, letter: DeadLetter | None) -> None:
        """Open the payload of *letter* in the editor."""
        if letter is None or not self._is_free():
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
        editor = PayloadEditor(
            title, found.text, reason_of(letter), lambda edit: self._offer(scope, edit), ascii_only=self._view().ascii
        )
        self._begin(editor, self._replay_edited)

    def _replay_edited(self, edited: EditedReplay | None) -> None:
        if edited is not None:
            self._act("replay", edited.order.ids, encoded=edited.encoded, **_how(edited.order))

    # the trash

    def discard(self, standing: Standing) -> None:
        """Discard the letter under the cursor at once; ask before several go, or one that is not under the cursor."""
        chosen = standing.chosen()
        if not chosen or not self._is_free():
            return
        ids = discardable(chosen, self._index.kinds)
        if not ids:
            self._say("Letters whose replay is under way or has died again cannot be discarded.")
        elif len(ids) == 1 and standing.current is not None and chosen == (standing.current.dlq_id,):
            self._act("discard", ids)
        else:
            self._ask(lambda: discard_question(ids, self._index.kinds), "discard")

    def undo(self) -> None:
        """Bring back what was discarded last; ask before several come back."""
        ids = last_discarded(self._view().dead_letters)
        if not ids:
            self._say("The trash is empty.")
        elif self._is_free():
            self._bring_back(ids, lambda: restore_question(last_discarded(self._view().dead_letters), together=True))

    def restore(self, standing: Standing) -> None:
        """Bring the letters of the trash that are chosen back."""
        ids = standing.chosen()
        if ids and self._is_free():
            kinds = self._index.kinds
            self._bring_back(ids, lambda: restore_question(tuple(one for one in ids if one in kinds), together=False))

    def _bring_back(self, ids: Sequence[str], question: Callable[[], Question[str]]) -> None:
        if len(ids) == 1:
            self._act("restore", ids)
        else:
            self._ask(question, "restore")

    def purge(self, standing: Standing) -> None:
        """Ask for the word, then forget the chosen letters for good."""
        ids = standing.chosen()
        if ids and self._is_free():
            question = partial(self._purge_question, ids)
            self._begin(AskTyped(question, PURGE), self._confirmed("purge_letters"))

    def _purge_question(self, ids: Sequence[str]) -> Question[str]:
        return purge_question(forgettable(ids, self._index.kinds), len(ids))

    # notes and files

    def note(self, standing: Standing) -> None:
        """Write something on the chosen letters."""
        ids = standing.chosen()
        if ids and self._is_free():
            dialog: Typed[str] = Typed(lambda: note_question(ids, self._index.kinds), "Note", typed_note)
            self._begin(dialog, self._typed("note_letters", "text"))

    def export(self, standing: Standing) -> None:
        """Write the marked letters, else all that are shown, into a file."""
        ids = standing.marked_here() or tuple(standing.kinds)
        if ids and self._is_free():
            dialog: Typed[str] = Typed(
                lambda: export_question(ids, marked=bool(standing.marked_here())), "File", typed_file,
                text=file_for(self._view().now),
            )  # fmt: skip
            self._begin(dialog, self._typed("export_letters", "file"))

    def export_to(self, standing: Standing, file: str) -> None:
        """Write the marked letters, else all that are shown, into *file*."""
        ids = standing.marked_here() or tuple(standing.kinds)
        if not ids:
            self._say("There is no dead letter to export.")
        elif self._is_free():
            self._act("export_letters", ids, file=file)

    # jobs

    def open_job(self, job_id: str) -> None:
        """Show how a job stands and what became of each letter."""

        def job() -> ReplayJob | None:
            return next((one for one in self._view().snapshot.jobs if one.id == job_id), None)

        if self._open is None:
            screen = JobScreen(job_id, job, self.do_job, now=lambda: self._view().now, ascii_only=self._view().ascii)
            self._begin(screen, lambda _: None)

    def do_job(self, what: str, job_id: str) -> None:
        """Have *what* done to a job."""
        self._tab.post_message(Tab.Act(what, {"job_id": job_id}))

    # dialogs

    def _ask(self, question: Callable[[], Question[str]], action: str) -> None:
        dialog: Ask[str] = Ask(question, careful=action == "discard")
        self._begin(dialog, self._confirmed(action))

    def _confirmed(self, action: str) -> Callable[[tuple[str, ...] | None], None]:
        """Return what has *action* done to the keys of a dialog."""

        def confirmed(ids: tuple[str, ...] | None) -> None:
            if ids:
                self._act(action, ids)

        return confirmed

    def _typed(self, action: str, word: str) -> Callable[[tuple[str, tuple[str, ...]] | None], None]:
        """Return what has *action* done to the keys of a dialog, with the text as its argument *word*."""

        def confirmed(told: tuple[str, tuple[str, ...]] | None) -> None:
            if told is not None:
                self._act(action, told[1], **{word: told[0]})

        return confirmed

    def _begin(self, dialog: Dialog, answered: Callable[..., object]) -> None:
        def done(answer: object) -> None:
            self._open = None
            answered(answer)

        self._open = dialog
        self._tab.app.push_screen(dialog, done)

    def _act(self, action: str, ids: Sequence[str], **rest: object) -> None:
        self._tab.post_message(Tab.Act(action, {"dlq_ids": list(ids), **rest}))

    def _say(self, sentence: str) -> None:
        self._tab.notify(one_line(sentence), severity="warning", markup=False)


def _how(order: ReplayOrder) -> dict[str, object]:
    how: dict[str, object] = {"reroute": order.reroute, "force": order.force}
    return {**how, "once": True} if order.once else how


def _many(order: ReplayOrder, pacing: Pacing) -> dict[str, object]:
    paced = order.pacing or pacing
    return {
        "dlq_ids": list(order.ids), "where": order.where, "rate": paced.rate, "canary": paced.canary,
        "stop_after": paced.stop_after, **_how(order),
    }  # fmt: skip
