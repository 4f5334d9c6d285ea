"""A flow that runs: a bus, a plan, the components that serve it, and the step from one revision to the next."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from woodwork_engine.bus.endpoint import EndpointState
from woodwork_engine.bus.interface import StopReport
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.components import Input, Services
from woodwork_engine.errors import SettingError, UnknownComponentError
from woodwork_engine.events import EventLog
from woodwork_engine.kinds import KindRegistry
from woodwork_engine.pace import Pace
from woodwork_engine.plan import FlowPlan, PlanDiff
from woodwork_engine.policy import ON_REMOVE, REDIRECT, OnRemove, redirect_of
from woodwork_engine.router import DeclarativeRouter
from woodwork_engine.runtime.crew import Crew, Recruits
from woodwork_engine.runtime.departures import Departures
from woodwork_engine.runtime.fingerprints import values_of_variables
from woodwork_engine.runtime.inputs import Inputs
from woodwork_engine.runtime.turns import Turns

_POLICY = frozenset({"policy"})
_OWN_CODE = frozenset({"build", "start", "run", "stop"})
"""How tasks end their names in which a component's own code runs apart from its attempts."""
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
        self.inputs = Inputs(log, services.clock, self.bus.core.secrets.conceal, own_sources=own_sources)
        self.plan: FlowPlan | None = None
        self.rev = 0
        self._departures = Departures(self.bus, self.crew)
        self._log = log
        self._clock = services.clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hidden: set[str] = set()
        self._exchanging = asyncio.Lock()
        self._turns = Turns()
        self._stopping = False
        self._cut = False
        self._hurrying: asyncio.Task[StopReport] | None = None

    async def start(self) -> None:
        """Begin on the running loop, without components."""
        self._loop = asyncio.get_running_loop()
        await self.bus.start()

    def busy(self) -> str | None:
        """Return the component whose code has the loop at this very moment, if any; may be asked from any thread."""
        name = self.bus.core.busy
        if name is not None or self._loop is None:
            return name
        task = asyncio.current_task(self._loop)
        named, _, doing = task.get_name().rpartition(" ") if task is not None else ("", "", "")
        return named if doing in _OWN_CODE else None

    def failures(self) -> dict[str, str]:
        """Return what went wrong with components outside of any message: not started, or an input that broke off."""
        broken = {name: member.failure for name, member in self.crew.members.items() if member.failure}
        return {**self.crew.failed, **broken}

    async def prepare(self, change: Change) -> Recruits:
        """Build and start what *change* needs anew; nothing of the running flow is touched yet (bus.md G2, G3)."""
        self.bus.core.secrets.hide(self._hidden | values_of_variables(change.plan, change.environment))
        return await self.crew.recruit(change.plan, self._to_build(change), change.environment, self.rev + 1)

    async def abandon(self, recruits: Recruits) -> None:
        """Stop what `prepare` started for a change that will not be applied."""
        await self.crew.abandon(recruits)

    def _to_build(self, change: Change) -> set[str]:
        """Return which components are made anew: added, changed and failed ones, and who refers to one of them."""
        anew = {*change.diff.added, *change.diff.renamed} | {
            name for name in self.failures() if change.plan.node(name) is not None
        }
        anew |= {name for name, keys in change.diff.changed.items() if not _POLICY.issuperset(keys)}
        gone = {*change.diff.removed, *change.diff.renamed.values()}
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
        """Go over to *change* in one step; then let what it replaces end in the background (bus.md G2-G4).

        Cancelled before that step, it has ended the inputs that it replaces and changed nothing else.
        """
        async with self._exchanging:
            await self._apply(change, recruits)

    async def _apply(self, change: Change, recruits: Recruits) -> None:
        crew = self.crew
        before = {name: change.diff.renamed.get(name, name) for name in (*recruits.members, *change.diff.renamed)}
        replaced = {name: crew.members[was] for name, was in before.items() if was in crew.members}
        gone = {name: crew.members.get(name) for name in change.diff.removed}
        await self.inputs.end([*replaced.values(), *(member for member in gone.values() if member is not None)])
        for name, earlier in replaced.items():
            if name in recruits.members:
                self.inputs.hand_over(earlier, recruits.members[name])
        for name in (*gone, *change.diff.renamed.values()):
            crew.members.pop(name, None)
        crew.members |= recruits.members
        self.note_failures(change.plan, recruits)
        self._hidden = values_of_variables(change.plan, change.environment)
        self.bus.core.secrets.hide(self._hidden)
        timeout = change.plan.policy.drain_timeout
        for name, member in gone.items():
            self._departures.remove(name, member, timeout)
        self._swap(change.plan)
        for earlier in replaced.values():
            self._departures.replace(earlier, timeout)
        self._tell_started(recruits)
        self.inputs.begin(crew.members.values())

    def refine(self, plan: FlowPlan) -> None:
        """Take *plan* for the running one: it means the same, but stands in other places of its file."""
        self.plan = plan
        for node in plan.nodes:
            if node.name in self.crew.members:
                self.crew.members[node.name].node = node

    def _swap(self, plan: FlowPlan) -> None:
        bus, crew = self.bus, self.crew
        self.rev += 1
        self.plan = plan
        if self.rev == 1:
            self._park_strangers(plan)
        self._take_over(plan)
        router = DeclarativeRouter(plan)
        bus.core.policy = plan.policy
        if bus.core.keeper is not None:
            bus.core.keeper.commits.set_sync(plan.policy.sync)
        table = bus.set_routes(self.rev, router.targets, router.links())
        for node in plan.nodes:
            self._departures.returned(node.name)
            member = crew.members.get(node.name)
            if member is None:
                bus.serving.vacate(bus.core.endpoint(node.name), node.policy)
                continue
            member.node = node
            pace = member.component.pace
            bus.pacing.keep(
                node.name, pace if isinstance(pace, Pace) else None
            )  # a person's own may mean another thing
            member.serve(bus.employ(node.name, member.handler, node.policy, table))

    def _park_strangers(self, plan: FlowPlan) -> None:
        """Park what an earlier process has left for names that the flow does not have."""
        core = self.bus.core
        for endpoint in tuple(core.endpoints.values()):
            if endpoint.depth and endpoint.state is EndpointState.WAITING and plan.node(endpoint.name) is None:
                self.bus.serving.park(endpoint)

    def _take_over(self, plan: FlowPlan) -> None:
        """Give components of *plan* the lanes of those that they say they were (bus.md G3)."""
        core = self.bus.core
        for node in plan.nodes:
            core.renamed.pop(node.name, None)  # what is in the flow is meant by its name
        for node in plan.nodes:
            if node.was is None:
                continue
            endpoint = core.endpoints.get(node.was)
            if endpoint is None:
                core.renamed[node.was] = node.name
                continue
            removed = endpoint.state in (EndpointState.DRAINING, EndpointState.PARKED)
            if self.bus.relocation.rename(node.was, node.name):
                self._departures.returned(node.was)
            elif removed:
                core.endpoint(node.name)
                self._departures.resolve(node.was, f"{REDIRECT}{node.name}")

    def drains_until(self, name: str) -> float | None:
        """Return when *name*, which drains, attempts nothing any more (s since the epoch); None where it does not."""
        return self._departures.until.get(name)

    def resolve_removed(self, name: str, how: OnRemove) -> int:
        """Let what the removed component *name* has left go another way; return how many messages went at once.

        Raises SettingError for a *how* that is none, and UnknownComponentError.
        """
        target = redirect_of(how)
        if target is None and how not in ON_REMOVE:
            raise SettingError("on_remove", "is park, dead_letter, discard, or redirect:NAME")
        if target is not None and (self.plan is None or self.plan.node(target) is None):
            raise UnknownComponentError(target, self.plan.names() if self.plan else ())
        return self._departures.resolve(name, how)

    def note_failures(self, plan: FlowPlan, recruits: Recruits) -> None:
        """Keep why components are not started; an input that broke off and cannot begin anew stays what it is."""
        crew = self.crew
        crew.failed = {name: why for name, why in crew.failed.items() if plan.node(name) is not None} | recruits.failed
        for name, member in crew.members.items():
            why = crew.failed.pop(name, None)
            if name in recruits.failed:
                member.failure = why

    def _tell_started(self, recruits: Recruits) -> None:
        now = self._clock.time()
        for name in recruits.members:
            self._log.append_state(now, "node_up", target=name, rev=self.rev)
        for name, why in recruits.failed.items():
            self._log.append_state(now, "node_down", target=name, rev=self.rev, data={"error": why})

    async def inject(
        self, name: str, payload: object, session: str | None, event: str | None, dedupe_key: str | None
    ) -> str:
        """Hand *payload* to the component *name*; return the message's id once it is accepted.

        What is handed over in one session is accepted in the order of the calls (bus.md B4), whatever pipes do with it.
        """
        ordered = session or self._own_session(name)
        if ordered is None:
            return await self._hand_over(name, payload, session, event, dedupe_key)
        async with self._turns.turn(ordered):
            return await self._hand_over(name, payload, ordered, event, dedupe_key)

    def _own_session(self, name: str) -> str | None:
        """Return the session of what is handed to *name* now and names none; None: each message has its own."""
        member = self.crew.members.get(name)
        return member.component.own_session() if member is not None and isinstance(member.component, Input) else None

    async def _hand_over(
        self, name: str, payload: object, session: str | None, event: str | None, dedupe_key: str | None
    ) -> str:
        member = self.crew.members.get(name)
        if member is not None and isinstance(member.component, Input):
            return await member.component.inject(payload, session=session, event=event, dedupe_key=dedupe_key)
        if self.plan is None or self.plan.node(name) is None:
            raise UnknownComponentError(name, self.plan.names() if self.plan else ())
        return await self.bus.outbox.send(
            None, name, event or INJECTED, payload, session=session, dedupe_key=dedupe_key
        )

    async def idle(self) -> None:
        """Return when every input has ended and nothing is queued, running or waiting for a retry."""
        idleness = self.bus.idleness
        while True:
            await self.inputs.ended(self.crew.members.values())
            await idleness.reached()
            async with self._exchanging:  # inputs that are being replaced have ended, but their successors not begun
                pass
            if idleness.is_now() and not any(member.reads for member in self.crew.members.values()):
                return

    def cut_short(self) -> None:
        """End a stop that is draining at once."""
        self._cut = True
        if self._stopping and self._hurrying is None:
            self._hurrying = asyncio.get_running_loop().create_task(self.bus.stop(drain=False))

    async def stop(self, *, drain: bool, deadline: float | None) -> StopReport:
        """Stop inputs, let lanes drain for at most *deadline* seconds, stop every component (bus.md H2)."""
        crew = self.crew
        self.bus.close_ingress()
        await self.inputs.end(crew.members.values())
        self._stopping = True
        report = await self.bus.stop(drain=drain and not self._cut, deadline=deadline)
        if self._hurrying is not None:
            await self._hurrying
        await self._departures.end()
        await crew.dismiss(crew.in_order(self.plan), "stopped")
        return report
