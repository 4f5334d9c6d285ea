"""The components of a running flow: how they are built, started, exchanged and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.components import Component, Handler, Services, build
from woodwork_engine.errors import StartError
from woodwork_engine.events import EventLog
from woodwork_engine.kinds import KindRegistry
from woodwork_engine.language import resolve_settings
from woodwork_engine.plan import FlowPlan, Node
from woodwork_engine.runtime.member import Member

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
        self.leaving: list[Member] = []
        """Components that a revision has replaced or removed and whose last attempts still run."""
        self._bus = bus
        self._services = services
        self._log = log
        self._kinds = kinds

    async def recruit(self, plan: FlowPlan, names: Collection[str], environment: Mapping[str, str]) -> Recruits:
        """Build and start the components *names* of *plan*, referred ones first; a failure keeps no other from it."""
        recruits = Recruits()
        for node in _referred_first(plan, names):
            if node.problem is not None:
                recruits.failed[node.name] = str(node.problem)
                continue
            try:
                recruits.members[node.name] = await self._start(plan, node, environment, recruits)
            except StartError as error:
                recruits.failed[node.name] = str(error)
        return recruits

    async def _start(self, plan: FlowPlan, node: Node, environment: Mapping[str, str], recruits: Recruits) -> Member:
        settings = resolve_settings(node, environment)
        references: dict[str, Component] = {}
        for edge in plan.edges:
            if edge.source == node.name and not edge.is_route:
                member = recruits.members.get(edge.target) or self.members.get(edge.target)
                if member is not None and edge.target not in recruits.failed:
                    references[edge.target] = member.component
        component = build(node, settings, self._bus.outbox, self._services, references, self._kinds)
        try:
            await component.start()
        except StartError:
            raise
        except Exception as error:
            raise StartError(f"{node.span} {node.name}: start() failed: {type(error).__name__}: {error}") from error
        return Member(node, component, Handler(component, node, self._bus.outbox, self._services))

    async def dismiss(self, members: Iterable[Member]) -> None:
        """Stop *members* that no longer handle anything, the last one first."""
        for member in reversed(tuple(members)):
            problem = None
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await member.component.stop()
            except TimeoutError:
                problem = f"stop() took longer than {STOP_SECONDS:g} s"
            except Exception as error:  # noqa: BLE001 - the edge where a component's failure becomes a record
                problem = f"stop() failed: {type(error).__name__}: {error}"
            data: dict[str, object] = {"problem": problem} if problem else {}
            self._log.append_state(self._services.clock.time(), "node_down", target=member.name, data=data)

    async def replace(self, member: Member, drain_timeout: float) -> None:
        """Stop *member* once its running attempts have ended, or after *drain_timeout* seconds (bus.md G3)."""
        try:
            async with asyncio.timeout(drain_timeout):
                await member.unused()
        except TimeoutError:
            pass
        if member in self.leaving:
            self.leaving.remove(member)
            await self.dismiss([member])


def _referred_first(plan: FlowPlan, names: Collection[str]) -> list[Node]:
    """Return the nodes called *names*, each after those it refers to; the plan has no cycle of references."""
    order: dict[str, Node] = {}
    refers: dict[str, list[str]] = {}
    for edge in plan.edges:
        if not edge.is_route:
            refers.setdefault(edge.source, []).append(edge.target)
    nodes = {node.name: node for node in plan.nodes}

    def visit(name: str) -> None:
        if name in order or name not in nodes:
            return
        for target in refers.get(name, ()):
            visit(target)
        if name in names:
            order[name] = nodes[name]

    for name in nodes:
        visit(name)
    return list(order.values())
