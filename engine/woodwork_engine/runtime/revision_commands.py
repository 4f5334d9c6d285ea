"""The engine's commands that change what its flow is: reload, roll back, decide about what a component has left."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TypeVar

from woodwork_engine.policy import OnRemove
from woodwork_engine.runtime.live_flow import LiveFlow
from woodwork_engine.snapshot import Revision

Answer = TypeVar("Answer")


class RevisionCommands:
    """Commands that return futures, which fail with ClosingError while no flow runs."""

    @abstractmethod
    def _do(self, command: Callable[[LiveFlow], Awaitable[Answer]]) -> Future[Answer]: ...

    @abstractmethod
    def _once_opened(self, command: Callable[[], Awaitable[Answer]]) -> Future[Answer]: ...

    @abstractmethod
    async def _load(self, by: str) -> Revision: ...

    @abstractmethod
    async def _roll_back(self, number: int) -> Revision: ...

    def reload(self) -> Future[Revision]:
        """Read the flow file again and apply it; also where none runs because it had errors."""
        return self._once_opened(lambda: self._load("reload"))

    def rollback(self, number: int) -> Future[Revision]:
        """Apply revision *number*, one of the last ten applied, again, as a new revision (bus.md G6).

        It is applied with its settings and the variables of its time, and its scripts as they are now. The files on the
        disk stay as they are: what they say is applied when one of them is saved next, changed or not, or by `reload`.
        The future has what became of it, and fails with UnknownRevisionError.
        """
        return self._do(lambda _flow: self._roll_back(number))

    def resolve_removed(self, component: str, how: OnRemove) -> Future[int]:
        """Let what a removed *component* has left go another way than its `on_remove` says.

        *how* is park, dead_letter, discard or redirect:NAME. The future has how many messages went at once: none while
        it drains, when this decides about the rest.
        """

        async def resolve(flow: LiveFlow) -> int:
            return flow.resolve_removed(component, how)

        return self._do(resolve)
