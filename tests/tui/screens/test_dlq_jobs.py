"""Replays of many dead letters on the DLQ tab: how far they are, and what a person does about them."""

from __future__ import annotations

from dataclasses import replace

from support.dead_letters import HOSTILE, letter
from support.dlq_host import DlqHost
from support.scene import NOW, scene
from woodwork_engine.snapshot import JobState, ReplayJob, ReplayOutcome
from woodwork_tui.screens.job import JobScreen

LARGE, SMALL = (120, 36), (80, 24)
RUNNING = ReplayJob(
    "job-2", JobState.RUNNING, 300, sent=12, ok=9, failed=1, refused=1, in_flight=2, rate=5.0, canary=1,
    started_at=NOW - 3, outcomes=(
        ReplayOutcome("dl-000001", "ok", NOW - 2),
        ReplayOutcome("dl-000002", "died again", NOW - 1, "dl-000311"),
        ReplayOutcome("dl-000003", "refused", NOW, "dl-000003 was replayed before"),
    ),
)  # fmt: skip
ENDED = ReplayJob(
    "job-1", JobState.STOPPED, 9, sent=3, ok=2, failed=1, ended_at=NOW - 60, problem="1 replay died again"
)


def host(*jobs: ReplayJob) -> DlqHost:
    return DlqHost([letter("d1", at=NOW)], snapshot=replace(scene().snapshot, jobs=jobs))


async def test_jobs_stand_below_the_letters_with_progress_and_what_became_of_them():
    app = host(ENDED, RUNNING)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert app.lines("─ Replays ─")
        assert app.lines("job-2", "● running", "13/300", "9", "57s")
        assert app.lines("job-1", "✗ stopped", "1 replay died again")


async def test_a_job_that_has_ended_stays_in_sight_for_five_minutes():
    app = host(ENDED)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert app.lines("job-1")
        app.again(now=NOW + 300)
        await pilot.pause()
        assert not app.lines("job-1")
        assert not app.lines("─ Replays ─")


async def test_without_jobs_the_letters_have_all_the_room():
    app = host()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert not app.lines("─ Replays ─")


async def test_p_pauses_a_job_and_lets_it_go_on_and_k_cancels_it():
    app = host(RUNNING)
    async with app.run_test(size=LARGE) as pilot:
        app.tab.query_one("#jobs").focus()
        await pilot.press("p")
        app.again(snapshot=replace(app.view.snapshot, jobs=(replace(RUNNING, state=JobState.PAUSED),)))
        await pilot.press("p", "K")
        await pilot.pause()

    job = {"job_id": "job-2"}
    assert app.acts == [("pause_job", job), ("resume_job", job), ("cancel_job", job)]


async def test_a_job_that_is_over_is_left_alone():
    app = host(ENDED)
    async with app.run_test(size=LARGE) as pilot:
        app.tab.query_one("#jobs").focus()
        await pilot.press("p", "K")
        await pilot.pause()

    assert app.acts == []


async def test_enter_lists_what_became_of_each_letter_and_keeps_up_with_the_job():
    app = host(RUNNING)
    async with app.run_test(size=LARGE) as pilot:
        app.tab.query_one("#jobs").focus()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, JobScreen)
        assert app.lines("9 ok, 1 died again, 1 refused, 2 under way, 287 not sent")
        assert app.lines("Results (the last 3 of 11, newest first)")
        assert app.lines("✗ dl-000002", "died again as dl-000311")
        assert app.lines("dl-000003", "refused dl-000003 was replayed before")

        app.again(snapshot=replace(app.view.snapshot, jobs=(replace(RUNNING, ok=10, in_flight=1),)))
        await pilot.pause()
        assert app.lines("10 ok, 1 died again")
        await pilot.press("p", "K", "escape")
        await pilot.pause()
        assert not isinstance(app.screen, JobScreen)

    assert [name for name, _ in app.acts] == ["pause_job", "cancel_job"]


async def test_a_job_that_is_forgotten_while_it_is_looked_at_is_told():
    app = host(RUNNING)
    async with app.run_test(size=SMALL) as pilot:
        app.tab.query_one("#jobs").focus()
        await pilot.press("enter")
        app.again(snapshot=replace(app.view.snapshot, jobs=()))
        await pilot.press("p", "K")
        await pilot.pause()
        assert app.lines("This job is over and no longer kept.")

    assert app.acts == []


async def test_hostile_problems_and_reasons_of_a_job_harm_nothing():
    for text in HOSTILE[:-1]:
        outcome = ReplayOutcome(text[:99], "refused", NOW, text)
        app = host(replace(RUNNING, problem=text, where=text, outcomes=(outcome,)))
        async with app.run_test(size=SMALL) as pilot:
            app.tab.query_one("#jobs").focus()
            await pilot.press("enter")
            await pilot.pause()
            assert "\x1b" not in app.painted()
