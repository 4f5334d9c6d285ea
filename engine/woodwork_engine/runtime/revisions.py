"""From one revision of a flow to the next: read, check, compare, build, apply; or refuse and say why (bus.md G)."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from woodwork_engine.clock import Clock
from woodwork_engine.errors import ClosingError, described
from woodwork_engine.events import EventLog
from woodwork_engine.kinds import KindRegistry
from woodwork_engine.language import Checked, read_environment
from woodwork_engine.language.codes import Code
from woodwork_engine.plan import FlowPlan, PlanDiff, diff
from woodwork_engine.runtime.crew import Recruits
from woodwork_engine.runtime.fingerprints import Fingerprint, fingerprints, scripts_of
from woodwork_engine.runtime.history import History
from woodwork_engine.runtime.live_flow import Change, LiveFlow
from woodwork_engine.runtime.reading import read_at_rest
from woodwork_engine.runtime.rollback import Applied, Rollbacks, with_names_now
from woodwork_engine.snapshot import Revision
from woodwork_engine.source import Diagnostic, Severity

BY_ROLLBACK = "rollback"

Watch = Callable[[frozenset[Path]], Awaitable[None]]
"""Tells which files a change of the flow may touch from now on."""


class Revisions:
    """Takes a flow through the contents of its file, one load at a time."""

    def __init__(
        self, file: str, kinds: KindRegistry, flow: LiveFlow, log: EventLog, clock: Clock, watch: Watch
    ) -> None:
        self.history = History()
        self.applied_at = 0.0
        self._rollbacks = Rollbacks()
        self._file = file
        self._folder = Path(file).absolute().parent
        self._kinds = kinds
        self._flow = flow
        self._log = log
        self._clock = clock
        self._watch = watch
        self._prints: Mapping[str, Fingerprint] = {}
        self._found: tuple[Diagnostic, ...] = ()
        self._one_at_a_time = asyncio.Lock()
        self._loading: asyncio.Task[Revision] | None = None
        self._closed = False

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What there is to say about the flow that runs: what its check found, and what went wrong since."""
        return (*self._found, *self._broken())

    async def load(self, by: str) -> Revision:
        """Read the file and go over to what it says; return what became of it. *by*: `start`, `save` or `reload`.

        Raises ClosingError once closed.
        """
        return await self._alone(lambda: self._load(by))

    async def roll_back(self, number: int) -> Revision:
        """Go over to what revision *number* was (bus.md G6); return what became of it.

        Raises UnknownRevisionError where it is not kept, and ClosingError once closed.
        """
        return await self._alone(lambda: self._roll_back(number))

    async def _alone(self, work: Callable[[], Coroutine[object, object, Revision]]) -> Revision:
        async with self._one_at_a_time:
            if self._closed:
                raise ClosingError
            self._loading = asyncio.create_task(work())
            try:
                return await self._loading
            except asyncio.CancelledError:
                if self._closed:
                    raise ClosingError from None
                raise
            finally:
                self._loading = None

    async def close(self) -> None:
        """Load nothing any more; a load that is under way is given up, and what it has started is stopped."""
        self._closed = True
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.wait([self._loading])

    async def _load(self, by: str) -> Revision:
        try:
            checked = await read_at_rest(self._file, self._kinds, self._watch_all)
            if checked.plan is None:
                return self._rejected(checked, checked.diagnostics, by)
            environment = await asyncio.to_thread(read_environment, self._folder)
            plan = with_names_now(checked.plan, self._flow.bus.core.name_now)
            return await self._go_to(Applied(self._flow.rev + 1, checked, plan, environment), by)
        except Exception as error:  # the edge: what cannot be foreseen about a save must not end what runs
            if by == "start":
                raise
            return self._failed(error, by)

    async def _roll_back(self, number: int) -> Revision:
        kept, flow = self._rollbacks.get(number), self._flow
        try:
            await self._watch_all(kept.checked)
            plan = with_names_now(kept.plan, flow.bus.core.name_now, back=True)
            return await self._go_to(replace(kept, number=flow.rev + 1, plan=plan), BY_ROLLBACK, back_to=number)
        except Exception as error:  # noqa: BLE001 - the same edge
            return self._failed(error, BY_ROLLBACK)

    async def _watch_all(self, checked: Checked) -> Iterable[Path]:
        """Watch every file that *checked*, or the flow that runs, is made of, and return them."""
        plans = [plan for plan in (checked.plan, self._flow.plan) if plan is not None]
        scripts = {
            path for plan in plans for node in plan.nodes for path in scripts_of(node, self._folder, self._kinds)
        }
        watched = frozenset({Path(file) for file in checked.files} | scripts)
        await self._watch(watched)
        return watched

    async def _go_to(self, wanted: Applied, by: str, *, back_to: int | None = None) -> Revision:
        flow, first = self._flow, self._flow.plan is None
        checked, plan, environment = wanted.checked, wanted.plan, wanted.environment
        prints = await asyncio.to_thread(fingerprints, plan, self._folder, self._kinds, environment)
        difference = self._difference(plan, prints)
        if not difference and not first and not self._startable(plan):
            return self._without_effect(checked, plan, by)
        if difference and not first:
            self._tell("reload_planned", wanted.number, {"diff": difference.to_dict()})
        recruits = await flow.prepare(Change(plan, difference, environment))
        if not difference and not first and not recruits.members:
            flow.note_failures(plan, recruits)
            return self._without_effect(checked, plan, by)
        blocking = {} if first else self._blocking(plan, difference, recruits)
        if blocking:
            await flow.abandon(recruits)
            return self._rejected(checked, (*checked.diagnostics, *_not_started(plan, blocking)), by)
        difference = self._with_started(difference, recruits)
        try:
            await flow.apply(Change(plan, difference, environment), recruits)
        except asyncio.CancelledError:
            await flow.abandon(recruits)
            raise
        self._prints = prints
        self._found = checked.diagnostics
        self._rollbacks.keep(wanted)
        return self._applied(checked, difference, by, back_to)

    def _difference(self, plan: FlowPlan, prints: Mapping[str, Fingerprint]) -> PlanDiff:
        found = diff(self._flow.plan or FlowPlan(plan.file), plan)
        changed = dict(found.changed)
        for name, mark in prints.items():
            before = self._prints.get(name)
            if before is not None and (keys := mark.changed_from(before)):
                changed[name] = (*changed.get(name, ()), *keys)
        return replace(found, changed=MappingProxyType(changed))

    def _with_started(self, difference: PlanDiff, recruits: Recruits) -> PlanDiff:
        """Return *difference* and, as changed, components that did not start before and do so now."""
        changed = {name: ("started",) for name in recruits.members if name in self._flow.failures()}
        for name in (*difference.added, *difference.renamed):
            changed.pop(name, None)
        return replace(difference, changed=MappingProxyType({**changed, **difference.changed}))

    def _startable(self, plan: FlowPlan) -> bool:
        """Whether a component failed for a reason outside the file, which may be gone by now."""
        return any((node := plan.node(name)) is not None and node.problem is None for name in self._flow.failures())

    def _blocking(self, plan: FlowPlan, difference: PlanDiff, recruits: Recruits) -> dict[str, str]:
        """Return what keeps a running flow from *plan*: a component that runs, or a new one, that would not start.

        A new component of a kind that is not known is drawn as not started and keeps nothing else from running.
        """
        running = {name for name, member in self._flow.crew.members.items() if member.failure is None}
        added = {
            name
            for name in (*difference.added, *difference.renamed)
            if (node := plan.node(name)) and node.problem is None
        }
        return {name: why for name, why in recruits.failed.items() if name in running or name in added}

    def _broken(self) -> tuple[Diagnostic, ...]:
        """Return a problem for each component that only running it showed to be broken."""
        plan, crew = self._flow.plan, self._flow.crew
        if plan is None:
            return ()
        found = list(_not_started(plan, crew.failed))
        for name, member in crew.members.items():
            node = plan.node(name)
            if member.failure is not None and node is not None:
                summary = f"{name} has broken off: {member.failure}"
                advice = "mend what it reads, then save or reload"
                found.append(
                    Diagnostic(Severity.ERROR, Code.INPUT_FAILED.value, summary, node.span, advice, component=name)
                )
        return tuple(found)

    def _without_effect(self, checked: Checked, plan: FlowPlan, by: str) -> Revision:
        self._flow.refine(plan)
        self._found = checked.diagnostics
        return self.history.add(self._revision(0, "no effective change", checked, PlanDiff(), by))

    def _applied(self, checked: Checked, difference: PlanDiff, by: str, back_to: int | None) -> Revision:
        self.applied_at = self._clock.time()
        applied = self._revision(self._flow.rev, "live", checked, difference, by)
        if self._flow.rev == 1:
            count = len(difference.added)
            applied = replace(applied, change=f"opened, {count} component{'' if count == 1 else 's'}")
        if back_to is None:
            self._tell("reload_applied", self._flow.rev, {"diff": difference.to_dict()})
        else:
            self._tell("rolled_back", self._flow.rev, {"to": back_to, "diff": difference.to_dict()})
            applied = replace(applied, change=f"back to rev {back_to}: {applied.change}")
        return self.history.add(applied)

    def _rejected(self, checked: Checked, diagnostics: tuple[Diagnostic, ...], by: str) -> Revision:
        self._tell("reload_rejected", None, {"diagnostics": [diagnostic.to_dict() for diagnostic in diagnostics]})
        errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
        source = checked.texts.get(self._file, "")
        change = f"{errors} error{'' if errors == 1 else 's'}, not applied"
        return self.history.add(
            Revision(0, self._clock.time(), "rejected", change, by, diagnostics=diagnostics, source=source)
        )

    def _failed(self, error: Exception, by: str) -> Revision:
        text = "".join(traceback.format_exception(error))
        self._tell("reload_rejected", None, {"diagnostics": [], "error": described(error), "traceback": text})
        return self.history.add(Revision(0, self._clock.time(), "rejected", f"{described(error)}, not applied", by))

    def _revision(self, number: int, result: str, checked: Checked, difference: PlanDiff, by: str) -> Revision:
        return Revision(
            number,
            self._clock.time(),
            result,
            difference.summary(),
            by,
            diagnostics=self.diagnostics,
            diff=difference,
            source=checked.texts.get(self._file, ""),
        )

    def _tell(self, kind: str, rev: int | None, data: dict[str, object]) -> None:
        self._log.append_state(self._clock.time(), kind, rev=rev, data=data)


def _not_started(plan: FlowPlan, failed: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Return a problem for each component that was found out only by starting it; the checker named the others."""
    found = []
    for name, why in failed.items():
        node = plan.node(name)
        if node is not None and node.problem is None:
            summary = why.removeprefix(f"{node.span} ")
            found.append(Diagnostic(Severity.ERROR, Code.NOT_STARTED.value, summary, node.span, component=name))
    return tuple(found)
