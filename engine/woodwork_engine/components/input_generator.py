"""The kind `input generator`: made-up messages at a steady rate."""

from __future__ import annotations

import asyncio
import random
from typing import Self

from pydantic import model_validator

from woodwork_engine.components.component import Input, new_session
from woodwork_engine.components.site import Site
from woodwork_engine.components.templates import fill
from woodwork_engine.kinds import Duration, Field, Kind, KindSettings, Role

_BREATH = 32


class InputGeneratorSettings(KindSettings):
    """How many messages, how fast, in which sessions, saying what."""

    rate: float | None = Field(default=None, gt=0, le=1_000_000, description="messages a second; default 1")
    every: Duration | None = Field(
        default=None, gt=0, description="time between messages, as in 500ms; instead of rate"
    )
    count: int | None = Field(default=None, ge=0, description="messages in all; default: without end")
    sessions: int = Field(default=1, ge=1, le=1_000_000, description="sessions the messages belong to, in turn")
    session: str | None = Field(
        default=None,
        min_length=1,
        max_length=240,
        description="the session's name; with several sessions NAME-1, NAME-2... (default session-1...)",
    )
    payload: object = Field(
        default="message {n}",
        description="what each message says: text or an object, with {n}, {session} and choices such as {red|green}",
    )
    payloads: tuple[object, ...] = Field(
        default=(), description="several payloads, one of them at random each time; instead of payload"
    )
    seed: int | None = Field(default=None, description="makes the random choices the same in every run")

    @model_validator(mode="after")
    def _one_pace(self) -> Self:
        if self.rate is not None and self.every is not None:
            raise ValueError("rate and every say the same thing; keep one of them")
        return self

    @property
    def interval(self) -> float:
        """Seconds from one message to the next."""
        return self.every if self.every is not None else 1.0 / (self.rate or 1.0)


class InputGenerator(Input):
    """Emits message n at start + n x interval: a late one shifts no other, and a delay is caught up."""

    def __init__(self, settings: InputGeneratorSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._interval = settings.interval
        self._count = settings.count
        self._payloads = settings.payloads or (settings.payload,)
        self._chance = random.Random(settings.seed)
        self._sessions = _names(settings)
        self._named = settings.session is not None
        self._sent = 0
        self.finite = settings.count is not None

    def own_session(self) -> str:
        """Return the session whose turn it is."""
        if isinstance(self._sessions, str):
            return self._sessions
        prefix, many = self._sessions
        return f"{prefix}-{self._sent % many + 1}"

    async def run(self) -> None:
        """Emit until `count` is reached, or for ever."""
        loop = asyncio.get_running_loop()
        start, first = loop.time(), self._sent
        while self._count is None or self._sent < self._count:
            wait = start + (self._sent - first) * self._interval - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            elif self._sent % _BREATH == 0:
                await asyncio.sleep(0)  # behind, or very fast: the loop belongs to others too
            session = self.own_session()
            template = self._chance.choice(self._payloads) if len(self._payloads) > 1 else self._payloads[0]
            await self.offer(fill(template, self._sent + 1, session, self._chance), session=session)
            self._sent += 1

    def succeed(self, earlier: Input) -> None:
        """Go on counting, and in the same session where the flow names none."""
        if isinstance(earlier, InputGenerator):
            self._sent = earlier._sent
            if not self._named and not earlier._named and type(self._sessions) is type(earlier._sessions) is str:
                self._sessions = earlier._sessions

    def summary(self) -> str:
        """Return how many messages were made."""
        made = f"{self._sent:,} messages made" + (f" of {self._count:,}" if self._count is not None else "")
        return made + (f", {self.refused:,} refused" if self.refused else "")


def _names(settings: InputGeneratorSettings) -> str | tuple[str, int]:
    if settings.sessions == 1:
        return settings.session or new_session()
    return settings.session or "session", settings.sessions


def _ends(settings: KindSettings) -> bool:
    return isinstance(settings, InputGeneratorSettings) and settings.count is not None


KIND = Kind(
    name="input generator",
    role=Role.INPUT,
    summary="made-up messages at a steady rate",
    settings=InputGeneratorSettings,
    factory="woodwork_engine.components.input_generator:InputGenerator",
    finite=_ends,
)
