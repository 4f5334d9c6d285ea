"""Asks a flow from the command line: by its socket where it runs, else in the state that it has left."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

from woodwork_engine.errors import RequestError, WoodworkError
from woodwork_engine.payload import json_text
from woodwork_engine.runtime.control import NAME, reachable
from woodwork_engine.runtime.resting import ask_at_rest
from woodwork_engine.runtime.state import folder_beside
from woodwork_tui.text import visible

SECONDS = 60.0
"""How long an answer may take."""


class NotRunningError(WoodworkError):
    """Nobody listens in the state folder of the flow."""


class Asking:
    """One flow, asked once or more; *running* tells whether it answers itself."""

    def __init__(self, file: str, state: str | None) -> None:
        self._file = file
        self.folder = folder_beside(file) if state is None else Path(state)
        self._socket = self._connect()
        self._lines = None if self._socket is None else self._socket.makefile("rb")

    @property
    def running(self) -> bool:
        """Whether the flow runs."""
        return self._socket is not None

    def ask(self, request: dict[str, object]) -> object:
        """Return the answer to *request*; raises WoodworkError."""
        if self._socket is None or self._lines is None:
            if not self.folder.is_dir():
                raise RequestError(f"{self.folder} does not exist: nothing of {self._file} is kept there; see --state")
            return ask_at_rest(self.folder, Path(self._file).name, request)
        try:
            self._socket.sendall(json_text(request).encode() + b"\n")
            line = self._lines.readline()
        except OSError as error:
            raise RequestError(f"{self._file} does not answer: {error}") from error
        if not line:
            raise RequestError(f"{self._file} has ended meanwhile")
        answer = json.loads(line)
        if not answer["ok"]:
            raise RequestError(answer["error"])
        return answer["result"]

    def close(self) -> None:
        """Hang up."""
        if self._lines is not None:
            self._lines.close()
        if self._socket is not None:
            self._socket.close()

    def _connect(self) -> socket.socket | None:
        if not (self.folder / NAME).exists():
            return None
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        try:
            with reachable(self.folder / NAME) as name:
                line.connect(name)
        except OSError:  # left behind by one that was killed
            line.close()
            return None
        return line


def say(sentence: str) -> None:
    """Tell a person on standard error."""
    print(f"woodwork-tui: {visible(sentence)}", file=sys.stderr, flush=True)
