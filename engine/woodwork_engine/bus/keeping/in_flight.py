"""The layer around a handler by which the next process learns what was being attempted when this one died."""

from __future__ import annotations

from woodwork_engine.bus.endpoint import Endpoint
from woodwork_engine.bus.instance import Handler
from woodwork_engine.bus.keeping.commits import Commits
from woodwork_engine.bus.keeping.deliveries import Deliveries
from woodwork_engine.delivery import Delivery
from woodwork_engine.store.records import Journal


class InFlight:
    """Marks each attempt in *journal* while it runs."""

    def __init__(self, journal: Journal, commits: Commits, deliveries: Deliveries) -> None:
        self._journal = journal
        self._commits = commits
        self._deliveries = deliveries

    def around(self, endpoint: Endpoint, handler: Handler) -> Handler:
        """Return *handler* with the marks that count crashes (bus.md E7), settled first where it is at most once (C2).

        The very one given where nothing of *endpoint* is kept.
        """
        if not endpoint.policy.durable:
            return handler

        async def attempt(delivery: Delivery) -> object:
            if not delivery.seq:
                return await handler(delivery)
            own = delivery.envelope.delivery_mode
            if endpoint.at_most_once if own is None else own == "at_most_once":
                self._deliveries.settled(delivery)
                delivery.seq = 0
                await self._commits.written()
            mark = self._journal.begin(delivery.seq) if delivery.seq else None
            try:
                return await handler(delivery)
            finally:
                if mark is not None:
                    self._journal.end(mark)

        return attempt
