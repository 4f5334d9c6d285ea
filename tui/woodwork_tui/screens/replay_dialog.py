"""The replay dialog: which dead letters, where to, and what that will do; nothing is sent before it is confirmed."""

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
from woodwork_tui.state.dlq_replay import ReplayCheck, Route, Scope
from woodwork_tui.state.lines import Line, painted
from woodwork_tui.text import glyph
from woodwork_tui.units import plural
from woodwork_tui.widgets.choice import Choice
from woodwork_tui.widgets.dialog_box import Answers, DialogBox
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.told import Told

_ROUTES = tuple(Route)
_FORCE = ("leave them out", "replay them too")
_MOST_WARNINGS = 4


@dataclass(frozen=True, slots=True)
class ReplayOrder:
    """What was confirmed: exactly these letters, oldest first."""

    ids: tuple[str, ...]
    reroute: bool
    force: bool


@dataclass(frozen=True, slots=True)
class ReplayOffer:
    """What the dialog is about: *scopes* to choose from, *origin* whose routes a re-emit takes, the revision now.

    *look* says what replaying ids would do at this moment, *newer* how many letters have died since the dialog was
    opened; *edit* is the difference to the payload, if it was edited.
    """

    scopes: tuple[Scope, ...]
    origin: Callable[[Sequence[str]], str]
    rev: int
    look: Callable[[Sequence[str], Route, bool], ReplayCheck]
    newer: Callable[[], int]
    edit: tuple[Line, ...] = ()
    ascii_only: bool = False


class ReplayDialog(Modal[ReplayOrder | None]):
    """Answers with an order, or None; looks again at what would be done before it does."""

    DEFAULT_CSS = """
    ReplayDialog { align: center middle; }
    ReplayDialog Horizontal { height: auto; }
    ReplayDialog .label { width: 10; color: $foreground 70%; }
    ReplayDialog #replay-facts { margin-top: 1; }
    ReplayDialog #replay-edit { height: auto; max-height: 10; margin-top: 1; background: $surface; }
    ReplayDialog Answers { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(self, offer: ReplayOffer) -> None:
        super().__init__()
        self._offer = offer
        self._scope = offer.scopes[0]
        self._route = Route.ORIGINAL
        self._force = False
        self._newer = 0
        self._shown = offer.look(self._scope.ids, self._route, self._force)
        self._where = Choice(self._where_words(), ascii_only=offer.ascii_only, id="replay-to")
        self._again = Horizontal(
            Static("Again", classes="label"), Choice(_FORCE, ascii_only=offer.ascii_only, id="replay-force")
        )
        self._facts = Told(id="replay-facts")
        self._answers = Answers(self._doing(), careful=True, start_at_yes=len(self._shown.ids) == 1)

    def compose(self) -> ComposeResult:
        """Lay the choices, the facts and the answers out."""
        offer = self._offer
        title = "Replay the edited message" if offer.edit else "Replay"
        with DialogBox(title=title, hint="enter chooses  tab next  esc cancels"):
            if len(offer.scopes) > 1:
                with Horizontal():
                    yield Static("Scope", classes="label")
                    yield Choice(
                        [scope.label for scope in offer.scopes], ascii_only=offer.ascii_only, id="replay-scope"
                    )
            with Horizontal():
                yield Static("To", classes="label")
                yield self._where
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
        return self._offer.look(self._scope.ids, self._route, self._force)

    def _show(self, note: Line | None = None) -> None:
        self._where.set_options(self._where_words())
        self._again.display = bool(self._shown.need_force)
        self._facts.tell((*self._lines(), note) if note is not None else tuple(self._lines()))
        self._answers.offer(self._doing(), possible=bool(self._shown.ids))

    def _doing(self) -> str:
        return f"Replay {plural(len(self._shown.ids), 'message')}"

    def _where_words(self) -> tuple[str, ...]:
        targets = self._shown.to if self._route is Route.ORIGINAL else ""
        one = bool(targets) and "→" not in targets
        origin = self._offer.origin(self._scope.ids)
        return (
            f"{targets}, the original target" if one else "the original targets",
            f"re-emit from {origin} along the routes of rev {self._offer.rev}",
        )

    def _lines(self) -> list[Line]:
        shown, ascii_only = self._shown, self._offer.ascii_only
        warning = glyph("warning", ascii_only)
        lines = [
            Line(f"Sends     {plural(len(shown.ids), 'message')} to {shown.to}" if shown.ids else "Sends     nothing"),
            Line("Order     oldest first, so that each session keeps its order", "muted"),
            Line("Identity  new id linked to the dead letter; attempts and ttl start anew", "muted"),
        ]
        if self._offer.edit:
            lines.append(Line("Edit      the original payload stays in the dead letter", "muted"))
        if shown.need_force:
            died = "was replayed too often already" if shown.need_force == 1 else "were replayed too often already"
            lines.append(Line(f"{warning} {shown.need_force:,} {died}", "warn"))
        lines += [Line(f"{warning} {note}", "warn") for note in shown.notes]
        if self._newer and self._scope.open_ended:
            lines.append(Line(f"Without   {plural(self._newer, 'letter')} that died since this was opened", "warn"))
        lines += [Line(f"{warning} {text}", "warn") for text in shown.warnings[:_MOST_WARNINGS]]
        if more := len(shown.warnings) - _MOST_WARNINGS:
            lines += [Line(f"{warning} and {more} more warnings", "warn")] if more > 0 else []
        return [*lines, Line("A replay cannot be undone.")]

    @on(Choice.Changed)
    def choose(self, event: Choice.Changed) -> None:
        """Take another scope, another way, or those left out."""
        match event.choice.id:
            case "replay-scope":
                self._scope = self._offer.scopes[event.index]
            case "replay-to":
                self._route = _ROUTES[event.index]
            case _:
                self._force = event.index == 1
        self._shown = self._check()
        self._show()

    def action_back(self) -> None:
        """Do nothing."""
        self.dismiss(None)

    def on_answers_cancelled(self) -> None:
        """Do nothing."""
        self.dismiss(None)

    def on_answers_confirmed(self) -> None:
        """Answer with what was shown, if it is still so."""
        before, self._shown = self._shown, self._check()
        if self._shown.ids == before.ids and self._shown.ids:
            self.dismiss(ReplayOrder(before.ids, self._route is Route.REROUTE, self._force))
        else:
            self._show(CHANGED)
