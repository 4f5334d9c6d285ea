"""The components of a running flow: how they are built, started and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.components import Component, Handler, Services, build
from woodwork_engine.errors import StartError, described
from woodwork_engine.events import EventLog
from woodwork_engine.kinds import KindRegistry
from woodwork_engine.language import resolve_settings
from woodwork_engine.plan import FlowPlan, Node
from woodwork_engine.runtime.bounded import within
from woodwork_engine.runtime.member import Member

START_SECONDS = 30.0
"""How long one component's own `start` may take."""
STOP_SECONDS = 5.0
"""How long one component's own `stop` may take."""


@dataclass(frozen=True, slots=True)
class Recruits:
    """Components made and started for a new revision, and the others with the sentence that says why not."""

    members: dict[str, Member] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class Crew:
    """Builds and ends components; `members` are those that serve now, `failed` those that did not start, and why."""

    def __init__(self, bus: InMemoryMessageBus, services: Services, log: EventLog, kinds: KindRegistry) -> None:
        self.members: dict[str, Member] = {}
        self.failed: dict[str, str] = {}
        self._bus = bus
        self._services = services
        self._log = log
        self._kinds = kinds

    async def recruit(
        self, plan: FlowPlan, names: Collection[str], environment: Mapping[str, str], rev: int
    ) -> Recruits:
        """Build and start the components *names* of *plan*, each after those it refers to, for revision *rev*.

        A failure keeps no other from it. Cancelled, it stops what it has started.
        """
        found = Recruits()
        starting: dict[str, asyncio.Task[None]] = {}
        try:
            async with asyncio.TaskGroup() as group:
                for node in referred_first(plan, names):
                    needed = [starting[name] for name in _referred(plan, node.name) if name in starting]
                    work = self._enlist(plan, node, environment, rev, found, needed)
                    starting[node.name] = group.create_task(work, name=f"{node.name} build")
        except BaseException:
            await self.abandon(found)
            raise
        return Recruits({name: found.members[name] for name in starting if name in found.members}, found.failed)

    async def _enlist(
        self,
        plan: FlowPlan,
        node: Node,
        environment: Mapping[str, str],
        rev: int,
        found: Recruits,
        needed: Collection[asyncio.Task[None]],
    ) -> None:
        if needed:
            await asyncio.wait(needed)
        if node.problem is not None:
            found.failed[node.name] = str(node.problem)
            return
        try:
            component = self._build(plan, node, environment, found)
            await self._start(node, component)
        except StartError as error:
            found.failed[node.name] = str(error)
        else:
            handler = Handler(component, node, self._bus.outbox, self._services).attempt
            found.members[node.name] = Member(node, component, handler, rev)

    def _build(self, plan: FlowPlan, node: Node, environment: Mapping[str, str], found: Recruits) -> Component:
        references = {}
        for name in _referred(plan, node.name):
            member = found.members.get(name) or self.members.get(name)
            if member is not None and name not in found.failed:
                references[name] = member.component
        try:
            settings = resolve_settings(node, environment)
            return build(node, settings, self._bus.outbox, self._services, references, self._kinds)
        except StartError:
            raise
        except Exception as error:
            raise StartError(f"{node.span} {node.name}: cannot be made: {described(error)}") from error

    async def _start(self, node: Node, component: Component) -> None:
        problem: str | None = None
        try:
            if not await within(START_SECONDS, component.start(), f"{node.name} start"):
                problem = f"start() took longer than {START_SECONDS:g} s; do what takes long in process()"
        except StartError as error:
            problem = str(error).removeprefix(f"{node.span} {node.name}: ")
        except Exception as error:  # noqa: BLE001 - the edge where a component's failure becomes a sentence
            problem = f"start() failed: {described(error)}"
        except BaseException:
            await Component.stop(component)
            raise
        if problem is not None:
            await Component.stop(component)  # a person's own `stop` may rely on a `start` that came to its end
            raise StartError(f"{node.span} {node.name}: {self._bus.core.secrets.conceal(problem)}")

    async def abandon(self, recruits: Recruits) -> None:
        """Stop what was started for a revision that is not applied."""
        for member in reversed(tuple(recruits.members.values())):
            problem = await self._stop(member)
            if problem is not None:
                self._tell_down(member, "not applied", problem)

    async def dismiss(self, members: Iterable[Member], why: str) -> None:
        """Stop *members* that no longer handle anything, the last one first; *why* goes into their records."""
        for member in reversed(tuple(members)):
            problem = await self._stop(member)
            self._tell_down(member, why, problem)

    def _tell_down(self, member: Member, why: str, problem: str | None) -> None:
        data: dict[str, object] = {"reason": why} if problem is None else {"reason": why, "problem": problem}
        self._log.append_state(self._services.clock.time(), "node_down", target=member.name, rev=member.rev, data=data)

    async def _stop(self, member: Member) -> str | None:
        """Let *member* stop, and end what it was lent whatever becomes of that; return what went wrong."""
        problem = None
        try:
            if not await within(STOP_SECONDS, member.component.stop(), f"{member.name} stop"):
                problem = f"stop() took longer than {STOP_SECONDS:g} s"
        except Exception as error:  # noqa: BLE001 - the edge where a component's failure becomes a record
            problem = self._bus.core.secrets.conceal(f"stop() failed: {described(error)}")
        if problem is not None:
            await Component.stop(member.component)
        return problem

    def in_order(self, plan: FlowPlan | None) -> list[Member]:
        """Return the members, each after those it refers to."""
        if plan is None:
            return list(self.members.values())
        return [self.members[node.name] for node in referred_first(plan, self.members)]


def referred_first(plan: FlowPlan, names: Collection[str]) -> list[Node]:
    """Return the nodes called *names*, each after those it refers to; the plan has no cycle of references."""
    order: TopologicalSorter[str] = TopologicalSorter({node.name: () for node in plan.nodes})
    for edge in plan.edges:
        if not edge.is_route:
            order.add(edge.source, edge.target)
    nodes = {node.name: node for node in plan.nodes}
    return [nodes[name] for name in order.static_order() if name in names and name in nodes]


def _referred(plan: FlowPlan, name: str) -> list[str]:
    return [edge.target for edge in plan.edges if edge.source == name and not edge.is_route]
