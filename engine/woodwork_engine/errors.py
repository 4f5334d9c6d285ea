"""Every exception the engine raises on purpose.

WoodworkError
├── FlowFileError          a file that cannot be read or has problems that block it
├── SettingError           a setting with a value that cannot be used
├── UnknownComponentError  a name that is no component of the flow
├── UnknownRevisionError   a number that is no revision to go back to
├── PayloadError           a payload that is not plain data
├── QueueFullError         no room at a target
├── ClosingError           the bus is stopping and takes nothing new
├── RequestError           a request that cannot be made or was not answered
├── HandlerTimeoutError    a handler overran its `timeout`
├── HandledBeforeError     inside the bus: a message that its target has had is not attempted again
├── StartError             a component, a bus or a flow that did not start
├── Reject                 raised by a handler: this message is not to be tried again
├── Retry                  raised by a handler: this message is to be tried again, at a time of its own
├── Halt                   raised by a pipe: this message ends here, as handled
├── ReplayRefusedError     a dead letter that is not to be replayed without `force`
├── LetterFormatError      a dead letter in a file or a store that cannot be read
├── StoreError             a state folder or its database that cannot be used
├── StateFolderInUseError  a state folder that another process has
├── JournalError           a message that could not be kept and was therefore not accepted
└── FilterError            a filter expression that cannot be read

Facts are attributes; the sentence is made from them and says what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from woodwork_engine.source import Diagnostic


class WoodworkError(Exception):
    """The base of every error of this package."""


class FlowFileError(WoodworkError):
    """A flow file cannot be used; *diagnostics* say why, each with its place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(str(d) for d in self.diagnostics if d.blocks) or "the flow file cannot be used")


class SettingError(WoodworkError):
    """A setting has a value that cannot be used."""

    def __init__(self, setting: str, problem: str) -> None:
        self.setting = setting
        self.problem = problem
        super().__init__(f"{setting}: {problem}")


class UnknownComponentError(WoodworkError):
    """No component of the flow has this name."""

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        self.name = name
        self.known = tuple(known)
        close = get_close_matches(name, self.known, n=1)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        has = f"; the flow has {', '.join(self.known)}" if self.known else ""
        super().__init__(f"no component {name!r}{hint}{has}")


class UnknownRevisionError(WoodworkError):
    """No revision of this *number* can be gone back to; *kept* are those that can."""

    def __init__(self, number: int, kept: Iterable[int] = ()) -> None:
        self.number = number
        self.kept = tuple(kept)
        super().__init__(f"revision {number} is not kept; there are {', '.join(map(str, self.kept)) or 'none'}")


class PayloadError(WoodworkError):
    """A payload holds a value that is not plain data; *path* leads to it."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(
            f"payload at {path}: {problem}; send JSON types, bytes, datetimes, dataclasses, pydantic models or structs"
        )


class QueueFullError(WoodworkError):
    """A target has no room for a message (bus.md F2)."""

    def __init__(
        self, target: str, depth: int, limit: int, what: str = "queue", remedy: str = "send slower or raise the limit"
    ) -> None:
        self.target = target
        self.depth = depth
        self.limit = limit
        self.what = what
        super().__init__(f"{target}: {what} is full ({depth} of {limit}); {remedy}")


class ClosingError(WoodworkError):
    """The bus is not running and takes no messages."""

    def __init__(self, problem: str = "the bus is stopping and takes no new messages") -> None:
        super().__init__(problem)


class RequestError(WoodworkError):
    """A request to a component could not be made or was not answered."""


class HandlerTimeoutError(WoodworkError):
    """A handler did not finish within its `timeout` (bus.md D5)."""

    def __init__(self, component: str, timeout: float) -> None:
        self.component = component
        self.timeout = timeout
        super().__init__(f"{component} did not finish within {timeout:g} s; raise its timeout or make it faster")


class Reject(WoodworkError):  # noqa: N818 - it says what is to be done
    """A handler refuses its message for good: it becomes a dead letter without a further attempt (bus.md D3)."""


class Retry(WoodworkError):  # noqa: N818 - it says what is to be done
    """A handler asks for another attempt, *after* so many seconds; None leaves that to the policy (bus.md D3).

    The wait is at most the policy's `max_retry_after`. Without *count* this attempt does not count among those allowed:
    for a service that says "not now", so that only the message's time to live ends the waiting.
    """

    def __init__(self, after: float | None = None, *, count: bool = True) -> None:
        self.after = None if after is None else max(0.0, float(after))
        self.count = count
        super().__init__("asked for another attempt" + ("" if self.after is None else f" in {self.after:g} s"))


class Halt(WoodworkError):  # noqa: N818 - it says what is to be done
    """A pipe ends its message here: its component never sees it, nothing goes on, and nothing has failed (bus.md C6).

    *pipe* is the function that did so, as `file.py::function`.
    """

    def __init__(self, reason: str = "") -> None:
        self.reason = reason
        self.pipe = ""
        super().__init__(f"a pipe halted the message{f': {reason}' if reason else ''}")


class HandledBeforeError(WoodworkError):
    """The same message was acknowledged since this one was accepted: no attempt is made (bus.md C3)."""


class StartError(WoodworkError):
    """Something did not start; the sentence names it, its place and the remedy."""


class ReplayRefusedError(WoodworkError):
    """A dead letter is not replayed without `force` (bus.md E5)."""


class LetterFormatError(WoodworkError):
    """A dead letter that was written somewhere cannot be read back; the sentence says why."""


class StoreError(WoodworkError):
    """A file or folder of the state cannot be used; *remedy* is what to do about it."""

    def __init__(self, path: str, problem: str, remedy: str, *, is_damaged: bool = False) -> None:
        self.path = path
        self.problem = problem
        self.remedy = remedy
        self.is_damaged = is_damaged
        """What is there cannot be read; else there is nowhere to write."""
        super().__init__(f"{path} {problem}; {remedy}")


class StateFolderInUseError(WoodworkError):
    """Another process, *pid* where it is known, runs a flow with this state folder."""

    def __init__(self, path: str, pid: int | None = None) -> None:
        self.path = path
        self.pid = pid
        by = "another process" if pid is None else f"process {pid}"
        super().__init__(f"{path} is in use by {by}; stop that one, or name another folder with --state")


class JournalError(WoodworkError):
    """A message for a durable component could not be written down, so it was not accepted (bus.md I2)."""

    def __init__(self, target: str, problem: str) -> None:
        self.target = target
        self.problem = problem
        super().__init__(
            f"{target}: the message was not accepted because it cannot be kept: {problem};"
            " make room for the state folder, or choose another one"
        )


class FilterError(WoodworkError):
    """A filter expression cannot be read; *position* counts characters from 0."""

    def __init__(self, problem: str, position: int) -> None:
        self.problem = problem
        self.position = position
        super().__init__(f"{problem} (at character {position + 1})")


def described(error: BaseException) -> str:
    """Return `Type: message` of whatever a person's code has raised, even where that cannot say what it is."""
    try:
        message = str(error)
    except Exception as broken:  # noqa: BLE001 - a person's exception may raise in its own __str__
        message = f"(its message cannot be read: {type(broken).__name__})"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
