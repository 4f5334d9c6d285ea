"""What is said after something was done on the bus: the command that does the same, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from woodwork_engine.snapshot import Revision
from woodwork_tui.state.hold_said import hold_command, hold_outcome, one_line_json
from woodwork_tui.state.injection import reads_as_itself
from woodwork_tui.state.letter_said import letter_command, letter_outcome
from woodwork_tui.state.payload_edit import as_text
from woodwork_tui.units import plural

_LONGEST = 120

Mood = Literal["information", "warning", "error"]


@runtime_checkable
class Replayed(Protocol):
    """What a replay did: new message ids, and dead letters it refused, each with a sentence."""

    @property
    def accepted(self) -> Sequence[str]:
        """Ids of the new messages."""
        ...

    @property
    def refused(self) -> Sequence[tuple[str, str]]:
        """Dead letters left as they were, and why."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence for the person, and how it went."""

    text: str
    mood: Mood = "information"


def command_form(action: str, arguments: Mapping[str, object], *, whole: bool = False) -> str:
    """Return what to type on the `:` line for the Engine method *action* with *arguments*.

    Long payloads and lists of ids are cut unless it is to be *whole*.
    """
    told = hold_command(action, arguments) or letter_command(action, arguments, whole=whole)
    if told is not None:
        return told if whole else _short(told)
    match action:
        case "inject":
            session = str(arguments.get("session") or "")
            to = f"/{session}" if session and " " not in session else ""
            apart = f"  (session {session})" if session and not to else ""
            return f"inject {arguments['component']}{to} {_payload(arguments['payload'], whole)}{apart}"
        case "retry_now":
            return f"retry {arguments['message_id']} {arguments['target']}"
        case "kill_retry":
            return f"kill {arguments['message_id']} {arguments['target']}"
        case "new_session":
            return "new-session"
        case "rollback":
            return f"rollback {arguments['number']}"
        case "resolve_removed":
            return f"resolve {arguments['component']} {arguments['how']}"
    return action


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _payload(value: object, whole: bool) -> str:
    if reads_as_itself(value):
        text = str(value)
    else:
        text = as_text(value)
        if whole or len(text) < 10 * _LONGEST:
            text = one_line_json(text)
    return text if whole else _short(text)


def outcome(action: str, result: object) -> Said:
    """Return what the Engine method *action* did, told from its *result*."""
    told = hold_outcome(action, result) or letter_outcome(action, result)
    if told is not None:
        return Said(told[0], "information" if told[1] else "warning")
    match action, result:
        case "inject", _:
            return Said(f"accepted as {result}")
        case "new_session", _:
            return Said(f"new session {result}")
        case "retry_now", False:
            return Said("not tried: it no longer waits, or its component takes nothing now", "warning")
        case "kill_retry", False:
            return Said("it no longer waits for a retry", "warning")
        case "retry_now", _:
            return Said("tried again now")
        case "kill_retry", _:
            return Said("moved to the dead letters")
        case "resolve_removed", int(number):
            at_once = f"{plural(number, 'message')} went that way at once"
            return Said(at_once if number else "what it has left goes that way")
        case "reload" | "rollback", Revision():
            return _reloaded(result)
    return _replayed(result) if isinstance(result, Replayed) else Said("done")


def _some(number: int) -> Mood:
    return "information" if number else "warning"


def _replayed(result: Replayed) -> Said:
    told = f"{plural(len(result.accepted), 'message')} replayed"
    if not result.refused:
        return Said(told, _some(len(result.accepted)))
    name, why = result.refused[0]
    others = f" ({len(result.refused) - 1} more)" if len(result.refused) > 1 else ""
    refused = f"{len(result.refused)} refused: {name}: {why}{others}"
    return Said(f"{told}, {refused}" if result.accepted else refused, "warning" if result.accepted else "error")


def _reloaded(revision: Revision) -> Said:
    if revision.result == "rejected":
        errors = sum(diagnostic.blocks for diagnostic in revision.diagnostics)
        return Said(f"not applied: {plural(errors, 'error')}; see 7 File", "error")
    if revision.result == "no effective change":
        return Said("no effective change")
    return Said(f"rev {revision.number} is live: {revision.change}")
