"""Rule I2 where it counts: processes killed at random moments, and what the next one finds."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

CHILD = Path(__file__).parents[2] / "support" / "journalled_child.py"
FAMILIES, LIVES = 4, 26
"""Together more than 100 kills."""


class Lives:
    """Lives of one bus after each other, each a process of its own."""

    def __init__(self, place: Path) -> None:
        command = [sys.executable, str(CHILD), str(place)]
        self._parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._commands, self._said = self._parent.stdin, self._parent.stdout.fileno()

    def __enter__(self) -> Lives:
        return self

    def __exit__(self, *_: object) -> None:
        self._commands.close()
        self._parent.wait(60)
        if self._parent.stdout is not None:
            self._parent.stdout.close()

    def live(self, number: int, seconds: float | None) -> list[tuple[str, str, int]]:
        """Run one life, kill it after *seconds* since it was up (None: let it end), and return what it said."""
        self._commands.write(f"{number}\n".encode())
        said = b""
        while b"\n" not in said:
            said += self._read()
        up, process = said.split(b"\n")[0].split()
        assert up == b"up"
        if seconds is not None:
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                if select.select([self._said], [], [], left)[0]:
                    said += self._read()
            os.kill(int(process), signal.SIGKILL)
        while not said.endswith(b"gone\n"):
            said += self._read()
        lines = [line.split() for line in said.decode().split("\n")[1:-2]]
        return [(what, session, int(n)) for what, session, n in lines]

    def _read(self) -> bytes:
        found = os.read(self._said, 1 << 16)
        assert found, "the parent of all lives has ended"
        return found


class Handled:
    """What was handled in each session in all lives, and which of it is certain to be acknowledged in the store."""

    def __init__(self) -> None:
        self.order: dict[str, list[int]] = defaultdict(list)
        self.certain: dict[str, set[int]] = defaultdict(set)
        self.begin_life()

    def begin_life(self) -> None:
        """A process begins: what is not certain may come again."""
        self.again: dict[str, list[int]] = defaultdict(list)
        self._before = {session: set(numbers) for session, numbers in self.order.items()}
        self._unwritten: dict[str, list[int]] = defaultdict(list)
        self._being_written: dict[int, dict[str, list[int]]] = {}

    def handle(self, session: str, n: int) -> None:
        """Take note of an attempt; whatever was attempted before it in its session is acknowledged (B1)."""
        if n in self._before.get(session, ()):
            assert n not in self.certain[session], f"{session} {n} comes again although it was acknowledged"
            self.again[session].append(n)
        self.order[session].append(n)
        self._unwritten[session].append(n)

    def writing(self, batch: int) -> None:
        """Take note that all acknowledgements up to now are in *batch* or were in one before it."""
        self._being_written[batch] = {session: numbers[:-1] for session, numbers in self._unwritten.items()}
        self._unwritten = defaultdict(list, {session: numbers[-1:] for session, numbers in self._unwritten.items()})

    def written(self, batch: int) -> None:
        """Take note that *batch* outlives the process."""
        for session, numbers in self._being_written.pop(batch).items():
            self.certain[session].update(numbers)


@pytest.mark.parametrize("family", range(FAMILIES))
def test_nothing_accepted_is_lost_however_often_the_process_is_killed(tmp_path: Path, family: int) -> None:
    """I2, B1: nothing is missing, order per session is kept, and what comes again was not acknowledged in the store.

    That is the last one of each session, and those before it whose acknowledgements were not written yet.
    """
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    rng = random.Random(seed)
    accepted: dict[str, list[int]] = defaultdict(list)
    handled, repeats = Handled(), 0
    with Lives(tmp_path / "state") as lives:
        for number in [*range(1, LIVES + 1), -1]:
            handled.begin_life()
            for what, session, n in lives.live(number, rng.uniform(0.0, 0.06) if number > 0 else None):
                if what == "a":
                    accepted[session].append(n)
                elif what == "d":
                    handled.handle(session, n)
                elif what == "w":
                    handled.writing(n)
                else:
                    handled.written(n)
            for session, numbers in handled.again.items():
                assert numbers == sorted(numbers), f"{session} out of order"
                assert len(numbers) == len(set(numbers)), f"{session} twice in one life"
                repeats += len(numbers)
    total = sum(map(len, accepted.values()))
    assert total > LIVES
    for session, numbers in accepted.items():
        missing = set(numbers) - set(handled.order[session])
        assert not missing, f"{session} lost {sorted(missing)[:5]}"
        firsts = list(dict.fromkeys(handled.order[session]))
        assert firsts == sorted(firsts), f"{session} out of order"
    certain = sum(map(len, handled.certain.values()))
    print(f"{total} accepted, {certain} acknowledged for certain, {repeats} came again")
    assert certain, "nothing is shown about what does not come again"
