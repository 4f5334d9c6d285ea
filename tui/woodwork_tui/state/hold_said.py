"""What is said after messages were held up, stepped or let go: the command that does the same, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec

from woodwork_engine.hold import MOST_STEPS, Breakpoint, HoldState, Scope
from woodwork_engine.payload import UNREADABLE, decode
from woodwork_tui.state.holds import scope_text, scope_word, stop_word
from woodwork_tui.state.payload_edit import as_text
from woodwork_tui.units import plural

_WORDS = {"step_session": "step-session", "retry_stuck": "retry-stuck", "release_all": "release-all"}
"""Commands that are called otherwise than the method."""


def one_line_json(text: str) -> str:
    """Return JSON *text* on one line."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)


def hold_command(action: str, arguments: Mapping[str, object]) -> str | None:
    """Return what to type for the Engine method *action*; None where it is about nothing that is held."""
    word = _WORDS.get(action, action)
    match action:
        case "pause" | "resume" | "step" | "retry_stuck" | "purge":
            return f"{word} {scope_word(_scope(arguments))}".rstrip()
        case "step_session":
            return f"{word} {arguments['session']}"
        case "add_breakpoint" | "remove_breakpoint":
            stop = msgspec.convert(arguments, Breakpoint)
            return f"{'break' if action == 'add_breakpoint' else 'unbreak'} {stop_word(stop)}"
        case "release_all":
            return word
        case "release" | "drop_held":
            payload = _payload(arguments.get("encoded"))
            return f"{action.removesuffix('_held')} {arguments['message_id']} {arguments['target']}{payload}"
    return None


def _scope(arguments: Mapping[str, object]) -> Scope:
    return msgspec.convert(arguments, Scope)


def _payload(encoded: object) -> str:
    if not isinstance(encoded, bytes):
        return ""
    try:
        return f" {one_line_json(as_text(decode(encoded)))}"
    except UNREADABLE:
        return " …"


def hold_outcome(action: str, result: object) -> tuple[str, bool] | None:
    """Return what *action* did, told from its *result*, and whether anything; None for other actions."""
    match action, result:
        case "pause", HoldState():
            return f"{scope_text(result.scope)} is paused: messages wait there until it is resumed", True
        case "resume", int(number):
            return ("resumed" if number else "nothing was paused there"), bool(number)
        case "step", _:
            return (f"{result} was let go" if result else "nothing waits there"), bool(result)
        case "step_session", int(number):
            more = "; more waits, step it again" if number >= MOST_STEPS else ""
            return f"{plural(number, 'step')} taken{more}", bool(number)
        case "retry_stuck", _:
            return f"tried again in its place as {result}", True
        case "purge", int(number):
            return f"{plural(number, 'message')} discarded", bool(number)
    return _stop_outcome(action, result)


def _stop_outcome(action: str, result: object) -> tuple[str, bool] | None:
    match action, result:
        case "add_breakpoint", _:
            return "the next message stops there; :held lists what is held", True
        case "remove_breakpoint", _:
            return ("no further message stops there" if result else "there was no such breakpoint"), bool(result)
        case "release", _:
            return ("released" if result else "it is not held any more"), bool(result)
        case "drop_held", _:
            return ("dropped" if result else "it is not held any more"), bool(result)
        case "release_all", int(number):
            return f"{plural(number, 'message')} released", bool(number)
    return None
