"""What a message bus can do, whichever way messages travel (the published MessageBusInterface)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from woodwork_engine.delivery import Context
from woodwork_engine.message import MessageEnvelope, Outbox

MessageHandler = Callable[[MessageEnvelope], Awaitable[object] | object]

Next = Callable[[], Awaitable[object]]
"""Goes on with the attempt, and returns what the handler returned or raises what it raised."""


class Middleware(Protocol):
    """Something of a person's around every attempt of every handler: `async def m(context, call_next)`.

    It returns what `await call_next()` returns, or something else as the answer. What it raises fails the attempt, and
    it counts for the attempt's `timeout`. Where it does not call *call_next* the message is acknowledged unhandled.
    """

    def __call__(self, context: Context, call_next: Next, /) -> Awaitable[object]:
        """Make the attempt at the message of *context*."""
        ...


@dataclass(frozen=True, slots=True)
class StopReport:
    """What a stop did: deliveries settled while draining, attempts cut short, messages left per `target/session`.

    Of those that are left, *held* were paused or parked: they wait for a person, and no drain waits for them.
    """

    settled: int = 0
    cancelled: int = 0
    left: Mapping[str, int] = field(default_factory=dict)
    held: int = 0


class MessageBusInterface(ABC):
    """Publish and subscribe by topic, send to a component by name, look at health and statistics."""

    outbox: Outbox
    """What `MessageBusIntegration.join` takes, so that any class may send as a component does."""

    @abstractmethod
    async def start(self) -> None:
        """Begin to deliver; raises StartError where the bus cannot hold what it promises."""

    @abstractmethod
    async def stop(self, *, drain: bool = True, deadline: float | None = None) -> StopReport:
        """Stop taking messages, let lanes drain until the deadline, then end everything (bus.md H2, H3)."""

    @abstractmethod
    async def publish(self, envelope: MessageEnvelope) -> bool:
        """Hand *envelope* to every subscriber of its event type; True when accepted, False when nobody listens."""

    @abstractmethod
    async def subscribe(self, topic: str, callback: MessageHandler, session_id: str | None = None) -> str:
        """Call *callback* for messages whose event type matches *topic* (`*` wildcards); return the subscription."""

    @abstractmethod
    async def unsubscribe(self, subscription_id: str) -> bool:
        """End a subscription; True when there was one."""

    @abstractmethod
    async def send_to_component(self, envelope: MessageEnvelope) -> bool:
        """Send *envelope* to its `target_component`; True when accepted (bus.md F7)."""

    @abstractmethod
    def register_component_handler(self, name: str, handler: MessageHandler) -> None:
        """Let *handler* take the messages for *name*; those that wait are handled now."""

    @abstractmethod
    def unregister_component_handler(self, name: str) -> bool:
        """Stop handling messages for *name*; they wait, bounded, until somebody registers. True when there was one."""

    @abstractmethod
    def add_middleware(self, middleware: Middleware) -> None:
        """Let *middleware* stand around every attempt of every handler (bus.md D8)."""

    @abstractmethod
    def get_stats(self) -> dict[str, object]:
        """Return the published statistics."""

    @abstractmethod
    def is_healthy(self) -> bool:
        """Whether the bus runs and nothing about it is degraded."""
