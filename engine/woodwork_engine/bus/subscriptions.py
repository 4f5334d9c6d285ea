"""Who listens to which topics: each subscription is an endpoint of its own, with lanes and retries."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.counters import EdgeCounter
from woodwork_engine.bus.endpoint import EndpointState, Route
from woodwork_engine.bus.serving import Serving
from woodwork_engine.bus.settlement import Settlement

MOST_REMEMBERED = 1_024
"""Event types for which the matching subscriptions are remembered."""


@dataclass(frozen=True, slots=True)
class _Subscription:
    topic: str
    session_id: str | None
    route: Route


class Subscriptions:
    """Finds the subscriptions for an event type; topics may have `*` wildcards."""

    def __init__(self, core: BusCore, serving: Serving, settlement: Settlement) -> None:
        self._core = core
        self._serving = serving
        self._settlement = settlement
        self._all: dict[str, _Subscription] = {}
        self._matching: dict[str, tuple[_Subscription, ...]] = {}
        self._numbers = count(1)

    def __contains__(self, name: str) -> bool:
        return name in self._all

    def topics(self) -> Mapping[str, str]:
        """Return the topic of every subscription, by its name."""
        return {name: subscription.topic for name, subscription in self._all.items()}

    def add(self, topic: str, session_id: str | None) -> str:
        """Begin a subscription, to be handled under the name that is returned."""
        name = next(name for number in self._numbers if (name := f"sub-{number}") not in self._core.endpoints)
        route = Route(self._core.endpoint(name), EdgeCounter(None, name), cyclic=False)
        self._all[name] = _Subscription(topic, session_id, route)
        self._matching.clear()
        return name

    def matching(self, event_type: str, session_id: str) -> list[Route]:
        """Return the routes to everybody who listens to *event_type* in *session_id*."""
        found = self._matching.get(event_type)
        if found is None:
            if len(self._matching) >= MOST_REMEMBERED:
                self._matching.clear()
            found = self._matching[event_type] = tuple(
                one for one in self._all.values() if fnmatch.fnmatchcase(event_type, one.topic)
            )
        return [one.route for one in found if one.session_id is None or one.session_id == session_id]

    def end(self, name: str) -> bool:
        """End a subscription; what waits for it is discarded, visibly. True when there was one."""
        subscription = self._all.pop(name, None)
        if subscription is None:
            return False
        self._matching.clear()
        endpoint = subscription.route.endpoint
        endpoint.policy = replace(endpoint.policy, on_remove="discard")
        self._serving.dismiss(endpoint, EndpointState.PARKED)
        self._core.ended.add(endpoint)
        for lane in tuple(endpoint.lanes.values()):
            for delivery in list(lane.queue)[lane.running :]:
                self._settlement.discarded(lane, delivery, "unsubscribed")
        return True
