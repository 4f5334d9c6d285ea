"""The last failures at one component."""

from __future__ import annotations

from support.traffic import Traffic
from woodwork_tui.state.troubles import MOST, Troubles


def failing(traffic: Traffic, number: int, target: str = "audit") -> None:
    traffic.now += 1
    name = f"m-{number}"
    traffic.send(name, target, session=f"s-{number}")
    traffic.start(name, target)
    traffic.fail(name, target, f"refused {number}")


def test_the_last_failures_at_the_component_come_newest_first():
    traffic, troubles = Traffic(), Troubles()
    for number in range(5):
        failing(traffic, number)
    failing(traffic, 9, "agent")
    found = troubles.update(traffic.fold(), "audit")
    assert [each.problem for each in found] == [f"ConnectionError: refused {n}" for n in (4, 3, 2)]
    assert len(found) == MOST
    assert (found[0].session, found[0].attempt, found[0].state) == ("s-4", 1, "failed")


def test_a_delivery_that_fails_again_is_the_newest_and_told_once():
    traffic, troubles = Traffic(), Troubles()
    failing(traffic, 1)
    failing(traffic, 2)
    troubles.update(traffic.fold(), "audit")
    traffic.now += 1
    traffic.start("m-1", "audit", 2)
    traffic.fail("m-1", "audit", "refused again", attempt=2)
    traffic.retry("m-1", "audit", attempt=2)
    found = troubles.update(traffic.fold(), "audit")
    assert [(each.session, each.attempt, each.state) for each in found] == [("s-1", 2, "retry"), ("s-2", 1, "failed")]


def test_another_component_is_looked_up_anew_and_none_has_no_failures():
    traffic, troubles = Traffic(), Troubles()
    failing(traffic, 1)
    failing(traffic, 2, "agent")
    history = traffic.fold()
    assert [each.session for each in troubles.update(history, "audit")] == ["s-1"]
    assert [each.session for each in troubles.update(history, "agent")] == ["s-2"]
    assert troubles.update(history, None) == ()


def test_what_was_given_up_without_an_attempt_is_a_failure_too():
    traffic, troubles = Traffic(), Troubles()
    traffic.send("m-1", "audit")
    traffic.dead("m-1", "audit", "expired")
    (found,) = troubles.update(traffic.fold(), "audit")
    assert (found.problem, found.state, found.at) == ("expired", "dead", traffic.now)
