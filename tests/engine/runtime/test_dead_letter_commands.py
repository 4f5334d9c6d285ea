"""What can be done about the dead letters of a running flow, from any thread."""

from __future__ import annotations

from support.engines import LONG, running
from woodwork_engine.bus.replay_order import BulkReplay
from woodwork_engine.dead_letter_filter import LetterChoice

FAILING = """
in = input cli { to = "step" }
step = function python { path = "step.py", function = "work", retry = { max_retries = 0 } }
"""

BAD = "def work(data):\n    raise ValueError(data)\n"
GOOD = "def work(data):\n    return None\n"


def test_letters_are_found_noted_exported_purged_imported_and_replayed_in_bulk(tmp_path):
    """E1, E6: each command answers with a future, and the job stands in the snapshot, also after a reload."""
    tmp_path.joinpath("step.py").write_text(BAD)
    with running(tmp_path, FAILING) as flow:
        letters = flow.engine.letters
        for number in range(4):
            flow.send("in", f"m{number}", f"s-{number % 2}")
        flow.until(lambda shown: shown.totals.dead_letters == 4)
        ids = [one.dlq_id for one in letters.select(LetterChoice(session="s-1")).result(LONG)]
        assert letters.note(ids, "seen").result(LONG) == 2
        lines = list(letters.export(LetterChoice("note:seen")).result(LONG))
        assert letters.purge(LetterChoice("note:seen"), unresolved=True).result(LONG) == 2
        assert len(letters.import_([*lines, "{"]).result(LONG).problems) == 1
        assert letters.preview(BulkReplay()).result(LONG).total == 4
        job = letters.replay(BulkReplay(rate=0.01)).result(LONG)
        assert letters.pause_job(job.id).result(LONG)
        tmp_path.joinpath("step.py").write_text(GOOD)
        flow.engine.reload().result(LONG)
        assert letters.resume_job(job.id).result(LONG)
        assert letters.cancel_job(job.id).result(LONG)
        fast = letters.replay(BulkReplay(rate=None)).result(LONG)
        flow.until(lambda shown: {one.id: one.state for one in shown.jobs}.get(fast.id) == "done")
        assert not letters.cancel_job(fast.id).result(LONG)
