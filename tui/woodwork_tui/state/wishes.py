"""What a person wants done about what is held, before it is known whether to ask first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from woodwork_engine.hold import Breakpoint, Scope


class Want(StrEnum):
    """What is to be done: about a scope, a breakpoint, or a held message."""

    PAUSE = "pause"
    STEP = "step"
    STEP_SESSION = "step_session"
    PURGE = "purge"
    STOP = "stop"
    SET_STOP = "set_stop"
    UNSTOP = "unstop"
    STOP_IF = "stop_if"
    STOPS = "stops"
    RELEASE = "release"
    EDIT = "edit"
    DROP = "drop"
    RELEASE_ALL = "release_all"


@dataclass(frozen=True, slots=True)
class Wish:
    """One want and what it is about; *key* is a delivery key (message id, target)."""

    want: Want
    scope: Scope = Scope()  # noqa: RUF009  frozen
    stop: Breakpoint | None = None
    key: tuple[str, str] | None = None
