"""A flow that runs: a bus, a plan, the components that serve it, and the step from one revision to the next."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field

from woodwork_engine.bus.endpoint import EndpointState
from woodwork_engine.bus.interface import StopReport
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.components import Input, Services
from woodwork_engine.errors import UnknownComponentError
from woodwork_engine.events import EventLog
from woodwork_engine.kinds import KindRegistry
from woodwork_engine.plan import FlowPlan, PlanDiff
from woodwork_engine.router import DeclarativeRouter
from woodwork_engine.runtime.crew import Crew, Recruits
from woodwork_engine.runtime.fingerprints import values_of_variables
from woodwork_engine.runtime.inputs import Inputs
from woodwork_engine.runtime.member import Member

_POLICY = frozenset({"policy"})
INJECTED = "input.received"
"""The event type of a message that a person hands to a component that is no input."""


@dataclass(frozen=True, slots=True)
class Change:
    """A plan to go to: what differs from the one that runs, and the values of its variables."""

    plan: FlowPlan
    diff: PlanDiff
    environment: Mapping[str, str] = field(repr=False)


class LiveFlow:
    """Everything of a flow that lives on the engine's loop; only ever touched there."""

    def __init__(
        self,
        services: Services,
        log: EventLog,
        kinds: KindRegistry,
        rng: random.Random,
        name: str,
        *,
        own_sources: bool,
    ) -> None:
        self.bus = InMemoryMessageBus(clock=services.clock, rng=rng, log=log, flow=name)
        self.crew = Crew(self.bus, services, log, kinds)
        self.inputs = Inputs(log, services.clock, own_sources=own_sources)
        self.plan: FlowPlan | None = None
        self.rev = 0
        self._log = log
        self._clock = services.clock
        self._background: set[asyncio.Task[None]] = set()
        self._cut = asyncio.Event()

    async def prepare(self, change: Change) -> Recruits:
        """Build and start what *change* needs anew; nothing of the running flow is touched yet (bus.md G2, G3)."""
        return await self.crew.recruit(change.plan, self._to_build(change), change.environment)

    async def abandon(self, recruits: Recruits) -> None:
        """Stop what `prepare` started for a change that will not be applied."""
        await self.crew.dismiss(recruits.members.values())

    def _to_build(self, change: Change) -> set[str]:
        """Return which components are made anew: added or changed ones, failed ones, and who refers to one of them."""
        anew = set(change.diff.added) | {name for name in self.crew.failed if change.plan.node(name) is not None}
        anew |= {name for name, keys in change.diff.changed.items() if not _POLICY.issuperset(keys)}
        gone = set(change.diff.removed)
        while True:
            more = {
                edge.source
                for edge in change.plan.edges
                if not edge.is_route and edge.source not in anew and edge.target in anew | gone
            }
            if not more:
                return anew
            anew |= more

    async def apply(self, change: Change, recruits: Recruits) -> None:
        """Go over to *change* in one step; then let what it replaces end in the background (bus.md G2-G4)."""
        crew = self.crew
        replaced = [crew.members[name] for name in recruits.members if name in crew.members]
        gone = [crew.members[name] for name in change.diff.removed if name in crew.members]
        await self.inputs.end([*replaced, *gone])
        crew.failed = {name: why for name, why in crew.failed.items() if change.plan.node(name) is not None}
        crew.failed = {name: why for name, why in crew.failed.items() if name not in recruits.members}
        crew.failed |= recruits.failed
        for name in change.diff.removed:
            crew.members.pop(name, None)
        crew.members |= recruits.members
        self.bus.core.secrets.hide(values_of_variables(change.plan, change.environment))
        self._swap(change.plan, change.diff)
        self._tell_started(recruits)
        self.inputs.begin(crew.members.values())
        crew.leaving += [*replaced, *gone]
        for member in replaced:
            self._go_on(crew.replace(member, change.plan.policy.drain_timeout))
        for name in change.diff.removed:
            before = next((member for member in gone if member.name == name), None)
            self._go_on(self._drain(name, before, change.plan.policy.drain_timeout))

    def refine(self, plan: FlowPlan) -> None:
        """Take *plan* for the running one: it means the same, but stands in other places of its file."""
        self.plan = plan

    def _swap(self, plan: FlowPlan, diff: PlanDiff) -> None:
        bus, crew = self.bus, self.crew
        self.rev += 1
        router = DeclarativeRouter(plan)
        bus.core.policy = plan.policy
        table = bus.set_routes(self.rev, router.targets, router.links())
        for name in diff.removed:
            bus.core.endpoint(name).state = EndpointState.DRAINING
        for node in plan.nodes:
            member = crew.members.get(node.name)
            if member is None:
                bus.core.endpoint(node.name).policy = node.policy
                continue
            member.node = node
            member.serve(bus.employ(node.name, member.handler, node.policy, table))
        self.plan = plan

    def _tell_started(self, recruits: Recruits) -> None:
        now = self._clock.time()
        for name in recruits.members:
            self._log.append_state(now, "node_up", target=name, rev=self.rev)
        for name, why in recruits.failed.items():
            self._log.append_state(now, "node_down", target=name, rev=self.rev, data={"error": why})

    async def _drain(self, name: str, member: Member | None, timeout: float) -> None:
        """Let a removed component work its lanes off, then do with the rest what its `on_remove` says (bus.md G3)."""
        core = self.bus.core
        endpoint = core.endpoint(name)
        if member is not None and endpoint.depth:
            endpoint.emptied = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout):
                    await endpoint.emptied
            except TimeoutError:
                pass
        if endpoint.state is EndpointState.DRAINING:  # it may have come back meanwhile
            if endpoint.policy.on_remove != "park":
                self.bus.discard_rest(endpoint, dead=endpoint.policy.on_remove == "dead_letter")
            core.park(endpoint)
        if member is not None:
            await self.crew.replace(member, timeout)

    def _go_on(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def inject(self, name: str, payload: object, session: str | None, event: str | None) -> str:
        """Hand *payload* to the component *name*; return the message's id once it is accepted."""
        member = self.crew.members.get(name)
        if member is not None and isinstance(member.component, Input):
            return await member.component.inject(payload, session=session, event=event)
        if self.plan is None or self.plan.node(name) is None:
            raise UnknownComponentError(name, self.plan.names() if self.plan else ())
        return await self.bus.outbox.send(None, name, event or INJECTED, payload, session=session)

    async def idle(self) -> None:
        """Return when every input has ended and nothing is queued, running or waiting for a retry."""
        core = self.bus.core
        while True:
            await self.inputs.ended(self.crew.members.values())
            await core.idle()
            reading = any(member.task is not None and not member.task.done() for member in self.crew.members.values())
            if not reading and core.depth == core.parked():
                return

    def cut_short(self) -> None:
        """End a stop that is draining at once."""
        self._cut.set()

    async def stop(self, *, drain: bool, deadline: float | None) -> StopReport:
        """Stop inputs, let lanes drain for at most *deadline* seconds, stop every component (bus.md H2)."""
        bus = self.bus
        members = tuple(self.crew.members.values())
        before = self._settled()
        await self.inputs.end(members)
        bus.close_ingress()
        if drain and not self._cut.is_set():
            await self._drained(bus.core.policy.stop_timeout if deadline is None else deadline)
        settled = self._settled() - before
        report = await bus.stop(drain=False)
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.crew.dismiss([*self.crew.leaving, *members])
        return StopReport(settled, report.cancelled, report.left)

    async def _drained(self, deadline: float) -> None:
        waiting = [asyncio.ensure_future(self.bus.core.idle()), asyncio.ensure_future(self._cut.wait())]
        try:
            await asyncio.wait(waiting, timeout=deadline, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    def _settled(self) -> int:
        return sum(endpoint.settled for endpoint in self.bus.core.endpoints.values())
