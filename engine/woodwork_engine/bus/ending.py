"""How a bus stops: ingress first, then what is under way, then the rest (bus.md H2, H3)."""

from __future__ import annotations

import asyncio

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.deadlines import Deadlines
from woodwork_engine.bus.endpoint import LaneState
from woodwork_engine.bus.idleness import Idleness
from woodwork_engine.bus.interface import StopReport
from woodwork_engine.bus.runner import Runners
from woodwork_engine.bus.settlement import Settlement


class Ending:
    """One stop of a running bus; whoever else asks meanwhile waits for its report."""

    def __init__(
        self, core: BusCore, runners: Runners, settlement: Settlement, deadlines: Deadlines, idleness: Idleness
    ) -> None:
        self._core = core
        self._idleness = idleness
        self._runners = runners
        self._settlement = settlement
        self._deadlines = deadlines
        self._cut_short = asyncio.Event()
        self.report: asyncio.Future[StopReport] = asyncio.get_running_loop().create_future()

    def cut_short(self) -> None:
        """Do not drain any longer."""
        self._cut_short.set()

    async def drain(self, deadline: float) -> None:
        """Let lanes drain for at most *deadline* seconds."""
        waiting = [asyncio.ensure_future(self._idleness.reached()), asyncio.ensure_future(self._cut_short.wait())]
        try:
            await asyncio.wait(waiting, timeout=deadline, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def end(self) -> tuple[int, dict[str, int], int]:
        """Cut short what still runs; return how many attempts that were, what is left where, and how much is held."""
        core = self._core
        core.running = False
        for endpoint in core.endpoints.values():
            endpoint.end_shift()
            for lane in endpoint.lanes.values():
                if lane.state is LaneState.WAITING:
                    self._settlement.stop_waiting(lane)
        cut = await self._runners.stop()
        self._deadlines.stop()
        for endpoint in core.endpoints.values():
            if endpoint.breaker is not None:
                endpoint.breaker.close(tell=False)  # it begins anew with the bus
        left = {
            f"{endpoint.name}/{lane.session.id}": lane.depth
            for endpoint in core.endpoints.values()
            for lane in endpoint.lanes.values()
            if lane.depth and lane.anchor is None
        }
        return cut, left, self._idleness.at_rest()
