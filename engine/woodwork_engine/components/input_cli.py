"""The kind `input cli`: prompts from Chat in the app, from standard input when headless."""

from __future__ import annotations

import asyncio
import sys

from woodwork_engine.components.component import Input, new_session
from woodwork_engine.components.line_reader import LineReader
from woodwork_engine.components.payload_text import shown_text
from woodwork_engine.components.records import typed_record
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Field, Kind, KindSettings, Role
from woodwork_engine.payload import plain


class InputCliSettings(KindSettings):
    """Whose conversation it is."""

    session: str | None = Field(
        default=None, min_length=1, max_length=256, description="the session of every prompt; default: a new one"
    )


class InputCli(Input):
    """Emits what a person says; every prompt is noted in the transcript.

    In the app it reads nothing: prompts arrive through `inject`. Headless each line of standard input is a prompt in
    one session per run; a JSON object with `payload` may name its `session_id`.
    """

    descriptor: int | None = None
    """The file descriptor read when headless; None is standard input."""

    def __init__(self, settings: InputCliSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._services = site.services
        self._own_session = settings.session
        self._session = settings.session or new_session()
        self._reader: LineReader | None = None
        self.finite = site.services.headless

    def own_session(self) -> str:
        """Return the session of a prompt that names none."""
        return self._session

    def begin_session(self, session: str) -> None:
        """Let every prompt from now on belong to *session*."""
        self._session = session

    async def run(self) -> None:
        """Emit the lines of standard input when headless; in the app wait for `inject`."""
        if not self._services.headless:
            await super().run()
            return
        descriptor = self.descriptor if self.descriptor is not None else _standard_input()
        if descriptor is None:
            return
        reader = self._reader = self._reader or LineReader(descriptor)
        while (line := await reader.first()) is not None:
            if line.strip():
                record = typed_record(line)
                await self.offer(record.payload, session=record.session, event=record.event)
            reader.done()
            await asyncio.sleep(0)  # a long pipe leaves the loop to others between its lines
        reader.close()

    def succeed(self, earlier: Input) -> None:
        """Go on with the same conversation, and with the lines that were read and not yet emitted."""
        if isinstance(earlier, InputCli):
            if self._own_session == earlier._own_session:
                self._session = earlier._session
            self._reader, earlier._reader = earlier._reader, None

    async def stop(self) -> None:
        """Read standard input no more."""
        if self._reader is not None:
            self._reader.close()
        await super().stop()

    async def inject(
        self, payload: object, *, session: str | None = None, event: str | None = None, dedupe_key: str | None = None
    ) -> str:
        """Emit a prompt and note it in the transcript; return the message's id. Raises PayloadError."""
        session = session or self._session
        services, said = self._services, plain(payload)
        services.transcript.add(services.clock.time(), session, self.name, "in", shown_text(said))
        return await super().inject(payload, session=session, event=event, dedupe_key=dedupe_key)


def _standard_input() -> int | None:
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):  # closed, or none at all
        return None


def _ends(_: KindSettings) -> bool:
    """Standard input ends."""
    return True


KIND = Kind(
    name="input cli",
    role=Role.INPUT,
    summary="prompts of a person: Chat in the app, standard input when headless",
    settings=InputCliSettings,
    factory="woodwork_engine.components.input_cli:InputCli",
    aliases=("input command_line",),
    finite=_ends,
)
