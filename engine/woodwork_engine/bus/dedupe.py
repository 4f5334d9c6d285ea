"""The layer that keeps a message from being handled twice (bus.md C3, D8)."""

from __future__ import annotations

from woodwork_engine.bus.endpoint import Endpoint
from woodwork_engine.bus.instance import Handler
from woodwork_engine.clock import Clock
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import HandledBeforeError


def handled_before(endpoint: Endpoint, delivery: Delivery, now: float) -> bool:
    """Whether *endpoint* is to have *delivery* once, and had it."""
    seen = endpoint.seen
    return seen is not None and endpoint.is_once(delivery) and seen.handled(delivery.envelope, now) is not None


class Dedupe:
    """Looks, before each attempt, whether its message was handled already."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def around(self, endpoint: Endpoint, handler: Handler) -> Handler:
        """Return *handler* without the messages it had; itself where nothing comes only once."""
        if endpoint.seen is None:
            return handler

        async def attempt(delivery: Delivery) -> object:
            if handled_before(endpoint, delivery, self._clock.time()):
                raise HandledBeforeError
            return await handler(delivery)

        return attempt
