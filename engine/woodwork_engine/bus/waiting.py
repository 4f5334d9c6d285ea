"""What a person does about deliveries that wait for their next attempt: have it now, give up, edit (bus.md D2)."""

from __future__ import annotations

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Lane, LaneState
from woodwork_engine.bus.holds import Holds
from woodwork_engine.bus.rewriting import rewrite
from woodwork_engine.bus.settlement import Settlement
from woodwork_engine.dead_letter import DeathReason


class WaitingRetries:
    """Acts on waiting deliveries by their key, a message id and its target; False where none waits under it."""

    def __init__(self, core: BusCore, holds: Holds, settlement: Settlement) -> None:
        self._core = core
        self._holds = holds
        self._settlement = settlement

    def now(self, key: tuple[str, str]) -> bool:
        """Make the next attempt at once; False too where nobody is there to make it."""
        lane = self._waiting(key)
        if lane is None or lane.endpoint.serving is None:
            return False
        if lane.go is LaneState.HALTING:
            self._holds.step_lane(lane)
        else:
            self._settlement.due(lane)
        return True

    def kill(self, key: tuple[str, str]) -> bool:
        """Give the delivery up: to the dead letters."""
        lane = self._waiting(key)
        if lane is None:
            return False
        self._settlement.dead(lane, lane.queue[0], DeathReason.KILLED)
        self._core.resume(lane)
        return True

    def edit(self, key: tuple[str, str], encoded: bytes) -> bool:
        """Let attempts from the next one on have the payload *encoded*; the time of that one stays.

        Raises PayloadError for bytes that are no payload.
        """
        lane, core = self._waiting(key), self._core
        if lane is None:
            return False
        head = lane.queue[0]
        data = rewrite(core, lane, head, encoded)
        if data and core.log is not None:
            told: dict[str, object] = {"event": "delivery.edited", **data}
            core.log.append(core.clock.time(), "note", head.envelope, head.target, head.attempt, None, told)
        return True

    def _waiting(self, key: tuple[str, str]) -> Lane | None:
        return self._core.waiting.get(key)
