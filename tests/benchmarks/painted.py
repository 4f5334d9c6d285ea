"""An app in a pseudo-terminal whose output is timed and counted, but not drawn: drawing would take longer than it."""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.terminal import NotShownError, Terminal

APP = (sys.executable, "-c", "import sys; from woodwork_tui.cli import main; sys.exit(main())")
TABS = ("Flow", "Messages", "Sessions", "Queues", "Retries", "DLQ", "File", "Health")
COMPILED = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": tempfile.gettempdir() + "/woodwork-benchmark"}
"""As on a person's machine, where modules are compiled once."""
_ASKED_FOR_FRAMES = b"\x1b[?2026$p"
_HAS_FRAMES = b"\x1b[?2026;2$y"
_FRAME = b"\x1b[?2026h"
_STYLE = re.compile(rb"\x1b\[[0-9;]*m")


class Painted(Terminal):
    """A program whose bytes are kept as they come; it is told that the terminal takes whole frames."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        super().__init__(command, env=COMPILED)
        self._told = False

    def _read(self, deadline: float) -> bool:
        self._stream.feed = lambda data: None  # type: ignore[method-assign]
        more = super()._read(deadline)
        if not self._told and _ASKED_FOR_FRAMES in self.raw:
            self._told = True
            os.write(self._master, _HAS_FRAMES)
        return more

    def seconds_until(self, text: str, *, within: float = 30.0) -> float:
        """Return how many seconds from now on *text* is painted; raises NotShownError."""
        began, start = time.perf_counter(), len(self.raw)
        wanted = text.encode()
        while wanted not in _STYLE.sub(b"", bytes(self.raw[start:])):
            if not self._read(time.monotonic() + within):
                raise NotShownError(f"{text!r} was not painted within {within:g} s or before the program ended")
        return time.perf_counter() - began

    def frames(self, seconds: float) -> float:
        """Return how many frames a second are painted in the next *seconds*."""
        start = len(self.raw)
        self.watch(seconds)
        return self.raw.count(_FRAME, start) / seconds

    def tab_times(self, numbers: Sequence[int]) -> list[float]:
        """Return the seconds from the key of each tab in *numbers*, one after the other, to its paint."""
        times = []
        for number in numbers:
            self.press(str(number))
            times.append(self.seconds_until(f"[{number} {TABS[number - 1]}"))
            self.watch(0.05)
        return times


def seconds_to_first(command: Sequence[str | Path], text: str, rounds: int) -> list[float]:
    """Return the seconds from the start of *command* to the paint of *text*, once for each round."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        with Painted(command) as app:
            app.seconds_until(text)
            times.append(time.perf_counter() - began)
    return times


def processor_seconds(pid: int, thread: int | None = None) -> float:
    """Return the processor time in s that *pid* has used, or one *thread* of it; the interface is the thread *pid*."""
    part = f"/proc/{pid}/stat" if thread is None else f"/proc/{pid}/task/{thread}/stat"
    fields = Path(part).read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that *percent* of *values* do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
