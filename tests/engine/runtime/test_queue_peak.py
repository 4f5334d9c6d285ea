"""How deep a queue has been, and when."""

from __future__ import annotations

import time
from pathlib import Path

from support.engines import running


def test_a_snapshot_tells_the_deepest_a_queue_has_been_and_when(tmp_path: Path):
    begun = time.time()
    with running(tmp_path, "ask = input cli { to: answer }\nanswer = echo {}\nsay = output console {}\n") as flow:
        flow.send("ask", "hello")
        answer = flow.until_empty().node("answer")

    assert answer is not None
    assert answer.peak >= 1
    assert begun <= answer.peak_at <= time.time()
