"""A terminal driver that outlives its terminal: what is written then is lost, and the app can drain its flow."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from textual.drivers.linux_driver import LinuxDriver


class _Lasting:
    """A text file that can be written to although what it leads to has gone."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def write(self, text: str) -> int:
        """Write *text*, or lose it."""
        try:
            return int(self._file.write(text))
        except (OSError, ValueError):
            return len(text)

    def flush(self) -> None:
        """Write what is left, or lose it."""
        try:
            self._file.flush()
        except (OSError, ValueError):
            return


class LastingDriver(LinuxDriver):
    """Textual's own, but its threads do not fail where nobody reads and nobody types any more.

    Without the one that writes the app would wait for ever for somebody to take what it has to say.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._file = _Lasting(self._file)  # type: ignore[assignment]  # what it leads to is still a file

    def run_input_thread(self) -> None:
        """Hand on what is typed, until the end or until nobody is there."""
        with suppress(OSError):
            super().run_input_thread()
