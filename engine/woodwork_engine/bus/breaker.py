"""The circuit breaker: a component that mostly fails is left alone for a while, then tried (bus.md D7)."""

from __future__ import annotations

import asyncio
from collections import deque
from enum import StrEnum

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Endpoint
from woodwork_engine.bus.instance import Handler
from woodwork_engine.bus.retry import decide
from woodwork_engine.bus.serving import Serving
from woodwork_engine.delivery import Delivery
from woodwork_engine.policy import BreakerPolicy

PROBES = 3
"""Attempts that are let through after a cool-down, and have to succeed before all others are."""
_HELD = "breaker"
_PARTS = 10


class BreakerState(StrEnum):
    """Closed: attempts are made. Open: none is, for as long as the window. Half-open: a few are, to see."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Outcomes:
    """How many attempts succeeded and failed within the last *window* seconds, to a tenth of it."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._parts: deque[list[float]] = deque()
        self.attempts = self.failed = 0

    def add(self, now: float, *, failed: bool) -> None:
        """Count one attempt that ended *now* (s of any clock that never runs backwards)."""
        parts = self._parts
        while parts and parts[0][0] <= now - self._window:
            _, attempts, failures = parts.popleft()
            self.attempts -= int(attempts)
            self.failed -= int(failures)
        if not parts or now >= parts[-1][0] + self._window / _PARTS:
            parts.append([now, 0, 0])
        parts[-1][1] += 1
        parts[-1][2] += failed
        self.attempts += 1
        self.failed += failed


class Breaker:
    """The breaker of one component; while it is open none of its lanes starts, and no attempt is used up."""

    def __init__(self, core: BusCore, serving: Serving, endpoint: Endpoint, policy: BreakerPolicy) -> None:
        self.policy = policy
        self.state = BreakerState.CLOSED
        self.due: float | None = None
        """When it is tried again, in s since the epoch, while it is open."""
        self._core = core
        self._serving = serving
        self._endpoint = endpoint
        self._outcomes = Outcomes(policy.window)
        self._turn = 0
        """Counts the changes of state; what began before the last one tells nothing any more."""
        self._started = self._succeeded = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> int:
        """Take note that an attempt begins; return what `end` wants to know of it."""
        if self.state is BreakerState.HALF_OPEN:
            self._started += 1
            if self._started >= PROBES:
                self._serving.hold(self._endpoint, _HELD)
        return self._turn

    def end(self, turn: int, failed: bool | None) -> None:
        """Take note how an attempt ended; None: neither good nor bad, as when a stop cut it short."""
        if turn != self._turn:
            return
        if self.state is BreakerState.HALF_OPEN:
            self._end_probe(failed)
        elif failed is not None:
            self._outcomes.add(self._core.monotonic(), failed=failed)
            seen = self._outcomes
            if failed and seen.attempts >= self.policy.min and seen.failed >= self.policy.rate * seen.attempts:
                self._open(f"{seen.failed} of {seen.attempts} attempts failed within {self.policy.window:g} s")

    def _end_probe(self, failed: bool | None) -> None:
        if failed is None:
            self._started -= 1
            self._serving.release(self._endpoint, _HELD)
        elif failed:
            self._open("it failed when it was tried again")
        else:
            self._succeeded += 1
            if self._succeeded >= PROBES:
                self.close()

    def _open(self, why: str) -> None:
        core, window = self._core, self.policy.window
        self._change(BreakerState.OPEN)
        self._serving.hold(self._endpoint, _HELD)
        self.due = core.wall() + window
        self._timer = asyncio.get_running_loop().call_later(window, self._try)
        self._tell("paused", {"by": "breaker", "reason": why, "due": self.due})

    def _try(self) -> None:
        self._change(BreakerState.HALF_OPEN)
        self._tell("note", {"event": "breaker.half_open", "probes": PROBES})
        self._serving.release(self._endpoint, _HELD)

    def close(self, *, tell: bool = True) -> None:
        """Let all attempts through, and begin to count anew."""
        was = self.state
        self._change(BreakerState.CLOSED)
        self._outcomes = Outcomes(self.policy.window)
        if tell and was is not BreakerState.CLOSED:
            self._tell("resumed", {"by": "breaker"})
        self._serving.release(self._endpoint, _HELD)

    def _change(self, state: BreakerState) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.state = state
        self.due = None
        self._turn += 1
        self._started = self._succeeded = 0

    def _tell(self, kind: str, data: dict[str, object]) -> None:
        core = self._core
        if core.log is not None:
            core.log.append(core.wall(), kind, None, self._endpoint.name, None, None, data)


class Breakers:
    """Gives a breaker to each component whose policy asks for one."""

    def __init__(self, core: BusCore, serving: Serving) -> None:
        self._core = core
        self._serving = serving

    def around(self, endpoint: Endpoint, handler: Handler) -> Handler:
        """Return *handler* behind the breaker of *endpoint*; itself where there is none."""
        policy = endpoint.policy.breaker
        before = endpoint.breaker
        if before is not None and before.policy != policy:
            before.close()
            endpoint.breaker = before = None
        if policy is None:
            return handler
        breaker = endpoint.breaker = before or Breaker(self._core, self._serving, endpoint, policy)

        async def attempt(delivery: Delivery) -> object:
            turn = breaker.begin()
            try:
                answer = await handler(delivery)
            except BaseException as error:
                breaker.end(turn, self._is_failure(endpoint, error))
                raise
            breaker.end(turn, failed=False)
            return answer

        return attempt

    def _is_failure(self, endpoint: Endpoint, error: BaseException) -> bool | None:
        """Whether *error* speaks against the component; one that rejects its message speaks against that alone."""
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
            return None
        rule = decide(error, endpoint.policy.retry, self._core.wall()).rule
        return None if rule.action == "reject" else True
