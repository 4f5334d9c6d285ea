"""Rule I2 seen by a person: the app on a durable flow, killed in mid-traffic and started again, shows the same."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections import defaultdict
from contextlib import closing

import pytest

from support.terminal import Terminal
from woodwork_engine.payload import decode

COMMAND = [sys.executable, "-c", "import sys; from woodwork_tui.cli import main; sys.exit(main())"]
FLOW = """\
deployment = local { durable = true }
tickets = input generator {
    rate: 40
    sessions: 3
    payload: "ticket {n}"
    to: desk
}
desk = function python {
    path: "desk.py"
    function: handle
    to: []
    concurrency: 1
    ttl: none
    retry: { max_retries: 0 }
}
"""
DESK = """\
import time
def handle(data):
    with open("done.txt", "a") as done:
        done.write(f"{data}\\n")
    time.sleep(0.1)
    if int(data.split()[1]) % 7 == 3:
        raise ConnectionError("refused")
"""


@pytest.fixture
def flow(tmp_path):
    (tmp_path / "main.ww").write_text(FLOW)
    (tmp_path / "desk.py").write_text(DESK)
    return tmp_path


def shown_counts(screen):
    """Return how much is queued and how many dead letters there are, as the header says."""
    queued, dead = re.search(r"queued (\d+)", screen), re.search(r"DLQ (\d+)", screen)
    return (int(queued[1]), int(dead[1])) if queued and dead else (-1, -1)


def kept(folder):
    """Return session and payload of what waits, in order, and the ids of the dead letters, as a kill left them."""
    with closing(sqlite3.connect(f"file:{folder}/.woodwork/state.db?mode=ro", uri=True)) as store:
        rows = store.execute("SELECT session, payload FROM deliveries WHERE target = 'desk' ORDER BY seq").fetchall()
        letters = store.execute("SELECT dlq_id FROM letters ORDER BY number").fetchall()
    return [(session, decode(payload)) for session, payload in rows], [name for (name,) in letters]


def test_queues_and_dead_letters_are_the_same_after_a_kill_and_order_is_kept(flow):
    """I2, B1: kill -9 in mid-traffic, started again while everything is held: the screen shows what the store holds."""
    with Terminal([*COMMAND, "main.ww"], folder=flow) as first:
        first.wait_until(lambda screen: shown_counts(screen)[0] >= 20 and shown_counts(screen)[1] >= 2, within=60)
        first.process.kill()
        first.process.wait()
    waiting, letters = kept(flow)
    assert len(waiting) >= 10
    assert len(letters) >= 2
    handled = (flow / "done.txt").read_text().splitlines()
    # No more traffic and a worker that waits: what is on the screen then stands still.
    (flow / "main.ww").write_text(FLOW.replace("rate: 40", "rate: 40\n    count: 1"))
    (flow / "desk.py").write_text(
        DESK.replace("import time\n", "import os, time\n").replace(
            "def handle(data):\n", "def handle(data):\n    while not os.path.exists('go'):\n        time.sleep(0.01)\n"
        )
    )
    with Terminal([*COMMAND, "main.ww"], folder=flow) as second:
        # the one message that the generator sends now comes behind them
        second.wait_until(lambda screen: shown_counts(screen) == (len(waiting) + 1, len(letters)), within=60)
        second.press("4")
        second.wait_for("[4 Queues]", f"{len(waiting) + 1}")
        second.press("6")
        second.wait_for("[6 DLQ", "exhausted")
        assert kept(flow)[1] == letters
        (flow / "go").touch()
        second.wait_until(lambda screen: shown_counts(screen)[0] == 0, within=60)
    after = (flow / "done.txt").read_text().splitlines()[len(handled) :]
    expected = defaultdict(list)
    place = {payload: session for session, payload in waiting}
    for session, payload in waiting:
        expected[session].append(payload)
    found = defaultdict(list)
    for payload in after[: len(waiting)]:
        found[place.get(payload, "new")].append(payload)
    assert {name: list(dict.fromkeys(found[name])) for name in expected} == expected
