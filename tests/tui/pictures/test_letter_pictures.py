"""Retries and dead letters look as they did, and so do the dialogs about them."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from support.fake_engine import FakeEngine
from support.pictured import Step
from support.scene import NOW, scene
from woodwork_engine.dead_letter import DeadLetter, DeadState, Note, Resolution
from woodwork_engine.payload import encode
from woodwork_engine.snapshot import JobState, ReplayJob, ReplayOutcome

WIDE, NARROW, SMALL = (120, 36), (80, 24), (60, 20)
SIZES = pytest.mark.parametrize("size", [WIDE, NARROW, SMALL], ids=lambda size: f"{size[0]}x{size[1]}")
RUNNING = Step("6 nodes")
OPENED = Step("Dead letters 9 ", ("6",))
JOBS = (
    ReplayJob(
        "job-1", JobState.STOPPED, 9, sent=4, ok=3, failed=1, rate=5.0, canary=1, started_at=NOW - 90,
        ended_at=NOW - 80, problem="1 replay died again; it was to stop after 1",
    ),
    ReplayJob(
        "job-2", JobState.RUNNING, 300, sent=118, ok=110, failed=2, refused=1, in_flight=6, rate=5.0, canary=1,
        started_at=NOW - 24, outcomes=(
            *(ReplayOutcome(f"dl-{n:06d}", "ok", NOW - 12 + n) for n in range(1, 9)),
            ReplayOutcome("dl-000009", "died again", NOW - 2, "dl-000311"),
            ReplayOutcome("dl-000010", "refused", NOW - 1, "dl-000010 was replayed before; replay it again with force"),
        ),
    ),
)  # fmt: skip


def letters() -> tuple[DeadLetter, ...]:
    """Return nine letters of three reasons, one noted, one replayed in vain, and three in the trash."""
    first, second, third = scene().dead_letters
    made = []
    for number in range(12):
        one = (first, second, third)[number % 3]
        made.append(msgspec.structs.replace(one, dlq_id=f"dl-{number + 1:06d}", at=NOW - 400 + 30 * number))
    made[3] = msgspec.structs.replace(made[3], notes=(Note(NOW - 30, "person", "the books team is on it"),))
    thrown = Resolution("person", NOW - 60)
    for number in (9, 10, 11):
        made[number] = msgspec.structs.replace(made[number], state=DeadState.DISCARDED, resolution=thrown)
    return tuple(made)


def desk(**parts: object) -> FakeEngine:
    """Return an engine with these letters; *parts* are of its snapshot."""
    shown = scene()
    engine = FakeEngine(replace(shown, dead_letters=letters()))
    rows = tuple(replace(row, encoded=encode({"text": "hi", "files": []})) for row in shown.snapshot.retries)
    engine.snap(**{"dead_version": 2, "totals": {"dead_letters": 9}, "retries": rows, **parts})
    return engine


@SIZES
def test_groups_with_notes_and_running_jobs_look_as_they_did(look_as_before, size):
    look_as_before(RUNNING, OPENED, Step("job-2"), size=size, engine=desk(jobs=JOBS))


@SIZES
def test_the_replay_dialog_looks_as_it_did(look_as_before, size):
    look_as_before(RUNNING, OPENED, Step("Attempts  (", ("R",)), size=size, engine=desk())


def test_the_replay_dialog_of_one_letter_looks_as_it_did(look_as_before):
    look_as_before(RUNNING, OPENED, Step("Replay 1 message", ("enter", "R")), size=NARROW, engine=desk())


def test_the_replay_dialog_looks_as_it_did_in_the_light_theme(look_as_before):
    steps = (RUNNING, OPENED, Step("Attempts  (", ("R",)))
    look_as_before(*steps, size=NARROW, engine=desk(), theme="woodwork-light")


def test_the_replay_dialog_looks_as_it_did_in_ascii(look_as_before):
    look_as_before(RUNNING, OPENED, Step("Attempts  (", ("R",)), size=NARROW, engine=desk(), ascii_only=True)


def test_dead_letters_look_as_they_did_without_colours(look_as_before, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    look_as_before(RUNNING, OPENED, Step("[x]", ("enter", "space")), size=NARROW, engine=desk(jobs=JOBS))


@SIZES
def test_the_results_of_a_job_look_as_they_did(look_as_before, size):
    steps = (RUNNING, Step("DLQ", ("6",)), Step("Results (the last 10", ("colon", *"job show job-2", "enter")))
    look_as_before(*steps, size=size, engine=desk(jobs=JOBS))


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x36", "60x20"])
def test_the_trash_looks_as_it_did(look_as_before, size):
    look_as_before(RUNNING, OPENED, Step("Trash 3", ("v",) * 4), Step("[ ]", ("enter",)), size=size, engine=desk())


@pytest.mark.parametrize(
    ("key", "words"), [("semicolon", "Note on "), ("X", "type purge"), ("x", "9 shown")], ids=["note", "purge", "file"]
)
def test_the_dialogs_about_notes_purges_and_files_look_as_they_did(look_as_before, key, words):
    look_as_before(RUNNING, OPENED, Step(words, (key,)), size=NARROW, engine=desk())


@pytest.mark.parametrize("size", [NARROW, SMALL], ids=["80x24", "60x20"])
def test_retries_look_as_they_did_on_small_screens(look_as_before, size):
    look_as_before(RUNNING, Step("Retries 2 ·", ("5",)), size=size, engine=desk())


@SIZES
def test_the_editor_of_a_retry_looks_as_it_did(look_as_before, size):
    look_as_before(RUNNING, Step("Retries 2 ·", ("5",)), Step("Edit the retry", ("e",)), size=size, engine=desk())
