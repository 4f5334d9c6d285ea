"""The part of an engine that a run without a screen uses."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from woodwork_engine.bus.interface import StopReport
from woodwork_engine.events import EventLog
from woodwork_engine.transcript import Transcript


class Runnable(Protocol):
    """A flow that can be started, fed, watched and stopped; safe to call from any thread."""

    @property
    def events(self) -> EventLog:
        """The event log."""
        ...

    @property
    def transcript(self) -> Transcript:
        """What console outputs have said."""
        ...

    def start(self) -> None:
        """Start the flow in its own thread and return at once."""
        ...

    def inject(self, component: str, payload: object, *, session: str | None = None) -> Future[str]:
        """Hand *payload* to *component*; the future has the message's id once it is accepted."""
        ...

    def idle(self) -> Future[None]:
        """Return what is done when every finite input has ended and nothing is left to do."""
        ...

    def ended(self) -> Future[StopReport]:
        """Return what is done when the flow has ended: by `stop`, or by itself with the error that ended it."""
        ...

    def stop(self, *, drain: bool = True) -> Future[StopReport]:
        """Stop the flow; the future has what was left."""
        ...
