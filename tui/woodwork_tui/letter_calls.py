"""What is asked of the dead letters of an engine by name: jobs, notes, the trash, files. No Textual."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from woodwork_engine.bus.replay_order import BulkReplay, ReplayPreview
from woodwork_engine.dead_letter_filter import LetterChoice
from woodwork_engine.errors import WoodworkError
from woodwork_engine.snapshot import ReplayJob
from woodwork_tui.state.letter_said import Exported

if TYPE_CHECKING:  # loaded for good only with the engine
    from woodwork_engine.bus.dead_letter_queue import Imported


class Letters(Protocol):
    """The commands about dead letters as the terminal uses them; each answers with a future."""

    def note(self, dlq_ids: Sequence[str], text: str, by: str = "person") -> Future[int]:
        """Write *text* on letters."""
        ...

    def purge(self, choice: LetterChoice, *, unresolved: bool = False) -> Future[int]:
        """Forget letters for good."""
        ...

    def export(self, choice: LetterChoice) -> Future[Iterator[str]]:
        """Give letters as lines."""
        ...

    def import_(self, lines: Sequence[str], by: str = "person") -> Future[Imported]:
        """Have letters from lines."""
        ...

    def preview(self, order: BulkReplay) -> Future[ReplayPreview]:
        """Count what would be replayed."""
        ...

    def replay(self, order: BulkReplay) -> Future[ReplayJob]:
        """Begin a job."""
        ...

    def pause_job(self, job_id: str) -> Future[bool]:
        """Hold a job."""
        ...

    def resume_job(self, job_id: str) -> Future[bool]:
        """Let a job go on."""
        ...

    def cancel_job(self, job_id: str) -> Future[bool]:
        """End a job."""
        ...


Arguments = Mapping[str, object]
Call = Callable[[Letters, Arguments], Awaitable[object]]


def _ids(arguments: Arguments) -> LetterChoice:
    found = arguments["dlq_ids"]
    return LetterChoice(ids=frozenset(map(str, found)) if isinstance(found, Sequence) else frozenset())


def _order(arguments: Arguments) -> BulkReplay:
    how = {key: value for key, value in arguments.items() if key not in ("dlq_ids", "where")}
    return BulkReplay(_ids(arguments), **how)  # type: ignore[arg-type]  # each is checked where the order is made


async def _replay(letters: Letters, arguments: Arguments) -> object:
    return await asyncio.wrap_future(letters.replay(_order(arguments)))


async def _preview(letters: Letters, arguments: Arguments) -> object:
    return await asyncio.wrap_future(letters.preview(_order(arguments)))


async def _note(letters: Letters, arguments: Arguments) -> object:
    found = arguments["dlq_ids"]
    ids = tuple(map(str, found)) if isinstance(found, Sequence) else ()
    return await asyncio.wrap_future(letters.note(ids, str(arguments["text"])))


async def _purge(letters: Letters, arguments: Arguments) -> object:
    return await asyncio.wrap_future(letters.purge(_ids(arguments), unresolved=True))


async def _pause(letters: Letters, arguments: Arguments) -> object:
    return await asyncio.wrap_future(letters.pause_job(str(arguments["job_id"])))


async def _resume(letters: Letters, arguments: Arguments) -> object:
    return await asyncio.wrap_future(letters.resume_job(str(arguments["job_id"])))


async def _cancel(letters: Letters, arguments: Arguments) -> object:
    return await asyncio.wrap_future(letters.cancel_job(str(arguments["job_id"])))


def _path(arguments: Arguments) -> Path:
    return Path(str(arguments["file"])).expanduser()


async def _export(letters: Letters, arguments: Arguments) -> object:
    lines = await asyncio.wrap_future(letters.export(_ids(arguments)))
    path = _path(arguments)
    return Exported(await asyncio.to_thread(_write, path, lines), str(path))


async def _import(letters: Letters, arguments: Arguments) -> object:
    path = _path(arguments)
    try:
        text = await asyncio.to_thread(path.read_text, "utf-8")
    except OSError as error:
        raise WoodworkError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise WoodworkError(f"{path} is not UTF-8 text, so it holds no exported letters") from error
    lines = await asyncio.to_thread(text.split, "\n")
    return await asyncio.wrap_future(letters.import_(lines))


CALLS: Mapping[str, Call] = MappingProxyType(
    {
        "replay_many": _replay,
        "preview_replay": _preview,
        "note_letters": _note,
        "purge_letters": _purge,
        "pause_job": _pause,
        "resume_job": _resume,
        "cancel_job": _cancel,
        "export_letters": _export,
        "import_letters": _import,
    }
)
"""What may be asked, by name; each returns what came of it, or raises a WoodworkError that says why it could not."""


def _write(path: Path, lines: Iterator[str]) -> int:
    """Write *lines* into a new file and return how many there were; none is left where it could not be written."""
    count = 0
    try:
        with path.open("x", encoding="utf-8") as file:
            try:
                for line in lines:
                    file.write(f"{line}\n")
                    count += 1
            except OSError:
                path.unlink(missing_ok=True)
                raise
    except FileExistsError:
        raise WoodworkError(f"{path} is there already; name another file") from None
    except OSError as error:
        raise WoodworkError(f"{path} cannot be written: {error.strerror or error}") from error
    return count
