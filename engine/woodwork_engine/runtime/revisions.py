"""From one revision of a flow to the next: read, check, compare, build, apply; or refuse and say why (bus.md G)."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from woodwork_engine.clock import Clock
from woodwork_engine.events import EventLog
from woodwork_engine.kinds import KindRegistry
from woodwork_engine.language import Checked, check_file, read_environment
from woodwork_engine.language.codes import Code
from woodwork_engine.plan import FlowPlan, PlanDiff, diff
from woodwork_engine.runtime.crew import Recruits
from woodwork_engine.runtime.fingerprints import Fingerprint, fingerprints, scripts_of
from woodwork_engine.runtime.live_flow import Change, LiveFlow
from woodwork_engine.snapshot import Revision
from woodwork_engine.source import Diagnostic, Severity

REVISIONS_KEPT = 50
REST = 0.03
"""Seconds for which no file may have changed when it is read."""
REST_EMPTY = 0.5
"""The same for an empty file: more likely than a flow without components is somebody who is about to write."""
REST_ROUNDS = 30


class Revisions:
    """Takes a flow through the contents of its file; `history` is oldest first, `watched` what a change may touch."""

    def __init__(self, file: str, kinds: KindRegistry, flow: LiveFlow, log: EventLog, clock: Clock) -> None:
        self.history: deque[Revision] = deque(maxlen=REVISIONS_KEPT)
        self.diagnostics: tuple[Diagnostic, ...] = ()
        self.applied_at = 0.0
        self.watched: frozenset[Path] = frozenset({Path(file).absolute()})
        self._file = file
        self._folder = Path(file).absolute().parent
        self._kinds = kinds
        self._flow = flow
        self._log = log
        self._clock = clock
        self._prints: Mapping[str, Fingerprint] = {}
        self._one_at_a_time = asyncio.Lock()

    async def load(self, by: str) -> Revision:
        """Read the file and go over to what it says; return what became of it. *by*: `start`, `save` or `reload`."""
        async with self._one_at_a_time:
            checked = await self._read()
            self._watch(checked)
            if checked.plan is None:
                return self._rejected(checked, checked.diagnostics, by)
            return await self._go_to(checked, checked.plan, by)

    async def _read(self) -> Checked:
        """Return the checked file as it is at rest: what is read while somebody writes may be half of it."""
        for _ in range(REST_ROUNDS):
            began = time.time()
            checked = await asyncio.to_thread(check_file, self._file, self._kinds)
            rest = REST if checked.texts.get(self._file, "").strip() else REST_EMPTY
            if max((_changed_at(file) for file in checked.files), default=0.0) < began - rest:
                break
            await asyncio.sleep(REST)
        return checked

    async def _go_to(self, checked: Checked, plan: FlowPlan, by: str) -> Revision:
        flow, first = self._flow, self._flow.plan is None
        environment = read_environment(self._folder)
        prints = await asyncio.to_thread(fingerprints, plan, self._folder, self._kinds, environment)
        change = Change(plan, self._difference(plan, prints), environment)
        if not change.diff and not first:
            flow.refine(plan)
            self.diagnostics = self._with_failed(checked.diagnostics, plan)
            return self._remember(self._revision(0, "no effective change", checked, change.diff, by))
        if not first:
            self._tell("reload_planned", flow.rev + 1, {"diff": change.diff.to_dict()})
        recruits = await flow.prepare(change)
        blocking = {} if first else self._blocking(change, recruits)
        if blocking:
            await flow.abandon(recruits)
            return self._rejected(checked, (*checked.diagnostics, *_not_started(plan, blocking)), by)
        await flow.apply(change, recruits)
        self._prints = prints
        self.diagnostics = self._with_failed(checked.diagnostics, plan)
        return self._applied(checked, change.diff, by)

    def _difference(self, plan: FlowPlan, prints: Mapping[str, Fingerprint]) -> PlanDiff:
        found = diff(self._flow.plan or FlowPlan(plan.file), plan)
        changed = dict(found.changed)
        for name, mark in prints.items():
            before = self._prints.get(name)
            if before is not None and (keys := mark.changed_from(before)):
                changed[name] = (*changed.get(name, ()), *keys)
        return replace(found, changed=MappingProxyType(changed))

    def _blocking(self, change: Change, recruits: Recruits) -> dict[str, str]:
        """Return what keeps a running flow from *change*: a component that runs, or a new one, that would not start.

        A new component of a kind that is not known is drawn as not started and keeps nothing else from running.
        """
        running = self._flow.crew.members
        added = {name for name in change.diff.added if (node := change.plan.node(name)) and node.problem is None}
        return {name: why for name, why in recruits.failed.items() if name in running or name in added}

    def _with_failed(self, diagnostics: tuple[Diagnostic, ...], plan: FlowPlan) -> tuple[Diagnostic, ...]:
        return (*diagnostics, *_not_started(plan, self._flow.crew.failed))

    def _watch(self, checked: Checked) -> None:
        plans = [plan for plan in (checked.plan, self._flow.plan) if plan is not None]
        scripts = {
            path for plan in plans for node in plan.nodes for path in scripts_of(node, self._folder, self._kinds)
        }
        self.watched = frozenset({Path(file) for file in checked.files} | scripts | {Path(self._file).absolute()})

    def _applied(self, checked: Checked, difference: PlanDiff, by: str) -> Revision:
        self.applied_at = self._clock.time()
        for index, earlier in enumerate(self.history):
            if earlier.result == "live":
                self.history[index] = replace(earlier, result="ok")
        self._tell("reload_applied", self._flow.rev, {"diff": difference.to_dict()})
        applied = self._revision(self._flow.rev, "live", checked, difference, by)
        if self._flow.rev == 1:
            count = len(difference.added)
            applied = replace(applied, change=f"opened, {count} component{'' if count == 1 else 's'}")
        return self._remember(applied)

    def _rejected(self, checked: Checked, diagnostics: tuple[Diagnostic, ...], by: str) -> Revision:
        self._tell("reload_rejected", None, {"diagnostics": [diagnostic.to_dict() for diagnostic in diagnostics]})
        errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
        source = checked.texts.get(self._file, "")
        change = f"{errors} error{'' if errors == 1 else 's'}, not applied"
        return self._remember(
            Revision(0, self._clock.time(), "rejected", change, by, diagnostics=diagnostics, source=source)
        )

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

    def _remember(self, revision: Revision) -> Revision:
        self.history.append(revision)
        return revision

    def _tell(self, kind: str, rev: int | None, data: dict[str, object]) -> None:
        self._log.append_state(self._clock.time(), kind, rev=rev, data=data)


def _changed_at(file: str) -> float:
    try:
        return os.stat(file).st_mtime
    except OSError:
        return 0.0


def _not_started(plan: FlowPlan, failed: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Return a problem for each component that was found out only by starting it; the checker named the others."""
    found = []
    for name, why in failed.items():
        node = plan.node(name)
        if node is not None and node.problem is None:
            summary = why.removeprefix(f"{node.span} ")
            found.append(Diagnostic(Severity.ERROR, Code.NOT_STARTED.value, summary, node.span, component=name))
    return tuple(found)
