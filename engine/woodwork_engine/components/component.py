"""The component: what a flow is made of, and how it speaks to the others."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from functools import partial

from woodwork_engine.components.hooks import Hooks
from woodwork_engine.components.pipes import Pipes
from woodwork_engine.delivery import Context, current, current_context
from woodwork_engine.errors import ClosingError, Halt, WoodworkError, described
from woodwork_engine.kinds import KindSettings
from woodwork_engine.message import Outbox
from woodwork_engine.pace import Pace
from woodwork_engine.payload import encode
from woodwork_engine.threads import Threads, home_loop


@dataclass(frozen=True, slots=True)
class Session:
    """The conversation a message belongs to."""

    id: str


@dataclass(frozen=True, slots=True)
class Link:
    """What ties a component to its flow: its name, how it sends, and who looks on."""

    name: str
    settings: KindSettings
    outbox: Outbox
    threads: Threads
    hooks: Hooks | None = None
    pipes: Pipes | None = None


def new_session() -> str:
    """Return the id of a new session."""
    return f"s-{secrets.token_hex(6)}"


class MessageBusIntegration:
    """How a component sends, whatever its own `__init__` does: `emit`, `send_to_component`, `request`.

    Inside a handler what is sent leaves together with the acknowledgement (bus.md C4); outside one a call returns
    after acceptance (F7). Calls made before the component belongs to a flow raise WoodworkError.
    """

    name: str = ""
    settings: KindSettings
    _link: Link | None = None

    def attach(self, link: Link) -> None:
        """Make this component part of a flow; the engine calls it once, before `start`."""
        self._link = link
        self.name = link.name
        if "settings" not in vars(self):  # a person's own attribute of that name stays
            self.settings = link.settings

    def join(self, name: str, outbox: Outbox) -> None:
        """Send as *name* through *outbox* of a bus that has no flow (`bus.outbox`); also for classes of one's own."""
        self.attach(Link(name, KindSettings(), outbox, Threads(name)))

    @property
    def link(self) -> Link:
        """What ties this component to its flow; raises WoodworkError while nothing does."""
        if self._link is None:
            raise WoodworkError(
                f"{type(self).__name__} is not part of a flow yet; send from start() or process(), not from __init__, "
                "or join() a bus without a flow"
            )
        return self._link

    @property
    def context(self) -> Context:
        """What is known about the message being handled; raises WoodworkError when none is."""
        context = current_context()
        if context is None:
            raise WoodworkError(f"{self.name} handles no message now; ask for its context or session in process()")
        return context

    @property
    def session(self) -> Session:
        """The session of the message being handled; raises WoodworkError when none is."""
        return Session(self.context.session_id)

    async def emit(self, event: str, data: object, *, session: str | None = None, dedupe_key: str | None = None) -> str:
        """Send *data* along this component's `to`; return the message's id. Raises PayloadError.

        With a *dedupe_key* targets whose delivery is effectively once take it for the same message as an earlier one of
        its session with that key (bus.md C3).
        """
        link = self.link
        delivery = current.get()
        if delivery is not None:
            delivery.emits = True
            return await link.outbox.emit(link.name, event, data, session=session, dedupe_key=dedupe_key)
        message_id = await link.outbox.emit(link.name, event, data, session=session, dedupe_key=dedupe_key)
        if link.hooks is not None:
            link.hooks.fire(event, encode(data), partial(_outside, message_id, session, event, link.name))
        return message_id

    async def send_to_component(
        self, name: str, event: str, data: object, *, session: str | None = None, dedupe_key: str | None = None
    ) -> str:
        """Send *data* to the component *name* alone; return the message's id. Raises UnknownComponentError."""
        return await self.link.outbox.send(self.link.name, name, event, data, session=session, dedupe_key=dedupe_key)

    async def broadcast(self, event: str, data: object, *, session: str | None = None) -> str:
        """Send *data* to every component whose `accepts` names *event*; return the message's id."""
        return await self.link.outbox.broadcast(self.link.name, event, data, session=session)

    async def request(self, name: str, data: object, timeout: float = 5.0) -> object:
        """Ask the component *name*, past its queues, and return its answer; *timeout* in seconds.

        Raises RequestError when it cannot be asked or does not answer.
        """
        return await self.link.outbox.request(self.link.name, name, data, timeout=timeout)

    def note_halt(self, halt: Halt) -> None:
        """Note that a pipe has ended a message before this component, and why."""
        MessageBusIntegration.note(self, "pipe.halted", {"pipe": halt.pipe, "reason": halt.reason})

    def note(self, event: str, data: object) -> None:
        """Write what is only to be observed into the event log, and show it to this component's hooks."""
        link = self.link
        delivery = current.get()
        context = None if delivery is None else Context.of(delivery)
        loop = home_loop()
        if loop is not None:  # called in a thread: the log is written on the loop alone
            loop.call_soon_threadsafe(_note, link, event, data, context)
        else:
            _note(link, event, data, context)


