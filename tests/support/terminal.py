"""A program in a real pseudo-terminal: keys go in, the screen a person would see comes out."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

KEYS = {
    "enter": "\r", "esc": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "space": " ", "backspace": "\x7f",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pgup": "\x1b[5~", "pgdn": "\x1b[6~", "delete": "\x1b[3~", "f1": "\x1bOP", "f12": "\x1b[24~",
}  # fmt: skip

# Becomes leader of the session that Popen made, takes the terminal on descriptor 2 as its own, and turns into the
# program: done in a process of its own because a fork with Python code in it is unsafe beside threads.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(2, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)

# What a terminal is asked and pyte takes for text: keyboard protocol, mode reports, device control strings.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*[u$pq]+|\x1bP[^\x1b]*\x1b\\|\x1b\[[0-9;]*t")
_UNFINISHED = re.compile(rb"\x1b(?:\[[<>=?0-9;]*|P[^\x1b]*)?$")


class NotShownError(AssertionError):
    """The screen did not come to what was waited for; the message holds the screen."""


class Terminal:
    """A program running in a pseudo-terminal of *columns* x *lines*; ends the program when the block is left.

    With *piped_input* the program's standard input is that text instead of the terminal.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        columns: int = 120,
        lines: int = 36,
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
        piped_input: bytes | None = None,
    ) -> None:
        self.raw = bytearray()
        """Every byte the program has written."""
        self.bytes_per_second: int | None = None
        """How fast the line to the terminal is; None: as fast as can be."""
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._held = b""
        self._master, slave = os.openpty()
        self._set_size(columns, lines)
        known = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        colours = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, *(str(word) for word in command)],
            stdin=slave if piped_input is None else subprocess.PIPE,
            stdout=slave,
            stderr=slave,
            env={**known, **colours, **(env or {})},
            cwd=folder,
            start_new_session=True,
        )
        os.close(slave)
        if piped_input is not None and self.process.stdin is not None:
            self.process.stdin.write(piped_input)
            self.process.stdin.close()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def text(self) -> str:
        """The screen as it was last read: one string, lines without trailing blanks."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        """Press *keys*: names of `KEYS`, `ctrl+x`, or text to type."""
        for key in keys:
            typed = chr(ord(key[5]) & 0x1F) if key.startswith("ctrl+") and len(key) == 6 else KEYS.get(key, key)
            os.write(self._master, typed.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size; the kernel tells the program."""
        self._screen.resize(lines, columns)
        self._set_size(columns, lines)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def wait_until(self, holds: Callable[[str], bool], *, within: float = 15.0) -> str:
        """Read until *holds* is true of the screen's text and return it; raises NotShownError after *within* s."""
        deadline = time.monotonic() + within
        while not holds(self.text):
            if not self._read(deadline):
                raise NotShownError(f"not shown within {within:g} s or before the program ended; the screen:\n{self}")
        return self.text

    def wait_for(self, *texts: str, within: float = 15.0) -> str:
        """Read until all *texts* are on the screen together."""
        return self.wait_until(lambda screen: all(text in screen for text in texts), within=within)

    def wait_exit(self, *, within: float = 15.0) -> int:
        """Read until the program has ended; return its exit status, negative for a signal."""
        deadline = time.monotonic() + within
        while self._read(deadline):
            pass
        try:
            return self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise NotShownError(f"the program did not end within {within:g} s; the screen:\n{self}") from None

    def watch(self, seconds: float) -> str:
        """Read what the program writes for *seconds* and return the screen's text then."""
        deadline = time.monotonic() + seconds
        while self._read(deadline):
            pass
        return self.text

    def hang_up(self) -> None:
        """Take the terminal away, as when its window is closed; the kernel tells the program."""
        os.close(self._master)
        self._master = -1

    def restored(self) -> bool:
        """Whether the terminal is out of raw mode: it echoes and reads lines again."""
        local = termios.tcgetattr(self._master)[3]
        return bool(local & termios.ECHO and local & termios.ICANON)

    def close(self) -> None:
        """End the program if it still runs, and let the terminal go."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def __str__(self) -> str:
        return self.text

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self, deadline: float) -> bool:
        """Take in what the program writes next; False when it has ended or the deadline has passed."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self._master], [], [], left)[0]:
            return False
        try:
            data = os.read(self._master, 65536 if self.bytes_per_second is None else 1024)
        except OSError:  # the other side is closed
            return False
        if not data:
            return False
        if self.bytes_per_second is not None:
            time.sleep(len(data) / self.bytes_per_second)
        self.raw += data
        self._answer(data)
        data = _UNKNOWN_TO_PYTE.sub(b"", self._held + data)
        unfinished = _UNFINISHED.search(data)
        self._held = data[unfinished.start() :] if unfinished else b""
        self._stream.feed(data[: unfinished.start()] if unfinished else data)
        return True

    def _answer(self, data: bytes) -> None:
        if b"\x1b[6n" in data:
            os.write(self._master, b"\x1b[1;1R")
        if b"\x1b[c" in data:
            os.write(self._master, b"\x1b[?62c")
