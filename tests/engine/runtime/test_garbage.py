"""What is told of Python's garbage collector, and of the last minute."""

from __future__ import annotations

import gc

import pytest

from woodwork_engine.runtime.garbage import KEPT, GarbageWatch
from woodwork_engine.runtime.minute import SECONDS, Minute


class Hands:
    """A clock that is put where it is wanted."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def collect(watch: GarbageWatch, hands: Hands, seconds: float, generation: int = 2) -> None:
    watch._note("start", {"generation": generation})
    hands.now += seconds
    watch._note("stop", {"generation": generation})


def test_every_collection_counts_in_its_generation_and_the_longest_pause_is_told() -> None:
    hands = Hands()
    watch = GarbageWatch(hands)
    collect(watch, hands, 0.002, 0)
    collect(watch, hands, 0.05)
    collect(watch, hands, 0.01)
    found = watch.look()
    assert found.collections == (1, 0, 2)
    assert found.longest == pytest.approx(0.05)
    assert found.paused == pytest.approx(0.062)


def test_pauses_are_forgotten_after_a_minute_and_collections_are_not() -> None:
    hands = Hands()
    watch = GarbageWatch(hands)
    collect(watch, hands, 0.05)
    hands.now += KEPT + 1
    assert watch.look() == ((0, 0, 1), 0.0, 0.0)


def test_a_collection_that_was_going_on_when_the_watch_began_is_left_out() -> None:
    hands = Hands()
    hands.now = 50_000.0
    watch = GarbageWatch(hands)
    watch._note("stop", {"generation": 2})
    assert watch.look() == ((0, 0, 0), 0.0, 0.0)
    collect(watch, hands, 0.01)
    assert watch.look().longest == pytest.approx(0.01)


def test_it_listens_to_the_collector_only_between_start_and_stop() -> None:
    watch = GarbageWatch()
    before = list(gc.callbacks)
    watch.start()
    gc.collect()
    watch.stop()
    gc.collect()
    assert watch.look().collections[2] == 1
    assert gc.callbacks == before
    watch.stop()


def test_of_each_second_the_greatest_value_is_kept_and_a_second_without_one_has_the_one_before() -> None:
    minute = Minute()
    for at, value in ((0.1, 1.0), (0.9, 3.0), (1.5, 2.0), (4.0, 5.0)):
        minute.note(at, value)
    assert minute.values() == (3.0, 2.0, 2.0, 2.0, 5.0)


def test_only_the_last_minute_is_kept_however_long_nothing_came() -> None:
    minute = Minute()
    for second in range(100):
        minute.note(second, float(second))
    assert minute.values() == tuple(float(second) for second in range(40, 100))
    minute.note(10_000, 7.0)
    assert len(minute.values()) == SECONDS
    assert minute.values()[-1] == 7.0


def test_before_anything_was_noted_there_is_nothing() -> None:
    assert Minute().values() == ()
