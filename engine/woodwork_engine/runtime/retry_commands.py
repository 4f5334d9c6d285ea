"""The engine's commands about deliveries that wait for their next attempt (bus.md D2)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TypeVar

from woodwork_engine.runtime.live_flow import LiveFlow

Answer = TypeVar("Answer")


class RetryCommands:
    """Commands that name a delivery by its message and its target; their futures have False where none waits there."""

    @abstractmethod
    def _do(self, command: Callable[[LiveFlow], Awaitable[Answer]]) -> Future[Answer]: ...

    def retry_now(self, message_id: str, target: str) -> Future[bool]:
        """Let a delivery that waits for its retry have it at once."""
        return self._if_it_waits(lambda flow: flow.bus.retries.now((message_id, target)))

    def kill_retry(self, message_id: str, target: str) -> Future[bool]:
        """Give a delivery that waits for its retry up, to the dead letters."""
        return self._if_it_waits(lambda flow: flow.bus.retries.kill((message_id, target)))

    def edit_retry(self, message_id: str, target: str, encoded: bytes) -> Future[bool]:
        """Let a delivery that waits for its retry have the payload *encoded*; fails with PayloadError."""
        return self._if_it_waits(lambda flow: flow.bus.retries.edit((message_id, target), encoded))

    def _if_it_waits(self, act: Callable[[LiveFlow], bool]) -> Future[bool]:
        async def run(flow: LiveFlow) -> bool:
            return act(flow)

        return self._do(run)
