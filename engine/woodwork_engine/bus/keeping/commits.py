"""Group commit: what gathers between two turns of the loop is written together, one batch after the other.

So no step is ever split: a message's outputs and its acknowledgement, a dead letter and the end of its delivery (bus.md
C4, E3) happen within one turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import msgspec

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.keeping.turn import Turn
from woodwork_engine.policy import Sync
from woodwork_engine.store.records import Batch, Journal
from woodwork_engine.threads import call_on

RETRY_SECONDS = 1.0
"""How long what could not be written waits before it is tried again."""


class Commits:
    """Writes each turn to *journal* when the one before is written; only touched on the loop."""

    def __init__(self, core: BusCore, journal: Journal) -> None:
        self.problem: str | None = None
        """Why nothing can be written now; what is inside goes on, and nothing durable is taken from outside."""
        self.turn = Turn()
        """What gathers now."""
        self.asked = False
        """Whether what gathers is about to be written, so that nobody need `ask` for it."""
        self.look_first: Callable[[], object] | None = None
        """What is looked at before the next turn is written, and may add to it; None: nothing."""
        self.on_kept: Callable[[Turn], object] = lambda _turn: None
        """What is done with a turn that is written; set by who admits."""
        self.on_refused: Callable[[Turn, Batch], object] = lambda _turn, _batch: None
        """What takes back, also out of the batch, what came from outside in a turn that cannot be written."""
        self._core = core
        self._journal = journal
        self._writing: Turn | None = None
        self._settlers: set[asyncio.Future[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def set_sync(self, sync: Sync) -> None:
        """Say what is survived from now on by what is kept (bus.md I3)."""
        self._journal.set_sync(sync)

    def unwritten(self) -> tuple[Turn, ...]:
        """Return the turns that are not written yet, the oldest first."""
        return (self.turn,) if self._writing is None else (self._writing, self.turn)

    def ask(self) -> None:
        """Have what has gathered written as soon as this turn of the loop is over."""
        if not self.asked and self._core.loop is not None:
            self.asked = True
            self._core.loop.call_soon(self._write)

    async def tried(self) -> None:
        """Return when everything up to now is written, or could not be: then `problem` says why."""
        turn = self.turn
        if self.problem is not None or self._core.loop is None:
            return
        if self.look_first is None and not turn.batch:
            if self._writing is None:
                return
            turn = self._writing
        await turn.wait()

    async def written(self) -> None:
        """Return when everything up to now is written, however long that takes."""
        while self.turn.batch or self._writing is not None:
            settled = asyncio.get_running_loop().create_future()
            self._settlers.add(settled)
            try:
                await settled
            finally:
                self._settlers.discard(settled)
            if self._core.loop is None:
                return

    async def finish(self) -> None:
        """Write what is left, once; the bus has stopped."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        for _ in range(2):  # what is under way, then the rest
            if self._writing is None and (self.turn.batch or self.turn.waiting):
                self._hand_over(loop)
            if self._writing is None:
                return
            await asyncio.wait([self._writing.wait()])

    def _write(self) -> None:
        loop = self._core.loop
        if self.look_first is not None and loop is not None:
            self.look_first()
        self.asked = False
        if loop is None or self._writing is not None or self._timer is not None:
            return
        if not self.turn.batch and not self.turn.waiting:
            self._settle_all()
            return
        self._hand_over(loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        self._writing, self.turn = self.turn, Turn()
        self._journal.write(self._writing.batch, partial(call_on, loop, self._done))

    def _done(self, error: Exception | None) -> None:
        turn, self._writing = self._writing, None
        if turn is None:
            return
        if error is not None:
            self._failed(turn, error)
            return
        self.problem = None
        self.on_kept(turn)
        turn.end(None)
        self._write()

    def _settle_all(self) -> None:
        for settler in self._settlers:
            if not settler.done():
                settler.set_result(None)

    def _failed(self, turn: Turn, error: Exception) -> None:
        """Take back what came from outside; what happened inside waits, in order, to be written again."""
        self.problem = str(error)
        later, self.turn = self.turn, Turn()
        whole = Batch()
        for one in (turn, later):
            whole.add(one.batch)
        for one in (later, turn):
            self.on_refused(one, whole)
        for one in (turn, later):
            one.untold.forget()
            one.end(self.problem)
        whole.add(self.turn.batch)
        self.turn.batch = whole
        loop = self._core.loop
        if loop is None:
            self._settle_all()
        else:
            self._timer = loop.call_later(RETRY_SECONDS, self._again)

    def _again(self) -> None:
        self._timer = None
        if not self.turn.batch:  # only a write shows that one is possible
            self.turn.batch.facts["room"] = msgspec.json.encode(self._core.clock.time())
        self._write()
