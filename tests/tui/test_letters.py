"""Dead letters and retries in the whole app: by command, by palette, in footer and help; the engine is a fake."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fake_engine import FakeEngine
from support.scene import NOW, scene
from support.whole_app import Shown, whole_app
from woodwork_engine.errors import WoodworkError
from woodwork_engine.payload import encode
from woodwork_engine.snapshot import JobState, ReplayJob
from woodwork_tui import actions
from woodwork_tui.screens.ask_typed import AskTyped
from woodwork_tui.screens.job import JobScreen
from woodwork_tui.screens.payload_editor import PayloadEditor
from woodwork_tui.screens.replay_dialog import ReplayDialog
from woodwork_tui.screens.retry_editor import RetryEditor
from woodwork_tui.state import commands

JOB = ReplayJob("job-1", JobState.RUNNING, 9, sent=3, rate=5.0, started_at=NOW - 2)


def desk() -> FakeEngine:
    """Return the scene's engine with a payload in each retry and one replay job."""
    shown = scene()
    engine = FakeEngine(shown)
    rows = tuple(replace(row, encoded=encode({"n": 1})) for row in shown.snapshot.retries)
    engine.snap(jobs=(JOB,), retries=rows)
    return engine


def ids_of(shown: Shown) -> list[str]:
    return [one.dlq_id for one in shown.engine.dead_letters()]


async def test_a_replay_of_what_a_filter_finds_is_asked_about_and_told_as_the_command_that_does_the_same(tmp_path):
    async with whole_app(tmp_path, engine=desk()) as shown:
        await shown.command('replay dlq where error~"refused" rate 30/m canary 1')
        assert isinstance(shown.app.screen, ReplayDialog)
        assert "[ Replay 2 messages ]" in shown.painted()
        shown.app.screen.query_one("#yes").focus()
        await shown.press("enter")
        ((name, asked),) = shown.engine.asked
        order = asked["order"]
        assert (name, order.rate, order.canary, len(order.choice.ids)) == ("replay_many", 0.5, 1, 2)
        assert shown.toasts[-1][0] == 'replay dlq where error~"refused" rate 30/m canary 1'
        assert shown.said == "job-1 replays 2 messages; 6 DLQ shows how it goes"


async def test_a_replay_of_what_nothing_matches_asks_nothing(tmp_path):
    async with whole_app(tmp_path, engine=desk()) as shown:
        await shown.command("replay dlq where node:nobody")
        assert shown.said == "No dead letter matches node:nobody."
        assert shown.engine.asked == []


async def test_a_dry_run_from_the_dialog_reaches_the_engine_and_comes_back(tmp_path):
    async with whole_app(tmp_path, engine=desk()) as shown:
        await shown.command("replay dlq where node:audit")
        shown.app.screen.query_one("#also").focus()
        await shown.press("enter")
        assert [name for name, _ in shown.engine.asked] == ["preview"]
        assert "Dry run   2 messages of 1 session: 2 → audit" in shown.painted()
        assert shown.toasts == [], "the dialog shows it"


async def test_the_trash_the_word_for_a_purge_and_the_editors_open_by_command(tmp_path):
    async with whole_app(tmp_path, engine=desk()) as shown:
        await shown.command("trash")
        assert "Trash 0" in shown.painted()
        await shown.command("group reason")
        await shown.command("purge-letters")
        assert isinstance(shown.app.screen, AskTyped)
        await shown.press("escape")
        await shown.command(f"edit-letter {ids_of(shown)[0]}")
        assert isinstance(shown.app.screen, PayloadEditor)
        await shown.press("escape")
        message, target = shown.engine.snapshot().retries[0].key
        await shown.command(f"edit-retry {message} {target}")
        assert isinstance(shown.app.screen, RetryEditor)


async def test_files_are_written_and_read_by_command(tmp_path):
    async with whole_app(tmp_path, engine=desk()) as shown:
        await shown.command(f"export {tmp_path}/letters.jsonl")
        assert shown.said == f"3 dead letters written to {tmp_path}/letters.jsonl"
        assert (tmp_path / "letters.jsonl").read_text().split() == sorted(ids_of(shown))
        await shown.command(f"export {tmp_path}/letters.jsonl")
        assert shown.toasts[-1][2] == "error"
        await shown.command(f"import {tmp_path}/letters.jsonl")
        assert shown.said == "3 dead letters imported"
        await shown.command("import /no/such/file")
        assert shown.said == "/no/such/file cannot be read: No such file or directory"


@pytest.mark.parametrize("word", ["pause", "resume", "cancel"])
async def test_a_job_is_held_let_go_and_ended_by_command(tmp_path, word):
    async with whole_app(tmp_path, engine=desk()) as shown:
        await shown.command(f"job {word} job-1")
        assert shown.engine.asked == [(f"{word}_job", {"job_id": "job-1"})]
        assert shown.toasts[-1][:2] == (f"job {word} job-1", "done")


async def test_a_job_is_shown_by_command(tmp_path):
    async with whole_app(tmp_path, engine=desk()) as shown:
        await shown.command("job show job-1")
        assert isinstance(shown.app.screen, JobScreen)


async def test_an_edited_retry_reaches_the_engine_and_the_dialog_closes(tmp_path):
    async with whole_app(tmp_path, engine=desk()) as shown:
        await shown.press("5", "e")
        shown.app.screen.query_one("JsonEditor").text = '{"n": 2}'
        await shown.press("ctrl+s")
        ((name, asked),) = shown.engine.asked
        assert (name, asked["encoded"]) == ("edit_retry", encode({"n": 2}))
        assert shown.said == "edited; its next attempt gets the new payload"
        assert not isinstance(shown.app.screen, RetryEditor)


async def test_what_the_engine_refuses_is_told_and_nothing_else_happens(tmp_path):
    engine = desk()
    engine.answers["replay_many"] = WoodworkError("8 replays are under way; wait for one or cancel it")
    async with whole_app(tmp_path, engine=engine) as shown:
        await shown.command("replay dlq where node:audit")
        shown.app.screen.query_one("#yes").focus()
        await shown.press("enter")
        assert shown.toasts[-1][1:] == ("8 replays are under way; wait for one or cancel it", "error")


async def test_a_dry_run_is_nothing_that_would_be_repeated_as_a_command(tmp_path):
    async with whole_app(tmp_path, engine=desk()) as shown:
        await shown.command(f"note {ids_of(shown)[0]} seen")
        await shown.command("replay dlq where node:audit")
        shown.app.screen.query_one("#also").focus()
        await shown.press("enter", "escape", "Y")
        assert shown.app.clipboard == f"note {ids_of(shown)[0]} seen"


@pytest.mark.parametrize(
    ("tab", "keys"), [("6", ("R", "e", "D", "u", ";", "x", "X", "v")), ("5", ("R", "K", "e", "p"))]
)
async def test_help_lists_every_key_of_the_tab(tmp_path, tab, keys):
    async with whole_app(tmp_path, engine=desk(), size=(120, 70)) as shown:
        await shown.press(tab, "question_mark")
        shown_keys = {line.strip(" │|").split(" ")[0] for line in shown.painted().splitlines() if line.strip(" │|")}
        assert set(keys) <= shown_keys, shown.painted()


@pytest.mark.parametrize(
    "each", [one.id for one in actions.commands() if one.id.startswith(("dlq.", "job.", "retries."))]
)
def test_every_command_about_letters_and_retries_can_be_completed_from_its_first_letters(each):
    word = actions.action(each).command.split()[0]

    assert any(way.split()[0] == word for way in commands.completions(word[:-1], commands.Names()))
