"""Dead letters that are thrown away and taken back."""

from __future__ import annotations

from support.dead_letters import Ticking, letter
from woodwork_engine.bus.dead_letters import DeadLetters
from woodwork_engine.dead_letter import DeadState


def dead(*names: str) -> DeadLetters:
    kept = DeadLetters(Ticking())
    for name in names:
        kept.add(letter(name))
    return kept


def test_letters_discarded_together_carry_one_moment_so_that_they_come_back_together():
    kept = dead("a", "b", "c")

    kept.discard(["a", "c"], "person")

    assert len({one.resolution.at for one in kept.list() if one.resolution is not None}) == 1
    assert len(kept) == 1


def test_only_open_letters_are_discarded_and_only_discarded_ones_come_back():
    kept = dead("a", "b")
    kept.discard(["a"], "person")

    assert kept.discard(["a", "gone"], "person") == ()
    assert [one.dlq_id for one in kept.restore(["a", "b"])] == ["a"]
    assert {one.state for one in kept.list()} == {DeadState.OPEN}
