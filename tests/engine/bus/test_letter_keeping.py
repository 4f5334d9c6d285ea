"""How dead letters are kept and counted, and who is told (bus.md E1, E2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from support.bus import ONCE, Worker, message, running
from support.dead_letters import Ticking, letter
from support.virtual_loop import virtual_time
from woodwork_engine.bus.dead_letters import LONGEST_NOTE, MOST_NOTES, DeadLetters
from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_engine.policy import DeliveryPolicy


class Copy:
    """An observer that keeps what it is told, as a store would."""

    def __init__(self) -> None:
        self.letters: dict[str, DeadLetter] = {}

    def added(self, letter: DeadLetter) -> None:
        assert letter.dlq_id not in self.letters
        self.letters[letter.dlq_id] = letter

    def changed(self, letter: DeadLetter) -> None:
        assert letter.dlq_id in self.letters
        self.letters[letter.dlq_id] = letter

    def removed(self, dlq_ids: Sequence[str]) -> None:
        for dlq_id in dlq_ids:
            del self.letters[dlq_id]


def check_counts(kept: DeadLetters) -> None:
    """Compare every count that is kept up to date with what the letters say."""
    letters = kept.list()
    assert kept.count == len(letters)
    assert +kept.states == Counter(one.state for one in letters)
    assert kept.open_at == Counter(one.route.target for one in letters if one.state is DeadState.OPEN)
    assert kept.bytes == sum(one.size for one in letters)
    assert set(kept.resolved()) == {one.dlq_id for one in letters if one.is_resolved}


def filled(number: int = 6) -> tuple[DeadLetters, Copy]:
    kept, copy = DeadLetters(Ticking()), Copy()
    kept.watch(copy)
    for n in range(number):
        kept.add(letter(f"dl-{n + 1:06d}", target="ab"[n % 2]))
    return kept, copy


def test_whoever_watches_has_the_same_letters_after_every_change() -> None:
    """E1: added, changed and removed are told in the moment they happen, and all counts follow."""
    kept, copy = filled()

    def same() -> None:
        assert list(copy.letters.values()) == list(kept.list())
        check_counts(kept)

    same()
    kept.discard(["dl-000001", "dl-000002"], "person", "spam")
    same()
    kept.restore(["dl-000002"])
    same()
    kept.mark_replayed(kept.get("dl-000003"), "m", b"x", "person", 2, "mended")
    same()
    kept.replay_ended("dl-000003", ok=True)
    same()
    assert kept.get("dl-000003").is_under_way, "one of two"
    kept.replay_ended("dl-000003", ok=True)
    same()
    kept.note("dl-000004", "look at this", "person")
    same()
    kept.remove(["dl-000004", "dl-000001", "nothing"])
    same()
    assert kept.get("dl-000003").resolution.note == "mended"
    kept.unwatch(copy)
    kept.note("dl-000005", "unseen", "person")
    assert not copy.letters["dl-000005"].notes


def test_a_letter_that_died_again_is_resolved_because_the_newer_one_stands_for_it() -> None:
    """E5: it names the newer one; one whose replay left no letter still needs somebody."""
    kept, copy = filled(2)
    for n in (1, 2):
        kept.mark_replayed(kept.get(f"dl-{n:06d}"), "m", b"x", "person", 1)
    assert not list(kept.resolved()), "both are under way"
    kept.add(letter("dl-000003", chain=("dl-000001",), replays=1))
    kept.replay_ended("dl-000001", ok=False)
    kept.replay_ended("dl-000002", ok=False)
    assert kept.get("dl-000001").died_again_as == "dl-000003"
    assert list(kept.resolved()) == ["dl-000001"]
    kept.mark_replayed(kept.get("dl-000001"), "m", b"x", "person", 1)
    assert not list(kept.resolved()), "replayed by force: under way again"
    check_counts(kept)
    assert list(copy.letters.values()) == list(kept.list())


def test_letters_of_an_earlier_process_are_there_again_and_numbers_go_on() -> None:
    """E1: the numbers too, so that no id is given twice."""
    before, _ = filled(3)
    before.discard(["dl-000002"], "person")
    kept = DeadLetters(Ticking())
    kept.recover(before.list(), last_number=9)
    assert kept.list() == before.list()
    check_counts(kept)
    assert kept.next_id() == "dl-000010"
    kept.recover([letter("dl-000030"), letter("else")])
    assert (kept.next_id(), kept.last_number) == ("dl-000031", 31)


def test_a_replay_that_went_with_its_process_leaves_the_letter_open_again() -> None:
    """E1: unless the message was recovered too; then it ends as it would have."""
    before, _ = filled(3)
    for n in (1, 2):
        before.mark_replayed(before.get(f"dl-{n:06d}"), "m", b"x", "person", n)
    copy = Copy()
    copy.letters = {one.dlq_id: one for one in before.list()}
    kept = DeadLetters(Ticking())
    kept.watch(copy)
    kept.recover(before.list(), 3, {"dl-000002": 2, "gone": 1})
    assert [one.state for one in kept.list()] == ["open", "replayed", "open"]
    assert kept.get("dl-000001").resolution is None
    assert list(copy.letters.values()) == list(kept.list())
    kept.replay_ended("dl-000002", ok=True)
    assert kept.get("dl-000002").is_under_way
    kept.replay_ended("dl-000002", ok=True)
    assert kept.get("dl-000002").replay_ok is True
    check_counts(kept)


def test_what_was_resolved_first_is_first_also_after_a_restart() -> None:
    """E2: so that the oldest resolved ones go first."""
    before, _ = filled(3)
    for n in (2, 3, 1):
        before.discard([f"dl-{n:06d}"], "person")
    kept = DeadLetters(Ticking())
    kept.recover(before.list())
    assert list(kept.resolved()) == list(before.resolved()) == ["dl-000002", "dl-000003", "dl-000001"]


def test_notes_stay_with_the_letter_within_a_limit() -> None:
    """E1: nothing is unbounded."""
    kept, _ = filled(1)
    for n in range(MOST_NOTES + 5):
        kept.note("dl-000001", f"{n}" + "x" * LONGEST_NOTE, "me")
    notes = kept.get("dl-000001").notes
    assert len(notes) == MOST_NOTES
    assert notes[-1].text.startswith(f"{MOST_NOTES + 4}x")
    assert len(notes[-1].text) == LONGEST_NOTE
    assert (notes[-1].by, notes[-1].at > notes[0].at) == ("me", True)
    assert kept.note("nothing", "x", "me") is None
    check_counts(kept)


@virtual_time
async def test_a_letter_knows_when_its_lane_first_took_what_died() -> None:
    """E1, E6: `lane.accepted_at`, through every replay: the order in which letters of one lane belong."""
    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        worker = Worker(seconds=1)
        worker.failures = dict.fromkeys(range(2), 9)
        bus.register_component_handler("a", worker)
        copy = Copy()
        bus.core.dead.watch(copy)
        for number in range(2):
            await bus.send_to_component(message("a", number, created_at=1.0 - number))
        start = bus.core.clock.time()
        await bus.idleness.reached()
        await bus.replays.replay("dl-000001")
        await bus.idleness.reached()
        letters = bus.core.dead.list()
        assert [one.lane.accepted_at for one in letters] == [start] * 3
        assert letters[0].died_again_as == "dl-000003"
        assert list(copy.letters.values()) == list(letters)
        assert [replace(one, notes=()).is_resolved for one in letters] == [True, False, False]
        check_counts(bus.core.dead)
