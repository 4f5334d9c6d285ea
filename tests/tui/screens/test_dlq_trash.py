"""The trash of the DLQ tab, purging, notes and files."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from support.dead_letters import HOSTILE, letter
from support.dlq_host import DlqHost
from support.scene import NOW
from woodwork_engine.dead_letter import DeadLetter, DeadState, Note
from woodwork_tui.screens.ask_typed import AskTyped

LARGE, SMALL = (120, 36), (80, 24)


def some() -> list[DeadLetter]:
    """Two letters that are open and three in the trash."""
    thrown = [letter(f"t{n}", at=NOW - 300, state=DeadState.DISCARDED, resolved_at=NOW - 90 - n) for n in range(3)]
    return [letter("d1", at=NOW - 240), letter("d2", at=NOW - 180), *thrown]


async def test_the_last_view_is_the_trash_and_says_how_long_letters_are_kept_there():
    """Screens 3.3: soft delete with a restore button and a stated deletion date."""
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("v", "v", "v", "v")
        await pilot.pause()
        assert app.lines("Trash 3 · 1 group by reason")
        assert app.lines("KEPT FOR")
        assert app.lines("u brings back  X forgets for good")
        assert app.lines("[ ]", "t2", "6d23h")
        await pilot.press("v")
        await pilot.pause()
        assert app.lines("Dead letters 2 · 1 group by reason")


async def test_in_the_trash_u_brings_back_the_letter_under_the_cursor():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("v", "v", "v", "v", "enter", "down", "u")
        await pilot.pause()
        assert app.lines("Trash 2")

    assert app.acts == [("restore", {"dlq_ids": ["t1"]})]


async def test_in_the_trash_several_come_back_only_after_a_question_with_the_exact_count():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("v", "v", "v", "v", "enter", "space", "space", "u")
        await pilot.pause()
        assert app.lines("[ Bring back 2 dead letters ]")
        await pilot.press("enter")
        await pilot.pause()
        assert app.acts == []
        await pilot.press("u", "right", "enter")
        await pilot.pause()

    assert app.acts == [("restore", {"dlq_ids": ["t1", "t2"]})]


async def test_in_the_trash_nothing_is_replayed_edited_or_discarded():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("v", "v", "v", "v", "R", "e", "D")
        await pilot.pause()

    assert app.acts == []


async def test_an_empty_trash_says_how_letters_get_there():
    app = DlqHost(some()[:2])
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("v", "v", "v", "v")
        await pilot.pause()
        assert app.lines("The trash is empty. D moves a dead letter here")


async def test_a_purge_asks_for_the_typed_word_and_states_the_exact_count():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "space", "space", "X")
        await pilot.pause()
        assert app.lines("2 dead letters will be forgotten; nothing brings them back.")
        await pilot.press("enter")
        await pilot.press(*"purg", "enter")
        await pilot.pause()
        assert app.acts == []
        assert app.lines("type purge to go on: purg")
        await pilot.press("e", "enter")
        await pilot.pause()
        assert app.lines("No dead letters.")

    assert app.acts == [("purge_letters", {"dlq_ids": ["d1", "d2"]})]


async def test_a_purge_leaves_what_is_under_way_and_is_left_by_escape():
    letters = some()
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("X")
        app.put(letters[0], state=DeadState.REPLAYED)
        await pilot.pause()
        assert app.lines("[ Purge 1 dead letter ]")
        assert app.lines("1 stay: their replay is under way, or they are gone already.")
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, AskTyped)

    assert app.acts == []


async def test_a_purge_looks_once_more_at_the_moment_of_confirming():
    letters = some()
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("X", *"purge")
        del app.letters["d1"]
        app.tab._view = app.view.__class__(
            **{name: getattr(app.view, name) for name in app.view.__slots__}
            | {"dead_letters": tuple(app.letters.values())}
        )
        app.tab._want()
        await pilot.press("enter")
        await pilot.pause()
        assert app.acts == []
        assert app.lines("This has changed just now")
        assert app.lines("[ Purge 1 dead letter ]")


async def test_a_note_is_written_on_the_marked_letters_and_shown_with_their_group():
    letters = some()
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert not app.lines("NOTE"), "nothing is noted"
        await pilot.press("enter", "asterisk", "semicolon")
        await pilot.pause()
        assert app.lines("[ Note on 2 dead letters ]")
        await pilot.press(*"known", "enter")
        app.put(replace(letters[0], notes=(Note(NOW, "person", "known"),)))
        await pilot.pause()
        assert app.lines("NOTE")
        assert app.lines("ConnectionError", "known")

    assert app.acts == [("note_letters", {"dlq_ids": ["d1", "d2"], "text": "known"})]


async def test_an_export_offers_a_new_file_for_all_that_is_shown_or_marked():
    app = DlqHost(some())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert app.lines("2 shown dead letters, complete, one line of JSON each.")
        assert app.lines("File", "dead-letters-2023")
        await pilot.press("enter")
        await pilot.press("enter", "space", "x")
        await pilot.pause()
        assert app.lines("1 marked dead letter, complete")
        await pilot.press("ctrl+u", *"one.jsonl", "enter")
        await pilot.pause()

    (name, first), (_, second) = app.acts
    assert (name, first["dlq_ids"]) == ("export_letters", ["d1", "d2"])
    assert Path(str(first["file"])).suffix == ".jsonl"
    assert second == {"dlq_ids": ["d2"], "file": "one.jsonl"}


@pytest.mark.parametrize("text", HOSTILE[:-1])
async def test_hostile_notes_are_shown_and_harm_nothing(text: str):
    noted = replace(letter("d1", at=NOW), notes=(Note(NOW, text[:50], text[:4_000]),))
    app = DlqHost([noted, replace(noted, dlq_id="t", state=DeadState.DISCARDED)])
    async with app.run_test(size=SMALL) as pilot:
        for keys in (("enter", "enter"), ("escape", "semicolon"), ("escape", "X"), ("escape", "v", "v", "v", "v")):
            await pilot.press(*keys)
            await pilot.pause()
            assert "\x1b" not in app.painted()
