"""What is kept of messages that are to come once, so that they do so across lives of the process (bus.md C3)."""

from __future__ import annotations

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint
from woodwork_engine.bus.keeping.commits import Commits
from woodwork_engine.bus.seen import key_of
from woodwork_engine.delivery import Delivery
from woodwork_engine.store.records import KeptSighting

TIDY_SECONDS = 60.0
"""How often what need not be remembered any more is forgotten."""


class Sightings:
    """Keeps which messages an endpoint has had, for as long as its window says."""

    def __init__(self, core: BusCore, commits: Commits) -> None:
        self._core = core
        self._commits = commits
        self._tidy_at = 0.0

    def see(self, endpoint: Endpoint, delivery: Delivery, at: float, *, handled: bool) -> None:
        """Keep that *endpoint* has accepted, or *handled*, what is to come once; *at* in s since the epoch."""
        envelope = delivery.envelope
        self._keep(KeptSighting(endpoint.name, envelope.session_id, key_of(envelope), envelope.message_id, at, handled))

    def renamed(self, endpoint: Endpoint) -> None:
        """Keep what *endpoint* has had under the name that it has now."""
        if endpoint.seen is not None and endpoint.policy.durable:
            for one in endpoint.seen.list():
                self._keep(KeptSighting(endpoint.name, one.session, one.key, one.first, one.at, one.handled))
            self._commits.ask()

    def tidy(self, now: float) -> None:
        """Forget, every now and then, what need not be remembered any more *now* (s since the epoch)."""
        if now < self._tidy_at:
            return
        self._tidy_at = now + TIDY_SECONDS
        outdated = {
            endpoint.name: now - endpoint.seen.policy.window
            for endpoint in self._core.endpoints.values()
            if endpoint.seen is not None and endpoint.policy.durable
        }
        if outdated:
            self._commits.turn.batch.outdated |= outdated
            self._commits.ask()

    def _keep(self, seen: KeptSighting) -> None:
        self._commits.turn.batch.sightings[seen.target, seen.session, seen.key] = seen
