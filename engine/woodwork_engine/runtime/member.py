"""A component while it is part of a running flow: what was built for one node, and what it is doing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from woodwork_engine.bus.endpoint import Instance
from woodwork_engine.components import Component, Handler
from woodwork_engine.plan import Node


@dataclass(slots=True)
class Member:
    """One started component; *instances* are the bus's, one per revision it serves in, *task* reads an input."""

    node: Node
    component: Component
    handler: Handler
    instances: list[Instance] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The component's name."""
        return self.node.name

    def serve(self, instance: Instance) -> None:
        """Take note of a new *instance*; earlier ones without running attempts are forgotten."""
        self.instances = [earlier for earlier in self.instances if earlier.inflight]
        self.instances.append(instance)

    async def unused(self) -> None:
        """Return when no attempt runs on any instance."""
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(instance.retire(loop) for instance in self.instances))
