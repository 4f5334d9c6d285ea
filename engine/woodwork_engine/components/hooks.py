"""Hooks: observers of one component's events that can neither change, delay nor break a message (bus.md C6)."""

from __future__ import annotations

import asyncio
import contextvars
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial

from woodwork_engine.components.calls import Call
from woodwork_engine.delivery import Context
from woodwork_engine.message import Outbox
from woodwork_engine.payload import decode

HOOK_QUEUE = 1_000
"""Observations that may wait at one hook; then the oldest is dropped and counted (bus.md F2)."""
HOOK_TIMEOUT = 10.0
"""Seconds one call of a hook may take; some get up to twice as many."""
HOOK_GRACE = 1.0
"""Seconds that waiting observations get when their component stops."""

seen: contextvars.ContextVar[Context | None] = contextvars.ContextVar("woodwork_hook_context", default=None)
"""The context of the event that the running hook looks at."""


MakeContext = Callable[[], Context]
"""Returns what is known of the message whose event is shown."""

Fire = Callable[[str, bytes, MakeContext], None]
"""Takes an event, its payload as accepted, and its context."""


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
        self._wants_nothing = function.call.wants_nothing
        self.task: asyncio.Task[None] | None = None
        self._report = report
        self._waiting: deque[tuple[str, bytes, MakeContext]] = deque()
        self._dropped = 0
        self._shown = self._looked_at = 0
        self._overdue = False
        self._watching: asyncio.TimerHandle | None = None

    def put(self, event: str, encoded: bytes, context: MakeContext) -> None:
        """Let the hook see an event, soon."""
        if len(self._waiting) >= HOOK_QUEUE:
            self._waiting.popleft()
            self._dropped += 1
        if not self._wants_nothing:  # as it is now; else only a failure asks for it
            context = partial(_same, context())
        self._waiting.append((event, encoded, context))
        if self.task is None:
            # An empty context: a hook is outside the attempt it observes.
            self.task = asyncio.get_running_loop().create_task(self._drain(), context=contextvars.Context())

    async def _drain(self) -> None:
        loop, waiting, function = asyncio.get_running_loop(), self._waiting, self.function
        call, wants_nothing = function.call.shortest, self._wants_nothing
        # One timer for all that waits: it looks whether the call that runs is still the same one.
        self._shown, self._looked_at = 0, 1
        self._watching = loop.call_later(HOOK_TIMEOUT, self._watch, loop)
        try:
            while waiting:
                if self._dropped:
                    self._report("hook.dropped", {"hook": function.label, "dropped": self._dropped})
                    self._dropped = 0
                event, encoded, context = waiting.popleft()
                self._shown += 1
                try:
                    if not wants_nothing:
                        seen.set(context())
                    await call(decode(encoded))
                except asyncio.CancelledError as error:
                    if not self._was_overdue():
                        raise
                    self._failed(event, context(), error, "TimeoutError", f"not done within {HOOK_TIMEOUT:g} s")
                except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 the edge: it becomes a note
                    self._was_overdue()
                    self._failed(event, context(), error, type(error).__name__, str(error))
                if self._overdue:  # it took no notice of being cancelled
                    self._was_overdue()
        finally:
            if self._watching is not None:
                self._watching.cancel()
            self.task = None

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cancel the call that runs if it ran at the last look already, and look again."""
        if self._shown == self._looked_at and self.task is not None and not self._overdue:
            self._overdue = True
            self.task.cancel()
        self._looked_at = self._shown
        self._watching = loop.call_later(HOOK_TIMEOUT, self._watch, loop)

    def _was_overdue(self) -> bool:
        """Whether the call was cancelled for its length, and for nothing else."""
        if not self._overdue:
            return False
        self._overdue = False
        return self.task is None or self.task.uncancel() == 0

    def _failed(self, event: str, context: Context, error: BaseException, error_type: str, message: str) -> None:
        self._report(
            "hook.error",
            {
                "hook": self.function.label,
                "event": event,
                "message_id": context.message_id,
                "error_type": error_type,
                "message": message,
                "traceback": "".join(traceback.format_exception(error)),
            },
        )


def _same(context: Context) -> Context:
    return context


class Hooks:
    """All hooks of one component, in the order they were declared."""

    def __init__(self, component: str, functions: Sequence[HookFunction], outbox: Outbox) -> None:
        def report(event: str, data: dict[str, object]) -> None:
            outbox.note(component, event, data)

        self._hooks = tuple(_Hook(function, report) for function in functions)
        only = self._hooks[0] if len(self._hooks) == 1 else None
        self.fire: Fire = self._fire if only is None or only.function.event is not None else only.put
        """Hand every hook declared for an event its own copy of the payload; returns at once.

        The context is asked for only where somebody wants it: now for a hook that takes it, later for one that fails.
        """

    def _fire(self, event: str, encoded: bytes, context: MakeContext) -> None:
        for hook in self._hooks:
            declared = hook.function.event
            if declared is None or fnmatchcase(event, declared):
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
