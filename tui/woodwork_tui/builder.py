"""Builds on the graph: asks for what a wish leaves open, then has the change made."""

from __future__ import annotations

from textual.app import App

from woodwork_engine.plan import FlowPlan
from woodwork_tui.flow_writer import FlowWriter
from woodwork_tui.screens.component_form import ComponentForm
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.pick import Pick
from woodwork_tui.state.building import SENDING, Change, Connect, Disconnect, Remove, targets_from
from woodwork_tui.state.draft import known_kinds
from woodwork_tui.state.leaving import Ending


class Builder:
    """Works for *app* and its *main* screen; *writer* makes the changes."""

    def __init__(self, app: App[Ending], main: MainScreen, writer: FlowWriter) -> None:
        self._app = app
        self._main = main
        self._writer = writer

    @property
    def _plan(self) -> FlowPlan | None:
        return self._main.view.snapshot.plan

    def do(self, wish: str, *words: str) -> None:
        """Do *wish* (add, route, remove or undo), of which *words* are known already."""
        if self._writer.is_edited(" ".join((wish, *words))):
            return
        if wish == "add":
            self._add(" ".join(words))
        elif wish == "remove":
            self._remove(*words)
        elif wish == "undo":
            self._writer.undo()
        else:
            source, target, *events = (*words, "", "")
            self._connect(source, target, tuple(" ".join(events).split()))

    def _add(self, kind: str) -> None:
        """Add a component of *kind*, or of one that is chosen."""
        if kind:
            self._fill(kind)
        else:
            options = [(each.name, each.summary) for each in known_kinds()]
            self._app.push_screen(Pick("Add a component", options), self._fill)

    def _fill(self, kind: str | None) -> None:
        known = known_kinds().get(kind) if kind is not None else None
        if known is not None:
            names = self._plan.names() if self._plan is not None else ()
            self._app.push_screen(ComponentForm(known, names), self._make)
        elif kind is not None:
            self._writer.refuse(f"add {kind}", f"There is no kind {kind!r}; :add without one lists them.")

    def _connect(self, source: str, target: str, events: tuple[str, ...]) -> None:
        """Route *source* to *target*, or to a component that is chosen."""
        if target:
            self._make(Connect(source, target, events))
            return
        plan = self._plan
        node = plan.node(source) if plan is not None else None
        if plan is None or node is None:
            self._writer.refuse("route", "Select the component that the route begins at.")
            return
        kinds = {each.name: each.kind for each in plan.nodes}
        found = [(name, kinds[name]) for name in targets_from(source, plan)]
        if node.role not in SENDING:
            self._writer.refuse(f"route {source}", f"{source} is {node.kind} and sends nothing on.")
        elif not found:
            self._writer.refuse(f"route {source}", f"{source} goes to every component that takes messages already.")
        else:
            chosen = Pick(f"Route from {source} to", found)
            self._app.push_screen(chosen, lambda name: self._make(Connect(source, name) if name else None))

    def _remove(self, name: str = "", target: str = "") -> None:
        """Remove the component *name*, or its line to *target*; both may be written as one, with an arrow."""
        source, arrow, end = name.partition("->")
        if not name:
            self._writer.refuse("remove", "Select the component or the line that is to go.")
        elif target or arrow:
            self._make(Disconnect(source, target or end))
        else:
            self._make(Remove(name))

    def _make(self, change: Change | None) -> None:
        if change is not None:
            self._writer.make(change)
