"""A file in the editor: what is known of the disk's side and of the person's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from woodwork_tui.state.buffer import Buffer
from woodwork_tui.state.source_file import Reading, Stamp


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is shown. *buffer* is None until it could be read; *problem* is one sentence about the disk.

    *looked* says whether the disk was asked already, *locked* why the file may be read but not edited.
    """

    path: str
    title: str
    buffer: Buffer | None = None
    stamp: Stamp | None = None
    problem: str = ""
    locked: str = ""
    looked: bool = False

    @property
    def edited(self) -> bool:
        """Whether something would be lost without a save."""
        return self.buffer is not None and self.buffer.edited

    @property
    def status(self) -> str:
        """How the text stands to the file, in a few words."""
        if self.problem or self.buffer is None:
            return self.problem or "reading…"
        return f"read only: {self.locked}" if self.locked else self.buffer.state.value

    def read(self, reading: Reading) -> OpenFile:
        """Return the file after the disk answered; what cannot be read any more stays as it was read last."""
        if reading.text is None:
            return replace(self, stamp=reading.stamp, problem=reading.problem, looked=True)
        buffer = Buffer.of(reading.text) if self.buffer is None else self.buffer.on_disk(reading.text)
        return replace(self, buffer=buffer, stamp=reading.stamp, problem="", looked=True)

    def typed(self, text: str) -> OpenFile:
        """Return the file after typing made its text *text*."""
        if self.buffer is None or self.locked or text == self.buffer.text:
            return self
        return replace(self, buffer=self.buffer.typed(text))

    def with_lock(self, why: str) -> OpenFile:
        """Return the file as one that may be read but, because of *why*, not edited."""
        return self if why == self.locked else replace(self, locked=why)

    def saved(self, text: str, stamp: Stamp | None) -> OpenFile:
        """Return the file after *text* was written."""
        buffer = None if self.buffer is None else self.buffer.saved(text)
        return replace(self, buffer=buffer, stamp=stamp, problem="")

    def taken(self, reading: Reading) -> OpenFile:
        """Return the file with what was just read in place of the person's edits."""
        if reading.text is None:
            return replace(self, stamp=reading.stamp, problem=reading.problem)
        return replace(self, buffer=Buffer.of(reading.text), stamp=reading.stamp, problem="")
