"""Components outside a running flow: built as the engine builds them, with a fake for everything around them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from woodwork_engine.clock import SystemClock
from woodwork_engine.components import Component, Handler, Input, Services, build, builtin_kinds
from woodwork_engine.delivery import Delivery, current
from woodwork_engine.kinds import KindRegistry
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import decode, encode
from woodwork_engine.plan import Node, Script
from woodwork_engine.source import Span
from woodwork_engine.transcript import Transcript

PLACE = Span("main.ww", 3, 1, 3, 3)


@dataclass(frozen=True)
class Sent:
    """Something that went out: along `to`, or to *target* alone."""

    event: str
    data: object
    session: str | None
    target: str | None = None


@dataclass
class FakeOutbox:
    """Keeps what is sent; inside a handler it stages as the bus does.

    *answers* are those of asked components, *threads* the names of those in which notes were written.
    """

    sent: list[Sent] = field(default_factory=list)
    notes: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    answers: dict[str, Callable[[object], object]] = field(default_factory=dict)
    asked: list[tuple[str, object]] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def emit(
        self, source: str, event: str, data: object, *, session: str | None = None, dedupe_key: str | None = None
    ) -> str:
        return self._send(source, Sent(event, decode(encode(data)), session))

    async def send(
        self,
        source: str,
        target: str,
        event: str,
        data: object,
        *,
        session: str | None = None,
        dedupe_key: str | None = None,
    ) -> str:
        return self._send(source, Sent(event, decode(encode(data)), session, target))

    async def broadcast(self, source: str, event: str, data: object, *, session: str | None = None) -> str:
        return self._send(source, Sent(event, decode(encode(data)), session, "*"))

    async def request(self, source: str, target: str, data: object, *, timeout: float) -> object:
        self.asked.append((target, data))
        return self.answers[target](data)

    def note(self, source: str, event: str, data: object) -> None:
        self.notes.append((event, data))
        self.threads.add(threading.current_thread().name)
        self.changed.set()

    def _send(self, source: str, sent: Sent) -> str:
        delivery = current.get()
        if delivery is not None:
            return delivery.stage(source, sent.event, encode(sent.data), sent.target, session=sent.session)
        self.sent.append(sent)
        self.changed.set()
        return f"msg-{len(self.sent)}"

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until *holds* after something was sent or noted; fails after five seconds."""
        async with asyncio.timeout(5):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


@dataclass
class Attempt:
    """What one attempt came to."""

    result: object
    outputs: list[Sent]


class Workbench:
    """Builds components in *folder*; `console` keeps what consoles show, `transcript` what was said."""

    def __init__(self, folder: Path, *, headless: bool = False) -> None:
        self.folder = folder
        self.outbox = FakeOutbox()
        self.transcript = Transcript()
        self.console: list[tuple[str, str, str]] = []
        self.kinds: KindRegistry = builtin_kinds()
        self._services = Services(
            self.transcript, lambda *line: self.console.append(line), SystemClock(), folder, headless=headless
        )
        self._handlers: dict[str, Handler] = {}
        self._built: list[Component] = []

    def script(self, name: str, text: str) -> Path:
        """Write a person's file."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def uses(self, use: str, name: str, function: str, event: str | None = None) -> Script:
        """Return the declaration of a hook or pipe."""
        return Script(use, str(self.folder / name), function, event, PLACE)

    def build(
        self,
        kind: str,
        *,
        name: str = "it",
        references: Sequence[Component] = (),
        hooks: Sequence[Script] = (),
        pipes: Sequence[Script] = (),
        **settings: object,
    ) -> Component:
        """Return a component as a flow has it, not started."""
        role = self.kinds.get(kind).role
        node = Node(name, self.kinds.get(kind).name, role, PLACE, hooks=tuple(hooks), pipes=tuple(pipes))
        settings = {key.rstrip("_"): value for key, value in settings.items()}
        named = {component.name: component for component in references}
        component = build(node, settings, self.outbox, self._services, named, self.kinds)
        self._handlers[name] = Handler(component, node, self.outbox, self._services).attempt
        self._built.append(component)
        return component

    async def start(self, kind: str, **options: object) -> Component:
        """Return a started component."""
        component = self.build(kind, **options)
        await component.start()
        return component

    async def deliver(
        self,
        component: Component,
        payload: object,
        *,
        event: str = "input.received",
        session: str = "s-1",
        attempt: int = 1,
        sender: str | None = "input",
    ) -> Attempt:
        """Make one attempt as the bus does; raises what the attempt raises."""
        delivery = self.delivery(component, payload, event=event, session=session, attempt=attempt, sender=sender)
        return await self.attempt(component, delivery)

    def delivery(
        self, component: Component, payload: object, *, event: str, session: str, attempt: int, sender: str | None
    ) -> Delivery:
        """Return a delivery whose *attempt* begins."""
        envelope = MessageEnvelope(event_type=event, session_id=session, sender_component=sender, message_id="msg-0")
        return Delivery(
            envelope=envelope,
            encoded=encode(payload),
            target=component.name,
            expires_at=None,
            accepted_at=0.0,
            attempt=attempt,
            running=True,
        )

    async def attempt(self, component: Component, delivery: Delivery) -> Attempt:
        """Call the handler with *delivery*, which is the current one meanwhile."""
        token = current.set(delivery)
        try:
            result = await self._handlers[component.name](delivery)
        finally:
            current.reset(token)
        outputs = [Sent(o.event, decode(o.encoded), o.session, o.target) for o in delivery.staged or ()]
        return Attempt(result, outputs)

    async def read(self, source: Component) -> list[Sent]:
        """Run a finite input to its end and return what it sent."""
        assert isinstance(source, Input)
        async with asyncio.timeout(10):
            await source.run()
        return self.outbox.sent

    async def close(self) -> None:
        """Stop every component."""
        while self._built:
            await self._built.pop().stop()


async def gathered(*calls: Awaitable[object]) -> list[object]:
    """Return what *calls* return, made at once."""
    return list(await asyncio.gather(*calls))
