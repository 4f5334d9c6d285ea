"""Which lines of the graph brighten."""

from __future__ import annotations

from woodwork_engine.snapshot import EdgeStats
from woodwork_tui.state.pulse import Pulse


def counted(number):
    return (EdgeStats("a", "b", number, 1.0), EdgeStats("b", "c", 7, 0.0))


def test_a_route_beats_while_messages_have_just_taken_it():
    pulse = Pulse().after(counted(1), 10.0).after(counted(3), 10.1)
    assert pulse.beating(10.2) == {("a", "b")}
    assert pulse.beating(10.5) == frozenset()


def test_what_has_moved_before_one_looked_does_not_beat():
    assert Pulse().after(counted(5), 10.0).beating(10.0) == frozenset()


def test_a_beat_goes_on_when_the_next_look_finds_nothing_new():
    pulse = Pulse().after(counted(1), 10.0).after(counted(2), 10.1).after(counted(2), 10.2)
    assert pulse.beating(10.3) == {("a", "b")}
    assert pulse.after(counted(2), 10.6).grown == {}
