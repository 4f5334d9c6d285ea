"""What a bus keeps beyond its process: durable deliveries, and always what a person would have to redo (bus.md I)."""

from __future__ import annotations

from woodwork_engine.bus.breakpoints import Breakpoints
from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.holds import Holds
from woodwork_engine.bus.keeping.admission import Admission
from woodwork_engine.bus.keeping.commits import Commits
from woodwork_engine.bus.keeping.deliveries import Deliveries
from woodwork_engine.bus.keeping.held import Held
from woodwork_engine.bus.keeping.in_flight import InFlight
from woodwork_engine.bus.keeping.letters import Letters
from woodwork_engine.bus.keeping.recovery import Recovery
from woodwork_engine.bus.keeping.sightings import Sightings
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.store.records import Journal


class Keeper:
    """The parts that keep a bus in *journal*, acquainted with each other; the bus asks the one that it needs."""

    def __init__(
        self, core: BusCore, journal: Journal, settlement: Settlement, holds: Holds, breakpoints: Breakpoints
    ) -> None:
        self._core = core
        self.commits = Commits(core, journal)
        self.admission = Admission(core, self.commits)
        self._sightings = Sightings(core, self.commits)
        self.deliveries = Deliveries(core, self.commits, self.admission, self._sightings)
        self.held = Held(core, self.commits, self.deliveries, holds, breakpoints)
        self.in_flight = InFlight(journal, self.commits, self.deliveries)
        self.recovery = Recovery(core, journal, settlement, self.commits, self.deliveries, self.held)
        core.dead.watch(Letters(core.dead, self.commits))
        core.keeper = self

    def look_after(self, now: float) -> None:
        """Once a second: forget what need not be remembered any more, and look at what is held."""
        self._sightings.tidy(now)
        self.held.look(now)

    async def finish(self) -> None:
        """Write what is left, once; the bus has stopped."""
        self.look_after(self._core.clock.time())
        await self.commits.finish()
