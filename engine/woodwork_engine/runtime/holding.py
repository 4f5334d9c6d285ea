"""The engine's commands that hold messages up and let them go: pause, step, breakpoints, stuck lanes (bus.md B6)."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TypeVar

from woodwork_engine.errors import WoodworkError
from woodwork_engine.hold import MOST_STEPS, Breakpoint, HoldState
from woodwork_engine.runtime.live_flow import LiveFlow

Answer = TypeVar("Answer")

_LOOK_SECONDS = 0.005


class HoldCommands:
    """Commands about a scope: a component, a session, the lane of both; neither: the whole flow.

    With a state folder what they change outlives the process once their future is done, unless health says otherwise.
    Futures fail with UnknownComponentError, and with ClosingError while no flow runs.
    """

    @abstractmethod
    def _do(self, command: Callable[[LiveFlow], Awaitable[Answer]]) -> Future[Answer]: ...

    def pause(
        self, component: str | None = None, session: str | None = None, *, reason: str | None = None
    ) -> Future[HoldState]:
        """Start no attempt in this scope until it is resumed; messages are still accepted, and wait."""
        return self._now(lambda flow: flow.bus.holds.pause(component, session, reason=reason))

    def resume(self, component: str | None = None, session: str | None = None) -> Future[int]:
        """End every hold of exactly this scope; the future has how many there were."""
        return self._now(lambda flow: flow.bus.holds.resume(component, session))

    def step(self, component: str | None = None, session: str | None = None) -> Future[str | None]:
        """Let one attempt start in a held scope; the future has its message's id, None where nothing waits."""
        return self._now(lambda flow: flow.bus.holds.step(component, session))

    def step_session(self, session: str) -> Future[int]:
        """Step a held session until nothing of it waits in a hold, at most MOST_STEPS times.

        What its messages send within the session is stepped too, a waiting retry is had at once, and what a breakpoint
        holds is let go with a step of its own. The future has how many steps that were.
        """

        async def through(flow: LiveFlow) -> int:
            holds, taken = flow.bus.holds, 0
            while taken < MOST_STEPS:
                if holds.at_work(session):
                    await asyncio.sleep(_LOOK_SECONDS)
                elif holds.step(None, session) is None or not holds.at_work(session):  # or nobody is there to make it
                    break
                else:
                    taken += 1
            return taken

        return self._do(through)

    def retry_stuck(self, component: str, session: str) -> Future[str]:
        """Replay the dead letter on which a lane is stuck, in the place it had; the future has the new id."""

        async def retry(flow: LiveFlow) -> str:
            dlq_id = flow.bus.holds.stuck_on(component, session)
            if dlq_id is None:
                raise WoodworkError(f"{session} is not stuck at {component}; see what is paused")
            return await flow.bus.replays.replay(dlq_id, force=True)

        return self._do(retry)

    def purge(self, component: str, session: str) -> Future[int]:
        """Discard what waits in a lane and let it go on; the future has how many messages that were."""
        return self._now(lambda flow: flow.bus.holds.purge(component, session))

    def holds(self) -> Future[tuple[HoldState, ...]]:
        """Return everything that is held, the oldest first."""
        return self._now(lambda flow: flow.bus.holds.list())

    def add_breakpoint(self, component: str, *, source: str | None = None, condition: str = "") -> Future[None]:
        """Hold what is to be delivered to *component* from *source* (None: any) where *condition*, a filter, holds.

        The future fails with FilterError too.
        """
        return self._now(lambda flow: flow.bus.breakpoints.add(Breakpoint(component, source, condition)))

    def remove_breakpoint(self, component: str, *, source: str | None = None, condition: str = "") -> Future[bool]:
        """Hold no further message by this breakpoint; what is held stays until it is released."""
        return self._now(lambda flow: flow.bus.breakpoints.remove(Breakpoint(component, source, condition)))

    def breakpoints(self) -> Future[tuple[Breakpoint, ...]]:
        """Return every breakpoint, the oldest first."""
        return self._now(lambda flow: flow.bus.breakpoints.list())

    def release(self, message_id: str, target: str, *, encoded: bytes | None = None) -> Future[bool]:
        """Let a message that a breakpoint holds be delivered, with the payload *encoded* where given."""
        return self._now(lambda flow: flow.bus.breakpoints.release(message_id, target, encoded=encoded))

    def drop_held(self, message_id: str, target: str) -> Future[bool]:
        """Discard a message that a breakpoint holds, for good; its lane goes on. False when it was not held."""
        return self._now(lambda flow: flow.bus.breakpoints.drop(message_id, target))

    def release_all(self) -> Future[int]:
        """Let everything that breakpoints hold be delivered; the future has how many messages that were."""
        return self._now(lambda flow: flow.bus.breakpoints.release_all())

    def _now(self, command: Callable[[LiveFlow], Answer]) -> Future[Answer]:
        async def run(flow: LiveFlow) -> Answer:
            answer = command(flow)
            await flow.bus.kept()
            return answer

        return self._do(run)
