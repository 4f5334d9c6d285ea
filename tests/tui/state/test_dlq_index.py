"""The list of dead letters, kept up to date: filtered, grouped, and computed only where something changed."""

from __future__ import annotations

import pytest

from support.dead_letters import NOON, letter
from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_tui.state.dlq_groups import GroupBy
from woodwork_tui.state.dlq_index import DeadIndex, Remembered

LETTERS = (
    letter("a", session="s-01"),
    letter("b", session="s-02", target="output", message="timed out"),
    letter("c", session="s-02"),
    letter("d", state=DeadState.DISCARDED, resolved_at=NOON),
)


class Looker:
    """An index that is always asked about the same letters unless told otherwise."""

    def __init__(self, letters: tuple[DeadLetter, ...] = LETTERS) -> None:
        self.index = DeadIndex()
        self.letters = letters

    def look(self, query: str = "", session: str | None = None, by: GroupBy = GroupBy.REASON, now: float = NOON):
        return self.index.update(self.letters, query, session, by, now)

    @property
    def shown(self) -> str:
        return "".join(one.dlq_id for one in self.index.shown)


def test_groups_are_made_of_what_matches_filter_and_session():
    looker = Looker()

    looker.look("refused", session="s-02")

    assert looker.shown == "c"
    assert [group.count for group in looker.index.groups] == [1]
    assert len(looker.index.listed) == 3


def test_nothing_is_computed_while_nothing_changes():
    looker = Looker()

    assert looker.look()
    assert not looker.look()
    looker.letters = (*LETTERS[:2], *LETTERS[2:])
    assert not looker.look()


def test_a_letter_that_changed_in_place_is_noticed():
    looker = Looker()
    looker.look()
    looker.letters = (letter("a", state=DeadState.REPLAYED, replay_ok=True), *LETTERS[1:])

    assert looker.look()
    assert looker.shown == "bc"


def test_a_filter_that_cannot_be_read_leaves_the_last_good_one_active():
    looker = Looker()
    looker.look("session:s-02")
    looker.look('session:"s-0')

    assert looker.shown == "bc"


def test_an_age_is_looked_at_again_each_second():
    looker = Looker((letter("old", at=NOON - 58), letter("new", at=NOON)))

    looker.look("age<1m")
    assert looker.shown == "oldnew"
    assert not looker.look("age<1m", now=NOON + 0.9)
    looker.look("age<1m", now=NOON + 3)
    assert looker.shown == "new"


def test_the_trash_and_what_undo_brings_back_are_told():
    looker = Looker()
    looker.look()

    assert (looker.index.trash, looker.index.undoable) == (1, ("d",))


def test_a_long_list_that_keeps_changing_is_looked_at_four_times_a_second():
    letters = tuple(letter(f"d{n}") for n in range(1_500))
    looker = Looker(letters)
    looker.look()
    looker.letters = (*letters, letter("one more"))

    assert not looker.look(now=NOON + 0.1)
    assert looker.look(now=NOON + 0.3)
    assert len(looker.index.shown) == 1_501


def test_a_letter_is_asked_once_as_long_as_it_stays_the_same():
    asked: list[str] = []

    def ask(one: DeadLetter) -> int:
        asked.append(one.dlq_id)
        return len(asked)

    memory = Remembered(ask)
    same, other = letter("a"), letter("a", session="s-9")

    assert [memory(same), memory(same), memory(other)] == [1, 1, 2]
    assert asked == ["a", "a"]


@pytest.mark.parametrize("kept", [0, 3])
def test_what_is_remembered_is_bounded(kept: int):
    memory = Remembered(lambda one: one.dlq_id)
    letters = [letter(f"d{n}") for n in range(10)]
    for one in letters:
        memory(one)

    memory.keep(letters[:kept], most=5)

    assert len(memory) == kept


def test_the_group_asked_for_is_found_and_else_the_first():
    looker = Looker()
    looker.look(by=GroupBy.NODE)

    assert looker.index.group("output").title == "output"
    assert looker.index.group("gone").title == "audit"
    assert DeadIndex().group("any") is None
