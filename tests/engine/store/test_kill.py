"""Rule I2 where it counts: processes killed at random moments, and what the next one finds."""

from __future__ import annotations

import os
import random
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


def live(place: Path, number: int, seconds: float | None) -> list[tuple[str, str, int]]:
    """Run one life, kill it after *seconds* since it was up (None: let it end), and return what it said."""
    child = subprocess.Popen([sys.executable, str(CHILD), str(place), str(number)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"up\n"
    if seconds is not None:
        os.set_blocking(child.stdout.fileno(), False)
        said, end = b"", time.monotonic() + seconds
        while time.monotonic() < end:
            said += child.stdout.read() or b""
            time.sleep(0.0005)
        child.send_signal(signal.SIGKILL)
        child.wait()
        os.set_blocking(child.stdout.fileno(), True)
        said += child.stdout.read()
    else:
        said, _ = child.communicate(timeout=60)
    child.stdout.close()
    lines = said.decode().split("\n")[:-1]
    return [(what, session, int(n)) for what, session, n in (line.split() for line in lines)]


@pytest.mark.parametrize("family", range(FAMILIES))
def test_nothing_accepted_is_lost_however_often_the_process_is_killed(tmp_path: Path, family: int) -> None:
    """I2, B1: nothing accepted is missing, order per session is kept, and only the last unsettled come twice."""
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    rng = random.Random(seed)
    accepted: dict[str, list[int]] = defaultdict(list)
    handled: dict[str, list[int]] = defaultdict(list)
    repeats = 0
    for number in [*range(1, LIVES + 1), -1]:
        said = live(tmp_path / "state", number, rng.uniform(0.0, 0.06) if number > 0 else None)
        before = {session: set(numbers) for session, numbers in handled.items()}
        again: dict[str, list[int]] = defaultdict(list)
        for what, session, n in said:
            if what == "a":
                accepted[session].append(n)
            elif n in before.get(session, ()):
                again[session].append(n)
            handled[session].append(n) if what == "d" else None
        for session, numbers in again.items():
            assert numbers == sorted(numbers), f"seed {seed}: {session} out of order"
            assert len(numbers) == len(set(numbers)), f"seed {seed}: {session} twice in one life"
            repeats += len(numbers)
    total = sum(map(len, accepted.values()))
    assert total > LIVES
    for session, numbers in accepted.items():
        missing = set(numbers) - set(handled[session])
        assert not missing, f"seed {seed}: {session} lost {sorted(missing)[:5]}"
        firsts = list(dict.fromkeys(handled[session]))
        assert firsts == sorted(firsts), f"seed {seed}: {session} out of order"
    print(f"{total} accepted, {repeats} came again")
    assert repeats < total / 2
