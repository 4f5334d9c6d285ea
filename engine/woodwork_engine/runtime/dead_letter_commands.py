"""What can be done about the dead letters of a running flow, from any thread: `engine.letters`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import Protocol, TypeVar

from woodwork_engine.bus.dead_letter_queue import EVERY, Imported
from woodwork_engine.bus.replay_order import BulkReplay, ReplayPreview
from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.dead_letter_codec import from_lines, to_line
from woodwork_engine.dead_letter_filter import LetterChoice
from woodwork_engine.runtime.live_flow import LiveFlow
from woodwork_engine.snapshot import ReplayJob

_AT_ONCE = 200  # lines taken in between two turns of the loop

Answer = TypeVar("Answer")


class Do(Protocol):
    """Has a command done on the engine's loop, once the flow is there."""

    def __call__(self, command: Callable[[LiveFlow], Awaitable[Answer]], /) -> Future[Answer]:
        """Return what becomes of it."""
        ...


class DeadLetterCommands:
    """Commands that return futures; each works in slices, so that the flow goes on meanwhile (bus.md H4)."""

    def __init__(self, do: Do) -> None:
        self._do = do

    def select(self, choice: LetterChoice = EVERY) -> Future[tuple[DeadLetter, ...]]:
        """Find the letters that *choice* means, oldest first; fails with FilterError."""
        return self._do(lambda flow: flow.bus.dead_letters.select(choice))

    def note(self, dlq_ids: Sequence[str], text: str, by: str = "person") -> Future[int]:
        """Write *text* on these letters; the future has how many there are."""
        return self._do(lambda flow: flow.bus.dead_letters.note_many(dlq_ids, text, by))

    def purge(self, choice: LetterChoice = EVERY, *, unresolved: bool = False) -> Future[int]:
        """Forget resolved letters that *choice* means for good, with *unresolved* the others too; how many."""
        return self._do(lambda flow: flow.bus.dead_letters.purge_many(choice, unresolved=unresolved))

    def export(self, choice: LetterChoice = EVERY) -> Future[Iterator[str]]:
        """Give the letters that *choice* means as lines of JSON, which are made when they are taken."""

        async def export(flow: LiveFlow) -> Iterator[str]:
            return map(to_line, await flow.bus.dead_letters.select(choice))

        return self._do(export)

    def import_(self, lines: Iterable[str], by: str = "person") -> Future[Imported]:
        """Have the letters in *lines*; see `DeadLetterQueue.import_`."""
        read = from_lines(list(lines))

        async def take(flow: LiveFlow) -> Imported:
            ids: tuple[str, ...] = ()
            problems: tuple[tuple[int, str], ...] = ()
            while part := list(islice(read, _AT_ONCE)):
                taken = flow.bus.dead_letters.adopt(part, by)
                ids, problems = (*ids, *taken.ids), (*problems, *taken.problems)
                await asyncio.sleep(0)
            return Imported(ids, problems)

        return self._do(take)

    def preview(self, order: BulkReplay) -> Future[ReplayPreview]:
        """Count what *order* would replay, and replay nothing."""
        return self._do(lambda flow: flow.bus.jobs.preview(order))

    def replay(self, order: BulkReplay) -> Future[ReplayJob]:
        """Begin a bulk replay (bus.md E6); how it goes on stands in the snapshot's `jobs`."""
        return self._do(lambda flow: flow.bus.jobs.start(order))

    def pause_job(self, job_id: str) -> Future[bool]:
        """Hold a bulk replay; True when it ran."""
        return self._at_once(lambda flow: flow.bus.jobs.pause(job_id))

    def resume_job(self, job_id: str) -> Future[bool]:
        """Go on with a bulk replay; True when it was paused."""
        return self._at_once(lambda flow: flow.bus.jobs.resume(job_id))

    def cancel_job(self, job_id: str) -> Future[bool]:
        """End a bulk replay; True when it was not over."""
        return self._at_once(lambda flow: flow.bus.jobs.cancel(job_id))

    def _at_once(self, act: Callable[[LiveFlow], bool]) -> Future[bool]:
        async def run(flow: LiveFlow) -> bool:
            return act(flow)

        return self._do(run)
