"""Standard output and standard error of a headless run: every event record, and what people are told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import BinaryIO

from woodwork_engine.events import Reader
from woodwork_engine.record import Record
from woodwork_engine.transcript import Transcript
from woodwork_tui.cli.records import json_lines

BATCH = 4096
TOLD = (
    "node_up", "node_down", "reload_applied", "reload_rejected", "rolled_back", "paused", "resumed", "note",
)  # fmt: skip
"""Types of records about which people may be told something."""
POLL = 0.02
"""Seconds between two looks at a log in which nothing was new."""


class RecordOutput:
    """Copies records from *reader* to *out* until told that no more will come, and counts what decides the status.

    *say* gets lines for people: what console outputs say, components that do not start, reloads. *failed* is called
    once, with the error, when *out* cannot be written any more; records are then still read, so that nobody waits.
    """

    def __init__(
        self,
        reader: Reader,
        transcript: Transcript,
        out: BinaryIO,
        say: Callable[[str], None],
        failed: Callable[[OSError], None],
    ) -> None:
        self.dead: Counter[str] = Counter()
        """Dead letters made in this run, by reason."""
        self.not_started: dict[str, str] = {}
        """Components that did not start, each with its error."""
        self.broken_off: set[str] = set()
        """Inputs that failed while they read."""
        self.missed = 0
        self._reader = reader
        self._transcript = transcript
        self._said = 0
        self._out: BinaryIO | None = out
        self._say = say
        self._failed = failed
        self._finishing = threading.Event()

    def finish(self) -> None:
        """Let `run` return once it has written what is in the log now; callable from any thread."""
        self._finishing.set()

    def run(self) -> None:
        """Copy until `finish` is called."""
        last = False
        while not last:
            last = self._finishing.wait(POLL)
            while records := self._read():
                self._write(json_lines(records))
                for record in records:
                    self._take_note(record)
                self._tell_transcript()
            self._tell_transcript()
        self._reader.close()

    def _read(self) -> tuple[Record, ...]:
        batch = self._reader.read(BATCH)
        self.missed += batch.missed
        return batch.records

    def _write(self, lines: bytes) -> None:
        if self._out is None:
            return
        try:
            self._out.write(lines)
            self._out.flush()
        except OSError as error:
            self._out = None
            self._failed(error)

    def _tell_transcript(self) -> None:
        for line in self._transcript.after(self._said):
            if line.number > self._said + 1:
                self._say(f"({line.number - self._said - 1:,} lines went by too fast to be shown)")
            self._said = line.number
            if line.said == "out":
                self._say(f"{line.who} [{line.session}] {line.text}")

    def _take_note(self, record: Record) -> None:
        if record.type == "dead":
            self.dead[str((record.details() or {}).get("reason"))] += 1
        elif record.type in TOLD:
            self._tell(record)

    def _tell(self, record: Record) -> None:
        details = record.details() or {}
        name = record.target or record.source or ""
        if record.type == "node_up":
            self.not_started.pop(name, None)
            self.broken_off.discard(name)
        elif record.type == "node_down" and details.get("error"):
            self.not_started[name] = str(details["error"])
            self._say(f"{name} did not start: {details['error']}")
        elif record.type == "node_down" and details.get("problem"):
            self._say(f"{name}: {details['problem']}")
        elif record.type == "paused" and details.get("by") == "breaker":
            self._say(f"{name} is left alone by its breaker: {details['reason']}")
        elif record.type == "resumed" and details.get("by") == "breaker":
            self._say(f"{name} works again")
        elif record.type in ("paused", "resumed"):
            self._say(_hold(record, details))
        elif details.get("event") == "input.failed":
            self.broken_off.add(name)
            self._say(f"{name} has broken off: {details['error_type']}: {details['message']}")
        elif details.get("event") == "input.refused":
            self._say(f"{name}: {details['refused']:,} messages refused, the last one because: {details['message']}")
        elif record.type == "reload_rejected":
            self._say("the changed file was not applied; see `woodwork-tui check`")
        elif record.type == "reload_applied" and record.rev != 1:
            self._say(f"revision {record.rev} applied")
        elif record.type == "rolled_back":
            self._say(f"rolled back to revision {details['to']}, as revision {record.rev}")


def _hold(record: Record, details: dict[str, object]) -> str:
    """Return what was paused or resumed, and on which dead letter a session is stuck."""
    where = " of ".join(name for name in (record.session_id, record.target) if name) or "the flow"
    letter = details.get("dlq_id")
    because = f" on dead letter {letter}: {details.get('reason')}" if letter and record.type == "paused" else ""
    return f"{where} {'is paused' if record.type == 'paused' else 'goes on'}{because}"