def _note(link: Link, event: str, data: object, context: Context | None) -> None:
    link.outbox.note(link.name, event, data)
    if link.hooks is not None:
        known = context or _outside("", None, event, link.name)
        link.hooks.fire(event, encode(data), lambda: known)


def _outside(message_id: str, session: str | None, event: str, sender: str) -> Context:
    """Return the context of an event that no delivery caused."""
    return Context(message_id, session or "", event, sender, 1, message_id or None, None, 0, 0, None)


class Component(MessageBusIntegration):
    """A part of a flow. A person's class overrides `process`, and may override `start` and `stop`."""

    pace: Pace | None = None
    """How fast its messages may be handled; None: as they come."""

    def __init__(self, *_published: object, **_config: object) -> None:
        """Take whatever a published-style subclass passes up; nothing of it is needed."""

    async def start(self) -> None:
        """Open what the component needs; raises StartError."""

    async def stop(self) -> None:
        """Close what `start` opened, and the component's hooks and threads."""
        if self._link is not None:
            if self._link.hooks is not None:
                await self._link.hooks.close()
            self._link.threads.close()

    async def process(self, data: object) -> object:
        """Handle one payload; what is returned and not None goes on to `to`."""
        raise NotImplementedError(f"{type(self).__name__} has no process(data)")

    def remembered(self, session: str) -> tuple[tuple[str, str], ...] | None:
        """Return who said what in *session*, oldest first, as far as it is kept here; None: this keeps no sessions."""
        return None

    def summary(self) -> str | None:
        """Return one line about what the component holds, for the inspector; None when there is nothing to say."""
        return None


component = Component
"""The published name of Component."""


class Input(Component):
    """A source of messages: it emits what it reads, through its own pipes."""

    finite: bool = False
    event: str = "input.received"
    refused: int = 0
    """Messages that were read and that nobody took."""
    refusals_every: float = 1.0
    """Seconds between two notes about that, at least."""
    _noted: int = 0
    _noted_at: float = float("-inf")
    _refusal: str = ""

    async def run(self) -> None:
        """Read the source and emit until it ends, or until cancelled."""
        await asyncio.get_running_loop().create_future()

    async def emit(self, event: str, data: object, *, session: str | None = None, dedupe_key: str | None = None) -> str:
        """Send *data* through the input's pipes along its `to`; without *session* it belongs to the input's own."""
        link = self._link or self.link
        if link.pipes is not None:
            data = await link.pipes.apply(event, data)
        session = session or self.own_session()
        if link.hooks is not None or current.get() is not None:
            return await super().emit(event, data, session=session, dedupe_key=dedupe_key)
        return await link.outbox.emit(link.name, event, data, session=session, dedupe_key=dedupe_key)

    async def inject(
        self, payload: object, *, session: str | None = None, event: str | None = None, dedupe_key: str | None = None
    ) -> str:
        """Emit *payload* as if it had been read; return the message's id."""
        return await self.emit(event or self.event, payload, session=session, dedupe_key=dedupe_key)

    async def offer(self, payload: object, *, session: str | None = None, event: str | None = None) -> None:
        """Emit what was read; where it is refused, count and note that and let the reading go on.

        A target that is full and rejects refuses a message (bus.md F2), and so does a pipe that fails. One that a pipe
        halts is noted by itself. Raises ClosingError: then there is nobody to read for.
        """
        try:
            await self.inject(payload, session=session, event=event)
        except ClosingError:
            raise
        except Halt as halt:
            self.note_halt(halt)
        except Exception as error:  # noqa: BLE001 - the edge where a message's failure becomes a note
            self.refused += 1
            self._refusal = described(error)
            if asyncio.get_running_loop().time() >= self._noted_at + self.refusals_every:
                self.note_refusals()

    def note_refusals(self) -> None:
        """Note how many messages were refused since the last note, if any, and why the last of them was."""
        if self.refused > self._noted:
            data = {"refused": self.refused - self._noted, "in_all": self.refused, "message": self._refusal}
            self._noted, self._noted_at = self.refused, asyncio.get_running_loop().time()
            self.note("input.refused", data)

    def succeed(self, earlier: Input) -> None:
        """Go on where *earlier* has stopped, which this one replaces in a running flow; called before `run`."""

    async def process(self, data: object) -> object:
        """Pass on what another component sent here."""
        return data

    def own_session(self) -> str:
        """Return the session of what names none: the `session` setting, else a new one."""
        fixed = getattr(self.settings, "session", None)
        return fixed if isinstance(fixed, str) and fixed else new_session()
