"""What is kept because a person would have to redo it: holds, breakpoints, and the messages they stop (bus.md I1)."""

from __future__ import annotations

import msgspec

from woodwork_engine.bus.breakpoints import Breakpoints
from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint, EndpointState, Lane
from woodwork_engine.bus.holds import Holds
from woodwork_engine.bus.keeping.commits import Commits
from woodwork_engine.bus.keeping.deliveries import Deliveries
from woodwork_engine.bus.settlement import is_at_most_once
from woodwork_engine.errors import FilterError
from woodwork_engine.hold import Breakpoint, HoldState


class Held:
    """Keeps what is held or parked, with its messages, durable or not, and since when their time stands still."""

    def __init__(
        self, core: BusCore, commits: Commits, deliveries: Deliveries, holds: Holds, breakpoints: Breakpoints
    ) -> None:
        self._core = core
        self._commits = commits
        self._deliveries = deliveries
        self._holds = holds
        self._breakpoints = breakpoints
        self._versions = (holds.version, breakpoints.version)
        self._frozen: dict[Lane, float] = {}
        self._careful: set[Endpoint] = set()

    def changed(self) -> None:
        """Keep, at the end of this turn, what is held or parked now."""
        self._commits.look_first = self._look_now
        self._commits.ask()

    def look(self, now: float) -> None:
        """Keep what is held or parked *now* (s since the epoch)."""
        self._commits.look_first = None
        self._keep_lists()
        still = self._standing_still(now)
        for lane in [lane for lane in self._frozen if lane not in still]:
            del self._frozen[lane]
            for delivery in lane.queue:
                if delivery.seq:
                    self._deliveries.progressed(delivery)
        for lane, since in still.items():
            self._keep_lane(lane, since, new=self._frozen.get(lane) != since)
            self._frozen[lane] = since

    def restore(self, breakpoints: tuple[Breakpoint, ...], holds: tuple[HoldState, ...]) -> None:
        """Hold what was held in an earlier process."""
        for one in breakpoints:
            self._core.endpoint(one.component)
            try:
                self._breakpoints.add(one)
            except FilterError:  # written by a version that knew other fields
                continue
        self._holds.restore(holds)
        self._versions = (self._holds.version, self._breakpoints.version)

    def _look_now(self) -> None:
        self.look(self._core.clock.time())

    def _keep_lists(self) -> None:
        versions = (self._holds.version, self._breakpoints.version)
        if versions != self._versions:
            self._versions = versions
            facts = self._commits.turn.batch.facts
            facts["holds"] = msgspec.json.encode(self._holds.list())
            facts["breakpoints"] = msgspec.json.encode(self._breakpoints.list())
            self._commits.ask()

    def _standing_still(self, now: float) -> dict[Lane, float]:
        """Return the lanes whose time stands still, and since when; their endpoints take nothing the short way."""
        still = {lane: lane.frozen_at for lane in self._core.halted if lane.frozen_at is not None}
        careful = {lane.endpoint for lane in still}
        for endpoint in self._core.endpoints.values():
            if endpoint.state is EndpointState.PARKED and not endpoint.keeps_nothing:
                still |= {lane: lane.frozen_at or now for lane in endpoint.lanes.values()}
                careful.add(endpoint)
        for endpoint in careful ^ self._careful:
            endpoint.take_care(careful=endpoint in careful)
        self._careful = careful
        return still

    def _keep_lane(self, lane: Lane, since: float, *, new: bool) -> None:
        """Keep what waits in *lane*; what was started at most once is not to come again (bus.md C2)."""
        for delivery in lane.queue:
            if delivery.seq:
                if new:
                    self._deliveries.progressed(delivery, since)
            elif not (lane.running and delivery is lane.queue[0] and is_at_most_once(lane, delivery)):
                self._deliveries.accept(lane, delivery)
                self._deliveries.progressed(delivery, since)
