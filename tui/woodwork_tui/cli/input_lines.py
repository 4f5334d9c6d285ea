"""Messages for `run --input`: one a line, injected in order while no more than a few wait for room (interfaces)."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from woodwork_engine.errors import ClosingError, WoodworkError, described

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes; a longer line is broken."""
LONGEST_SESSION = 256
IN_FLIGHT = 64

_KEYS = ("component", "session_id", "payload")


class BrokenLineError(ValueError):
    """An input line that cannot become a message; the text says why."""


class NotAcceptedError(Exception):
    """The flow takes no further messages."""


class Injects(Protocol):
    """The part of an engine that takes messages from outside."""

    def inject(self, component: str, payload: object, *, session: str | None = None) -> Future[str]:
        """Hand *payload* to *component*; the future has the message's id once it is accepted."""
        ...


@dataclass(frozen=True, slots=True)
class InputMessage:
    """One line as a message; without a *session* the engine chooses one."""

    component: str
    session: str | None
    payload: object


def read_message(line: bytes, inputs: Sequence[str]) -> InputMessage | None:
    """Return the message that *line* stands for, None for a blank one; raises BrokenLineError.

    A line that begins like a JSON object has to be one; any other text is a payload as it stands. *inputs* are the
    flow's input components, of which the only one is meant where a line names none.
    """
    try:
        text = line.decode("utf-8").strip("\r\n")
    except UnicodeDecodeError as error:
        raise BrokenLineError(f"not UTF-8 (byte {error.start + 1})") from None
    if not text.strip():
        return None
    if not text.lstrip().startswith("{"):
        return InputMessage(_component(None, inputs), None, text)
    fields = _object(text)
    for key in fields:
        if key not in _KEYS:
            raise BrokenLineError(f"unknown key {key!r}; a line has {', '.join(_KEYS)}")
    if "payload" not in fields:
        raise BrokenLineError("no payload")
    return InputMessage(_component(fields.get("component"), inputs), _session(fields), fields["payload"])


def _object(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except RecursionError:
        raise BrokenLineError("nested too deeply") from None
    except ValueError as error:
        raise BrokenLineError(f"no JSON object: {error}") from None
    if not isinstance(value, dict):
        raise BrokenLineError("no JSON object")
    return value


def _component(name: object, inputs: Sequence[str]) -> str:
    if isinstance(name, str) and name:
        return name
    if name is not None:
        raise BrokenLineError("component is not a name")
    if len(inputs) != 1:
        has = f"several inputs ({', '.join(inputs)})" if inputs else "no input"
        raise BrokenLineError(f'the flow has {has}; name a "component"')
    return inputs[0]


def _session(fields: dict[str, object]) -> str | None:
    session = fields.get("session_id")
    if session is None or (isinstance(session, str) and 0 < len(session) <= LONGEST_SESSION):
        return session
    raise BrokenLineError(f"session_id is not text of 1 to {LONGEST_SESSION} characters")


class InputFeeder:
    """Injects the lines of *stream* in order; messages of one session wait for each other.

    *report* gets a sentence about each line that was skipped; `broken` counts them. Reading stops while IN_FLIGHT
    messages wait for room in the flow, so that a fast stream cannot fill the memory.
    """

    def __init__(self, stream: BinaryIO, engine: Injects, inputs: Sequence[str], report: Callable[[str], None]) -> None:
        self.broken = 0
        self._stream = stream
        self._engine = engine
        self._inputs = inputs
        self._report = report
        self._stopped = threading.Event()
        self._unanswered: deque[tuple[int, str | None, Future[str]]] = deque()
        self._last: dict[str | None, Future[str]] = {}

    def stop(self) -> None:
        """Read no further line; callable from any thread."""
        self._stopped.set()

    def run(self) -> None:
        """Feed until the stream ends, `stop` is called or the flow takes no more."""
        try:
            for number, line in self._lines():
                self._feed(number, line)
            while self._unanswered:
                self._settle_oldest()
        except NotAcceptedError:
            return
        except OSError as error:
            self.broken += 1
            self._report(f"the input cannot be read further: {error.strerror or error}")

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        number = 0
        while not self._stopped.is_set() and (line := self._stream.readline(LONGEST_LINE + 1)):
            number += 1
            if len(line) > LONGEST_LINE:
                self._skip(number, f"longer than {LONGEST_LINE // 1024 // 1024} MiB")
                while line and not line.endswith(b"\n"):
                    line = self._stream.readline(LONGEST_LINE)
                continue
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line

    def _feed(self, number: int, line: bytes) -> None:
        try:
            message = read_message(line, self._inputs)
        except BrokenLineError as error:
            self._skip(number, str(error))
            return
        if message is None:
            return
        while message.session in self._last or len(self._unanswered) >= IN_FLIGHT:
            self._settle_oldest()
        answer = self._engine.inject(message.component, message.payload, session=message.session)
        self._unanswered.append((number, message.session, answer))
        self._last[message.session] = answer

    def _settle_oldest(self) -> None:
        number, session, answer = self._unanswered.popleft()
        try:
            answer.result()
        except ClosingError:
            raise NotAcceptedError from None
        except WoodworkError as error:
            self._skip(number, str(error))
        except Exception as error:  # noqa: BLE001 - the edge: what a person's pipe raises refuses one line
            self._skip(number, described(error))
        finally:
            if self._last.get(session) is answer:
                del self._last[session]

    def _skip(self, number: int, why: str) -> None:
        self.broken += 1
        self._report(f"input line {number} skipped: {why}")
