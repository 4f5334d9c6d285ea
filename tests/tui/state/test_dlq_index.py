"""The list of dead letters, kept up to date: filtered, grouped, and computed only where something changed."""

from __future__ import annotations

import random
import time

import pytest
from msgspec.structs import replace

from support.dead_letters import NOON, letter
from woodwork_engine.dead_letter import DeadLetter, DeadState, Note
from woodwork_tui.state.dlq_groups import GroupBy
from woodwork_tui.state.dlq_index import DeadIndex
from woodwork_tui.state.dlq_listing import Wish
from woodwork_tui.state.remembered import Remembered

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

    def look(
        self, query: str = "", session: str | None = None, by: GroupBy = GroupBy.REASON, now: float = NOON
    ) -> bool:
        """Look, do all there is to do, and return whether there was anything."""
        busy = self.index.update(self.letters, Wish(query, session, by), now)
        self.work()
        return busy

    def work(self) -> None:
        while self.index.busy:
            self.index.work(1.0, time.perf_counter)

    @property
    def shown(self) -> str:
        return "".join(sorted(self.index.kinds))


def test_groups_are_made_of_what_matches_filter_and_session():
    looker = Looker()

    looker.look("refused", session="s-02")

    assert looker.shown == "c"
    assert [group.count for group in looker.index.groups] == [1]
    assert looker.index.of == 3


def test_nothing_is_computed_while_nothing_changes():
    looker = Looker()

    assert looker.look()
    groups = looker.index.groups
    assert not looker.look()
    looker.letters = (*LETTERS[:2], *LETTERS[2:])
    assert not looker.look()
    assert looker.index.groups is groups


def test_a_letter_that_changed_in_place_is_noticed():
    looker = Looker()
    looker.look()
    looker.letters = (letter("a", state=DeadState.REPLAYED, replay_ok=True), *LETTERS[1:])

    assert looker.look()
    assert looker.shown == "bc"


def test_a_letter_that_is_gone_is_noticed_wherever_it_stood():
    looker = Looker()
    looker.look()
    looker.letters = (*LETTERS[:1], *LETTERS[2:], letter("e"))

    assert looker.look()
    assert looker.shown == "ace"
    assert looker.index.of == 3


def test_a_filter_that_cannot_be_read_leaves_the_last_good_one_active():
    looker = Looker()
    looker.look("session:s-02")
    looker.look('session:"s-0')

    assert looker.shown == "bc"


@pytest.mark.parametrize("query", ["age<1m", "age<1m refused"])
def test_an_age_is_looked_at_again_each_second(query: str):
    looker = Looker((letter("old", at=NOON - 58), letter("new", at=NOON)))

    looker.look(query)
    assert set(looker.index.kinds) == {"old", "new"}
    assert not looker.look(query, now=NOON + 0.9)
    looker.look(query, now=NOON + 3)
    assert set(looker.index.kinds) == {"new"}


def test_a_long_list_that_keeps_changing_is_looked_at_four_times_a_second():
    letters = tuple(letter(f"d{n}") for n in range(1_500))
    looker = Looker(letters)
    looker.look()
    looker.letters = (*letters, letter("one more"))

    assert not looker.look(now=NOON + 0.1)
    assert looker.look(now=NOON + 0.3)
    assert looker.index.shown == 1_501


def test_work_is_done_in_slices_and_what_was_listed_before_stays_until_it_is_over():
    """Issue 4: 100,000 dead letters browsed, grouped and replayed without a stall."""
    looker = Looker(tuple(letter(f"d{n:04d}", session=f"s-{n % 7}") for n in range(900)))
    looker.look()
    before = looker.index.groups
    ticks = iter(range(10_000))

    assert looker.index.update(looker.letters, Wish(by=GroupBy.SESSION), NOON)
    slices = 0
    while not looker.index.work(1.5, lambda: float(next(ticks))):
        assert looker.index.groups is before
        assert 0 <= looker.index.progress <= 1
        slices += 1
    assert slices > 5
    assert [group.count for group in looker.index.groups] == [129] * 4 + [128] * 3
    assert looker.index.progress is None


def test_a_change_that_comes_while_a_new_grouping_is_made_is_not_lost():
    looker = Looker(tuple(letter(f"d{n:04d}") for n in range(300)))
    looker.look()
    ticks = iter(range(10_000))
    looker.index.update(looker.letters, Wish(by=GroupBy.NODE), NOON)
    looker.index.work(1.5, lambda: float(next(ticks)))
    gone = letter("d0007", state=DeadState.REPLAYED, replay_ok=True)
    looker.letters = tuple(gone if one.dlq_id == "d0007" else one for one in (*looker.letters, letter("late")))
    looker.index.update(looker.letters, Wish(by=GroupBy.NODE), NOON + 1)
    looker.work()

    assert looker.index.shown == 300
    assert "d0007" not in looker.index.kinds
    assert looker.index.groups[0].count == 300


@pytest.mark.parametrize("by", list(GroupBy))
@pytest.mark.parametrize("seed", range(5))
def test_an_index_that_followed_every_change_equals_one_that_is_made_anew(seed: int, by: GroupBy):
    rng = random.Random(seed)
    kept: dict[str, DeadLetter] = {}
    looker = Looker(())
    for step in range(60):
        for _ in range(rng.randrange(6)):
            change(rng, kept, step)
        looker.letters = tuple(kept.values())
        looker.look("!tries:3", by=by, now=NOON + step)
    fresh = Looker(looker.letters)
    fresh.look("!tries:3", by=by)

    assert looker.index.groups == fresh.index.groups
    assert looker.index.kinds == fresh.index.kinds
    assert looker.index.listing.moving == {name for name, kind in fresh.index.kinds.items() if kind.moving}
    assert (looker.index.of, looker.index.listing.trash) == (fresh.index.of, fresh.index.listing.trash)
    assert looker.index.listing.nodes.items() >= fresh.index.listing.nodes.items()


def change(rng: random.Random, kept: dict[str, DeadLetter], step: int) -> None:
    """Let a letter come, go, or become something else."""
    if not kept or rng.random() < 0.5:
        name = f"d{len(kept)}-{step}-{rng.random()}"
        kept[name] = letter(
            name, at=NOON + rng.randrange(9), session=f"s-{rng.randrange(3)}", target=rng.choice("xyz"),
            message=f"order {rng.randrange(2)} {rng.choice(('refused', 'lost'))}", replays=rng.randrange(2),
            attempts=rng.choice((3, 4)),
        )  # fmt: skip
        return
    name = rng.choice(list(kept))
    match rng.randrange(4):
        case 0:
            del kept[name]
        case 1:
            kept[name] = replace(kept[name], state=DeadState.DISCARDED)
        case 2:
            kept[name] = replace(kept[name], state=DeadState.REPLAYED, replay_ok=rng.choice((True, False, None)))
        case _:
            kept[name] = replace(kept[name], notes=(Note(NOON, "ana", "seen"),))


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


def test_the_newest_letter_of_a_message_is_found_with_its_group():
    looker = Looker((*LETTERS, replace(letter("e", at=NOON + 9), envelope=LETTERS[0].envelope)))
    looker.look()

    group, found = looker.index.find(("msg-a", "audit"))
    assert (found.dlq_id, group.count) == ("e", 3)
    assert looker.index.find(("msg-d", "audit")) is None
