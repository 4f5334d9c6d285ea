"""The kind `output file`: appends what it is sent to a file, as JSON lines or text."""

from __future__ import annotations

from typing import Literal

from woodwork_engine.components.append_file import AppendFile
from woodwork_engine.components.component import Component
from woodwork_engine.components.payload_text import json_line, shown_text
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Field, Kind, KindSettings, Role


class OutputFileSettings(KindSettings):
    """Where to write, and how."""

    path: str = Field(min_length=1, description="the file to append to; relative to the flow's folder")
    format: Literal["jsonl", "text"] = Field(
        default="jsonl", description="jsonl: one object a line with session and payload; text: the text alone"
    )


class OutputFile(Component):
    """Appends one line per payload; a disk that refuses is a failed attempt."""

    def __init__(self, settings: OutputFileSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._place = site.place
        self._as_text = settings.format == "text"
        self._clock = site.services.clock
        self._file = AppendFile(site.path(settings.path))

    async def start(self) -> None:
        """Open the file for appending; raises StartError."""
        self._file.open(self._place)

    async def stop(self) -> None:
        """Close the file."""
        self._file.close()
        await super().stop()

    async def process(self, data: object) -> object:
        """Append *data* as one line; raises OSError when the disk does not take it."""
        if self._as_text:
            self._file.write(shown_text(data))
            return None
        context = self.context
        self._file.write(
            json_line(
                {
                    "at": self._clock.time(),
                    "session_id": context.session_id,
                    "message_id": context.message_id,
                    "payload": data,
                }
            )
        )
        return None

    def summary(self) -> str:
        """Return how many lines went where."""
        return f"{self._file.lines:,} lines to {self._file.path}"


KIND = Kind(
    name="output file",
    role=Role.OUTPUT,
    summary="appends what it is sent to a file",
    settings=OutputFileSettings,
    factory="woodwork_engine.components.output_file:OutputFile",
)
