"""Input records: one JSON line that may name its session and its event."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InputRecord:
    """One thing to emit; *session* and *event* are None where the line names none."""

    payload: object
    session: str | None = None
    event: str | None = None


def record_of(value: object) -> InputRecord:
    """Return what a JSON value stands for: an object with `payload` is a record, anything else is the payload."""
    if not isinstance(value, dict) or "payload" not in value:
        return InputRecord(value)
    session, event = value.get("session_id"), value.get("event")
    return InputRecord(
        value["payload"],
        str(session) if session not in (None, "") else None,
        event if isinstance(event, str) and event else None,
    )


def typed_record(line: str) -> InputRecord:
    """Return what a line of a person or a pipe stands for: a JSON object with `payload`, else the text itself."""
    if line.lstrip().startswith("{"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return InputRecord(line)
        if isinstance(value, dict) and "payload" in value:
            return record_of(value)
    return InputRecord(line)
