"""How edited text stands to its file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class BufferState(StrEnum):
    """How edited text stands to the file."""

    SAME = "on disk = buffer"
    EDITED = "edited, not saved"
    CONFLICT = "edited, and changed on disk too"


@dataclass(frozen=True, slots=True)
class Buffer:
    """The text of the editor, the text it began from, and the text last read from the file."""

    text: str
    base: str
    disk: str

    @classmethod
    def of(cls, text: str) -> Buffer:
        """Return the buffer of a file that was just read as *text*."""
        return cls(text, text, text)

    @property
    def state(self) -> BufferState:
        """How the text stands to the file."""
        if self.text == self.disk:
            return BufferState.SAME
        return BufferState.EDITED if self.base == self.disk else BufferState.CONFLICT

    @property
    def edited(self) -> bool:
        """Whether something would be lost without a save."""
        return self.state is not BufferState.SAME

    def typed(self, text: str) -> Buffer:
        """Return the buffer after typing made it *text*."""
        return replace(self, text=text)

    def on_disk(self, text: str) -> Buffer:
        """Return the buffer after the file was read as *text*; one without edits follows the file."""
        if text == self.disk:
            return self
        return Buffer.of(text) if self.text in (self.base, text) else replace(self, disk=text)

    def saved(self, text: str) -> Buffer:
        """Return the buffer after *text* was written to the file; what was typed meanwhile stays an edit."""
        return Buffer(self.text, text, text)
