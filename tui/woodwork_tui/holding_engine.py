"""What an engine can hold up, step and let go, as the terminal uses it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from woodwork_engine.hold import HoldState


class HoldingEngine(Protocol):
    """Commands about a scope: a component, a session, the lane of both; neither: the whole flow."""

    def pause(self, component: str | None = None, session: str | None = None) -> Future[HoldState]:
        """Start no attempt in this scope until it is resumed."""
        ...

    def resume(self, component: str | None = None, session: str | None = None) -> Future[int]:
        """End every hold of exactly this scope."""
        ...

    def step(self, component: str | None = None, session: str | None = None) -> Future[str | None]:
        """Let one attempt start in a held scope."""
        ...

    def step_session(self, session: str) -> Future[int]:
        """Step a held session until nothing of it waits in a hold."""
        ...

    def retry_stuck(self, component: str, session: str) -> Future[str]:
        """Replay what a lane is stuck on in the place it had."""
        ...

    def purge(self, component: str, session: str) -> Future[int]:
        """Discard what waits in a lane and let it go on."""
        ...

    def add_breakpoint(self, component: str, *, source: str | None = None, condition: str = "") -> Future[None]:
        """Hold what is to be delivered to *component* from *source* where *condition* holds."""
        ...

    def remove_breakpoint(self, component: str, *, source: str | None = None, condition: str = "") -> Future[bool]:
        """Hold no further message by this breakpoint."""
        ...

    def release(self, message_id: str, target: str, *, encoded: bytes | None = None) -> Future[bool]:
        """Let a held message be delivered, with the payload *encoded* where given."""
        ...

    def release_all(self) -> Future[int]:
        """Let everything that breakpoints hold be delivered."""
        ...

    def drop_held(self, message_id: str, target: str) -> Future[bool]:
        """Discard a held message for good."""
        ...
