"""Hooks: observers of one component's events that can neither change, delay nor break a message (bus.md C6)."""

from __future__ import annotations

import asyncio
import contextvars
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from woodwork_engine.components.calls import Call
from woodwork_engine.delivery import Context
from woodwork_engine.message import Outbox
from woodwork_engine.payload import decode

HOOK_QUEUE = 1_000
"""Observations that may wait at one hook; then the oldest is dropped and counted (bus.md F2)."""
HOOK_TIMEOUT = 10.0
"""Seconds one call of a hook may take."""
HOOK_GRACE = 1.0
"""Seconds that waiting observations get when their component stops."""

seen: contextvars.ContextVar[Context | None] = contextvars.ContextVar("woodwork_hook_context", default=None)
"""The context of the event that the running hook looks at."""


@dataclass(frozen=True, slots=True)
class HookFunction:
    """One declared hook: *label* as `file.py::function`, *event* a pattern, None for every event."""

    label: str
    event: str | None
    call: Call


class _Hook:
    """One hook with its queue; a task exists only while something waits."""

    def __init__(self, function: HookFunction, report: Callable[[str, dict[str, object]], None]) -> None:
        self.function = function
        self.task: asyncio.Task[None] | None = None
        self._report = report
        self._waiting: deque[tuple[str, bytes, Context]] = deque()
        self._dropped = 0

    def wants(self, event: str) -> bool:
        """Whether this hook was declared for *event*."""
        return self.function.event is None or fnmatchcase(event, self.function.event)

    def put(self, event: str, encoded: bytes, context: Context) -> None:
        """Let the hook see an event, soon."""
        if len(self._waiting) >= HOOK_QUEUE:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append((event, encoded, context))
        if self.task is None:
            # An empty context: a hook is outside the attempt it observes.
            self.task = asyncio.get_running_loop().create_task(self._drain(), context=contextvars.Context())

    async def _drain(self) -> None:
        try:
            while self._waiting:
                if self._dropped:
                    self._report("hook.dropped", {"hook": self.function.label, "dropped": self._dropped})
                    self._dropped = 0
                event, encoded, context = self._waiting.popleft()
                await self._show(event, encoded, context)
        finally:
            self.task = None

    async def _show(self, event: str, encoded: bytes, context: Context) -> None:
        seen.set(context)
        try:
            async with asyncio.timeout(HOOK_TIMEOUT):
                await self.function.call(decode(encoded))
        except Exception as error:  # noqa: BLE001 the edge: a hook's failure becomes a note and nothing else
            late = isinstance(error, TimeoutError) and not str(error)
            self._report(
                "hook.error",
                {
                    "hook": self.function.label,
                    "event": event,
                    "message_id": context.message_id,
                    "error_type": type(error).__name__,
                    "message": f"not done within {HOOK_TIMEOUT:g} s" if late else str(error),
                    "traceback": "".join(traceback.format_exception(error)),
                },
            )


class Hooks:
    """All hooks of one component, in the order they were declared."""

    def __init__(self, component: str, functions: Sequence[HookFunction], outbox: Outbox) -> None:
        def report(event: str, data: dict[str, object]) -> None:
            outbox.note(component, event, data)

        self._hooks = tuple(_Hook(function, report) for function in functions)

    def fire(self, event: str, encoded: bytes, context: Context) -> None:
        """Hand every hook declared for *event* its own copy of the payload; returns at once."""
        for hook in self._hooks:
            if hook.wants(event):
                hook.put(event, encoded, context)

    async def idle(self) -> None:
        """Return when no hook has anything left to look at."""
        while tasks := [hook.task for hook in self._hooks if hook.task is not None]:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Give waiting observations `HOOK_GRACE` seconds, then end every task."""
        tasks = [hook.task for hook in self._hooks if hook.task is not None]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=HOOK_GRACE)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
