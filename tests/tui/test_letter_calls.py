"""What is asked of the dead letters of an engine by name, and files that are written and read."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.engines import LONG, running
from support.fake_engine import FakeEngine
from woodwork_engine.errors import SettingError, WoodworkError
from woodwork_engine.snapshot import JobState
from woodwork_tui.letter_calls import CALLS
from woodwork_tui.state.letter_said import Exported

FLOW = """
ask = input cli { to: audit }
audit = function python { path: "audit.py", function: handle, retry: { max_retries: 0 } }
"""


async def call(engine: FakeEngine, action: str, **arguments: object) -> object:
    return await CALLS[action](engine.letters, arguments)


async def test_exactly_the_letters_that_were_named_are_replayed_the_way_that_was_asked():
    engine = FakeEngine()
    job = await call(
        engine, "replay_many", dlq_ids=["a", "b"], where="node:x", rate=5.0, canary=1, stop_after=2, once=True,
        reroute=False, force=True,
    )  # fmt: skip

    ((name, asked),) = engine.asked
    order = asked["order"]
    assert (name, order.choice.ids, order.choice.where) == ("replay_many", frozenset("ab"), "")
    assert (order.rate, order.canary, order.stop_after, order.once, order.force) == (5.0, 1, 2, True, True)
    assert job.total == 2


async def test_an_order_that_makes_no_sense_is_refused_with_a_sentence():
    with pytest.raises(SettingError, match="rate"):
        await call(FakeEngine(), "preview_replay", dlq_ids=["a"], rate=-1.0)


async def test_an_export_never_takes_the_place_of_a_file_and_says_so(tmp_path: Path):
    there = tmp_path / "letters.jsonl"
    there.write_text("mine")

    with pytest.raises(WoodworkError, match="is there already; name another file"):
        await call(FakeEngine(), "export_letters", dlq_ids=["a"], file=str(there))
    assert there.read_text() == "mine"
    with pytest.raises(WoodworkError, match="cannot be written: No such file"):
        await call(FakeEngine(), "export_letters", dlq_ids=["a"], file=str(tmp_path / "no" / "x"))


async def test_an_export_writes_a_line_a_letter(tmp_path: Path):
    file = tmp_path / "letters.jsonl"

    assert await call(FakeEngine(), "export_letters", dlq_ids=["b", "a"], file=str(file)) == Exported(2, str(file))
    assert file.read_text() == "a\nb\n"


@pytest.mark.parametrize(("content", "why"), [(None, "cannot be read"), (b"\xff\xfe", "is not UTF-8 text")])
async def test_a_file_that_cannot_be_imported_is_told_with_the_reason(tmp_path: Path, content: bytes | None, why: str):
    file = tmp_path / "letters.jsonl"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(WoodworkError, match=why):
        await call(FakeEngine(), "import_letters", file=str(file))


async def test_letters_are_noted_exported_purged_imported_and_replayed_on_a_running_flow(tmp_path: Path):
    (tmp_path / "audit.py").write_text("def handle(data):\n    raise ValueError(data)\n")
    file = str(tmp_path / "letters.jsonl")
    with running(tmp_path, FLOW) as flow:
        for n in range(3):
            flow.send("ask", {"n": n}, "s-1")
        flow.until(lambda shown: shown.totals.dead_letters == 3)
        ids = [one.dlq_id for one in flow.engine.letters.select().result(LONG)]
        assert await call(flow.engine, "note_letters", dlq_ids=ids[:2], text="seen") == 2
        assert (await call(flow.engine, "export_letters", dlq_ids=ids, file=file)).count == 3
        assert await call(flow.engine, "purge_letters", dlq_ids=ids) == 3
        assert len((await call(flow.engine, "import_letters", file=file)).ids) == 3
        ids = [one.dlq_id for one in flow.engine.letters.select().result(LONG)]
        how = {"dlq_ids": ids, "rate": 0.01, "canary": 0, "stop_after": None}
        assert (await call(flow.engine, "preview_replay", **how)).total == 3
        job = await call(flow.engine, "replay_many", **how)
        assert await call(flow.engine, "pause_job", job_id=job.id)
        assert await call(flow.engine, "resume_job", job_id=job.id)
        assert await call(flow.engine, "cancel_job", job_id=job.id)
        shown = flow.until(lambda shown: shown.jobs)
        assert shown.jobs[-1].state is JobState.CANCELLED
