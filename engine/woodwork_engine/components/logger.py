"""The kind `logger`: one JSON line per message it is sent."""

from __future__ import annotations

from woodwork_engine.components.append_file import AppendFile
from woodwork_engine.components.component import Component
from woodwork_engine.components.payload_text import json_line
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Field, Kind, KindSettings, Role


class LoggerSettings(KindSettings):
    """Where the log goes."""

    path: str | None = Field(
        default=None, description="the file to append to, relative to the flow's folder; default .woodwork/NAME.jsonl"
    )


class Logger(Component):
    """Appends each message with its session, sender and event; a disk that refuses is a failed attempt."""

    def __init__(self, settings: LoggerSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._place = site.place
        self._clock = site.services.clock
        self._file = AppendFile(site.path(settings.path or f".woodwork/{site.node.name}.jsonl"))

    async def start(self) -> None:
        """Open the log for appending; raises StartError."""
        self._file.open(self._place)

    async def stop(self) -> None:
        """Close the log."""
        self._file.close()
        await super().stop()

    async def process(self, data: object) -> object:
        """Append *data* and where it came from; raises OSError when the disk does not take it."""
        context = self.context
        self._file.write(
            json_line(
                {
                    "at": self._clock.time(),
                    "session_id": context.session_id,
                    "message_id": context.message_id,
                    "source": context.sender,
                    "event": context.event_type,
                    "attempt": context.attempt,
                    "payload": data,
                }
            )
        )
        return None

    def summary(self) -> str:
        """Return how many lines went where."""
        return f"{self._file.lines:,} lines to {self._file.path}"


KIND = Kind(
    name="logger",
    role=Role.SINK,
    summary="one JSON line per message",
    settings=LoggerSettings,
    factory="woodwork_engine.components.logger:Logger",
)
