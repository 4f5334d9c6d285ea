"""A component while it is part of a running flow: what was built for one node, and what it is doing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from woodwork_engine.bus.instance import Handler, Instance
from woodwork_engine.components import Component
from woodwork_engine.plan import Node


@dataclass(slots=True, eq=False)
class Member:
    """One started component; *rev* is the revision it was started for.

    *instances* are the bus's, one per revision it serves in; *task* reads an input, and *failure* tells what ended it.
    """

    node: Node
    component: Component
    handler: Handler
    rev: int
    instances: list[Instance] = field(default_factory=list)
    task: asyncio.Task[None] | None = None
    failure: str | None = None

    @property
    def name(self) -> str:
        """The component's name."""
        return self.node.name

    @property
    def reads(self) -> bool:
        """Whether this is an input that still reads its source."""
        return self.task is not None and not self.task.done()

    def serve(self, instance: Instance) -> None:
        """Take note of a new *instance*; earlier ones without running attempts are forgotten."""
        self.instances = [*self.attempts(), instance]

    def attempts(self) -> list[Instance]:
        """Return the instances on which attempts run."""
        return [instance for instance in self.instances if instance.inflight]

    def earlier_attempts(self) -> list[Instance]:
        """Return the instances of earlier revisions on which attempts run; what they send takes earlier routes (G1)."""
        return [instance for instance in self.instances[:-1] if instance.inflight]
