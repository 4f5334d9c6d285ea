"""What is said after many dead letters were acted on: the command that does the same, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from woodwork_engine.snapshot import ReplayJob
from woodwork_tui.state.pacing import rate_text
from woodwork_tui.units import plural

_MOST_IDS = 3


@runtime_checkable
class Taken(Protocol):
    """What an import did: ids of the letters, and line numbers that hold none, each with a sentence."""

    @property
    def ids(self) -> Sequence[str]:
        """Ids that the letters have here."""
        ...

    @property
    def problems(self) -> Sequence[tuple[int, str]]:
        """Lines that were left out, and why."""
        ...


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did: so many letters are in *file*."""

    count: int
    file: str


def letter_command(action: str, arguments: Mapping[str, object], *, whole: bool) -> str | None:
    """Return what to type for *action*; None where it is not about dead letters or a retry's payload."""
    match action:
        case "replay":
            return f"replay {ids_text(arguments, whole)}{_how(arguments)}"
        case "discard" | "restore":
            return f"{action} {ids_text(arguments, whole)}"
        case "edit_retry":
            return f"edit-retry {arguments['message_id']} {arguments['target']}"
        case "replay_many" | "preview_replay":
            return _many(action, arguments, whole)
        case "note_letters":
            return f"note {ids_text(arguments, whole)} {arguments['text']}"
        case "purge_letters":
            return f"purge-letters {ids_text(arguments, whole)}"
        case "export_letters" | "import_letters":
            return f"{action.removesuffix('_letters')} {arguments['file']}"
        case "pause_job" | "resume_job" | "cancel_job":
            return f"job {action.removesuffix('_job')} {arguments['job_id']}"
    return None


def ids_text(arguments: Mapping[str, object], whole: bool) -> str:
    """Return the letters in *arguments*, the first few of many unless they are to be *whole*."""
    ids = arguments.get("dlq_ids", ())
    if not isinstance(ids, Sequence) or isinstance(ids, str):
        return ""
    if whole:
        return " ".join(map(str, ids))
    more = f" … {len(ids) - _MOST_IDS} more" if len(ids) > _MOST_IDS else ""
    return " ".join(map(str, ids[:_MOST_IDS])) + more


def _many(action: str, arguments: Mapping[str, object], whole: bool) -> str:
    where, rate, stop = arguments.get("where"), arguments.get("rate"), arguments.get("stop_after")
    if not where and whole:
        return f"replay {ids_text(arguments, whole)}"  # the form in which letters can be named
    pace = f"rate {rate_text(rate if isinstance(rate, float) else None)} canary {arguments.get('canary', 0)}"
    which = f"dlq where {where}" if where else ids_text(arguments, whole)
    told = f"replay {which} {pace}" + (f" stop {stop}" if stop else "")
    return told + _how(arguments) + ("  (dry run)" if action == "preview_replay" else "")


def _how(arguments: Mapping[str, object]) -> str:
    words = (("edited", "encoded"), ("forced", "force"), ("one try", "once"))
    told = [word for word, key in words if arguments.get(key)]
    if arguments.get("target"):
        told.append(f"to {arguments['target']}")
    if arguments.get("reroute"):
        told.append("along today's routes")
    return f"  ({', '.join(told)})" if told else ""


def letter_outcome(action: str, result: object) -> tuple[str, bool] | None:
    """Return what *action* did, told from its *result*, and whether anything; None for other actions."""
    match action, result:
        case "discard", int(number):
            return f"{plural(number, 'dead letter')} discarded; u in DLQ brings back", bool(number)
        case "restore", int(number):
            return f"{plural(number, 'dead letter')} brought back", bool(number)
        case "edit_retry", bool(waits):
            gone = "it no longer waits for a retry, so nothing was changed"
            return ("edited; its next attempt gets the new payload" if waits else gone), waits
        case "replay_many", ReplayJob():
            return f"{result.id} replays {plural(result.total, 'message')}; 6 DLQ shows how it goes", True
        case "note_letters", int(number):
            return f"noted on {plural(number, 'dead letter')}", bool(number)
        case "purge_letters", int(number):
            return f"{plural(number, 'dead letter')} forgotten for good", bool(number)
        case "export_letters", Exported():
            return f"{plural(result.count, 'dead letter')} written to {result.file}", bool(result.count)
        case "import_letters", Taken():
            return _taken(result)
        case (("pause_job" | "resume_job" | "cancel_job"), bool(changed)):
            return ("done" if changed else "nothing changed: see how the job stands in 6 DLQ"), changed
    return None


def _taken(result: Taken) -> tuple[str, bool]:
    told = f"{plural(len(result.ids), 'dead letter')} imported"
    if not result.problems:
        return told, bool(result.ids)
    line, why = result.problems[0]
    more = f" ({len(result.problems) - 1} more)" if len(result.problems) > 1 else ""
    return f"{told}; line {line}: {why}{more}", False
