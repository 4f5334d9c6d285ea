"""The replay dialog: which dead letters, where to, how fast, and what that will do; nothing is sent before a yes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from woodwork_tui.screens.ask import CHANGED
from woodwork_tui.screens.modal import Modal
from woodwork_tui.screens.pace_row import PaceRow
from woodwork_tui.state.dlq_choice import Scope
from woodwork_tui.state.dlq_replay import Ask, ReplayCheck, Route
from woodwork_tui.state.lines import Line, painted
from woodwork_tui.state.pacing import Mistyped, Pacing
from woodwork_tui.state.replay_words import Preview, doing, facts, preview_lines, route_words
from woodwork_tui.widgets.choice import Choice
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.told import Told

_ROUTES = tuple(Route)
_FORCE = ("leave them out", "replay them too")


@dataclass(frozen=True, slots=True)
class ReplayOrder:
    """What was confirmed: exactly these letters; of several *pacing* says how. *where* is the filter they all match."""

    ids: tuple[str, ...]
    reroute: bool
    force: bool
    once: bool = False
    pacing: Pacing | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class ReplayOffer:
    """What the dialog is about: *scopes* to choose from, and the revision whose routes a re-emit takes.

    *look* says what an ask would do at this moment, *newer* how many letters have died since the dialog was opened,
    *dry_run* has the engine count. *attempts* are those a fresh replay has; *edit* is the difference to the payload, if
    it was edited; *where* the filter of the scope `filtered`; *pacing* what was asked for beforehand.
    """

    scopes: tuple[Scope, ...]
    rev: int
    look: Callable[[Ask], ReplayCheck]
    newer: Callable[[], int]
    dry_run: Callable[[ReplayOrder, Callable[[Preview], None]], None]
    attempts: Callable[[Sequence[str]], int | None] = lambda targets: None
    edit: tuple[Line, ...] = ()
    where: str = ""
    pacing: Pacing | None = None
    ascii_only: bool = False


class ReplayDialog(Modal[ReplayOrder | None]):
    """Answers with an order, or None; looks again at what would be done before it does."""

    DEFAULT_CSS = """
    ReplayDialog { align: center middle; }
    ReplayDialog Horizontal { height: auto; }
    ReplayDialog .label { width: 10; color: $foreground 70%; }
    ReplayDialog #replay-facts { margin-top: 1; }
    ReplayDialog.-short #replay-facts { margin-top: 0; }
    ReplayDialog #replay-edit { height: auto; max-height: 10; margin-top: 1; background: $surface; }
    ReplayDialog Answers { margin-top: 1; }
    ReplayDialog.-short Answers { margin-top: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(self, offer: ReplayOffer) -> None:
        super().__init__()
        self._offer = offer
        self._scope = offer.scopes[0]
        self._route = Route.ORIGINAL
        self._force = self._once = False
        self._newer = 0
        self._preview: Preview | None = None
        self._shown = self._check()
        self._where = Choice(self._where_words(), ascii_only=offer.ascii_only, id="replay-to")
        self._pace = PaceRow(offer.pacing)
        self._tries = Choice(self._tries_words(), ascii_only=offer.ascii_only, id="replay-tries")
        self._again = Horizontal(
            Static("Again", classes="label"), Choice(_FORCE, ascii_only=offer.ascii_only, id="replay-force")
        )
        self._facts = Told(id="replay-facts")
        one = len(self._shown.ids) == 1
        self._answers = Answers(doing(self._shown), careful=True, start_at_yes=one, also="Dry run")

    def compose(self) -> ComposeResult:
        """Lay the choices, the facts and the answers out."""
        offer = self._offer
        title = "Replay the edited message" if offer.edit else "Replay"
        with DialogBox(title=title, hint="enter chooses  tab next  esc cancels"):
            if len(offer.scopes) > 1:
                with Horizontal():
                    yield Static("Scope", classes="label")
                    labels = [scope.label for scope in offer.scopes]
                    yield Choice(labels, ascii_only=offer.ascii_only, id="replay-scope")
            with Horizontal():
                yield Static("To", classes="label")
                yield self._where
            yield self._pace
            with Horizontal():
                yield Static("Attempts", classes="label")
                yield self._tries
            yield self._again
            if offer.edit:
                yield LineView(id="replay-edit")
            yield self._facts
            yield self._answers

    def on_mount(self) -> None:
        """Show what would be done."""
        if self._offer.edit:
            self.query_one(LineView).set_lines(painted(self._offer.edit))
        self._show()

    def look(self) -> None:
        """Look again: something may have changed."""
        now, newer = self._check(), self._offer.newer()
        if now != self._shown or newer != self._newer:
            self._shown, self._newer = now, newer
            self._show()

    def _check(self) -> ReplayCheck:
        return self._offer.look(Ask(self._scope.ids, self._route, self._force, bool(self._offer.edit)))

    def _show(self, note: Line | None = None) -> None:
        shown, several = self._shown, len(self._shown.ids) > 1
        self._where.set_options(self._where_words())
        self._tries.set_options(self._tries_words())
        self._pace.display = several
        self._pace.advise(int(shown.canary_advised))
        self._again.display = bool(shown.need_force)
        newer = self._newer if self._scope.open_ended else 0
        edited, ascii_only = bool(self._offer.edit), self._offer.ascii_only
        lines = facts(shown, newer=newer, edited=edited, ascii_only=ascii_only)
        if self._preview is not None:
            lines += preview_lines(self._preview)
        mistyped = self._pace.pacing if several else None
        if isinstance(mistyped, Mistyped):
            lines.append(Line(mistyped.problem, "bad"))
        self._facts.tell((*lines, note) if note is not None else tuple(lines))
        self._answers.offer(doing(shown), possible=shown.possible and not isinstance(mistyped, Mistyped))

    def _where_words(self) -> tuple[str, ...]:
        return route_words(self._shown, self._route, self._offer.rev)

    def _tries_words(self) -> tuple[str, ...]:
        fresh = self._offer.attempts(self._shown.targets)
        return (f"fresh {fresh}" if fresh else "fresh, as its policy says", "one try only")

    @on(Choice.Changed)
    def choose(self, event: Choice.Changed) -> None:
        """Take another scope, another way, another number of tries, or those left out."""
        match event.choice.id:
            case "replay-scope":
                self._scope = self._offer.scopes[event.index]
            case "replay-to":
                self._route = _ROUTES[event.index]
            case "replay-tries":
                self._once = event.index == 1
            case _:
                self._force = event.index == 1
        self._preview = None
        self._shown = self._check()
        self._show()

    @on(PaceRow.Changed)
    def pace(self) -> None:
        """Look at what is typed."""
        self._preview = None
        self._show()

    def _order(self) -> ReplayOrder | None:
        pacing = self._pace.pacing if len(self._shown.ids) > 1 else None
        if isinstance(pacing, Mistyped) or not self._shown.possible:
            return None
        where = self._offer.where if self._scope is self._offer.scopes[-1] else ""
        return ReplayOrder(self._shown.ids, self._route is Route.REROUTE, self._force, self._once, pacing, where)

    def on_answers_asked(self) -> None:
        """Have the engine count what would be replayed, and show it."""
        order = self._order()
        if order is not None:
            self._offer.dry_run(order, self._counted)

    def _counted(self, preview: Preview) -> None:
        self._preview = preview
        if self.is_attached:
            self._show()

    def on_answers_confirmed(self) -> None:
        """Answer with what was shown, if it is still so."""
        before, self._shown = self._shown, self._check()
        order = self._order()
        if self._shown.ids == before.ids and order is not None:
            self.dismiss(order)
        else:
            self._show(CHANGED if self._shown.ids != before.ids else None)
