"""The commands that were typed on the `:` line, and where the person is among them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandHistory:
    """Commands that were typed, oldest first, and where the person is among them (None: at the end)."""

    lines: tuple[str, ...] = ()
    at: int | None = None
    limit: int = 200

    def added(self, line: str) -> CommandHistory:
        """Return the history with *line* as its newest."""
        kept = tuple(each for each in self.lines if each != line)
        return CommandHistory((*kept, line)[-self.limit :], None, self.limit)

    def moved(self, step: int) -> CommandHistory:
        """Return the history *step* lines further (negative: older)."""
        at = (len(self.lines) if self.at is None else self.at) + step
        at = max(0, at)
        return CommandHistory(self.lines, at if at < len(self.lines) else None, self.limit)

    @property
    def line(self) -> str:
        """The line at this place; nothing at the end."""
        return "" if self.at is None or not self.lines else self.lines[self.at]
