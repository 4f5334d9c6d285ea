"""The app under load for as long as one likes: its memory, files and threads do not grow.

Only with `WOODWORK_SOAK_SECONDS`, of which it takes at least a minute: before that, what is bounded still fills up.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from support.terminal import Terminal

COMMAND = [sys.executable, "-c", "import sys; from woodwork_tui.cli import main; sys.exit(main())"]
SECONDS = float(os.environ.get("WOODWORK_SOAK_SECONDS", "0"))
LEAST = 60.0
FLOW = """\
source = input generator { rate = 1000, sessions = 100, to = step }
step = echo { to = count }
count = analytics {}
"""
TABS = "12345678"


class Sample(NamedTuple):
    """What a process holds."""

    megabytes: float
    files: int
    threads: int


def sample(pid: int) -> Sample:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return Sample(
        int(status["VmRSS"].split()[0]) / 1024, len(os.listdir(f"/proc/{pid}/fd")), int(status["Threads"].strip())
    )


@pytest.mark.skipif(SECONDS < LEAST, reason=f"set WOODWORK_SOAK_SECONDS to {LEAST:g} or more")
@pytest.mark.timeout(180 + 2 * SECONDS)
def test_an_app_that_watches_a_thousand_messages_a_second_does_not_grow(tmp_path: Path) -> None:
    """H4: whichever tab is looked at."""
    (tmp_path / "main.ww").write_text(FLOW)
    config = tmp_path / "config" / "woodwork-tui"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("ring = 2000\n")  # full within seconds, like the event log
    with Terminal([*COMMAND, "main.ww"], folder=tmp_path, env={"XDG_CONFIG_HOME": str(tmp_path / "config")}) as shown:
        shown.wait_for("k/s", within=60)
        samples = []
        for second in range(int(SECONDS)):
            shown.press(TABS[second % len(TABS)])
            shown.watch(1.0)
            samples.append(sample(shown.process.pid))
        shown.wait_for("● RUN", "k/s", within=60)
    third = len(samples) // 3
    early, late = samples[third : 2 * third], samples[2 * third :]
    assert median(late).megabytes <= 1.1 * median(early).megabytes
    assert max(one.files for one in late) <= max(one.files for one in early)
    assert max(one.threads for one in late) <= max(one.threads for one in early)


def median(samples: list[Sample]) -> Sample:
    return Sample(*(statistics.median(values) for values in zip(*samples, strict=True)))
