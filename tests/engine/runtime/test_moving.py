"""Messages that go on under another name: `was`, `on_remove = redirect:NAME`, a person's decision (bus.md G3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.engines import GATED, LONG, RunningFlow, running
from woodwork_engine.errors import SettingError, UnknownComponentError
from woodwork_engine.snapshot import NodeState

CODE = (
    GATED
    + """
def plain(data):
    return f"NEW {data}"

def fails(data):
    raise ConnectionError(data)
"""
)
LATER = ", retry = { base = 1h, cap = 1h, jitter = none }"


@pytest.fixture(autouse=True)
def script(tmp_path: Path) -> None:
    tmp_path.joinpath("step.py").write_text(CODE)


def step(name: str, function: str, more: str = "") -> str:
    return f'{name} = function python {{ path = "step.py", function = {function}, to = out, ttl = none{more} }}'


def flow_of(into: str, *components: str, drain: str = "1h") -> str:
    """Return a flow of `in`, which goes to *into*, *components* and `out`."""
    settings = f"deployment = local {{ drain_timeout = {drain} }}"
    return "\n".join((settings, f"in = input cli {{ to = {into} }}", *components, "out = output console {}"))


def reached(folder: Path, name: str, flow: RunningFlow) -> None:
    flow.until(lambda _: (folder / f"at-{name}").exists())


def ends(flow: RunningFlow) -> dict[tuple[str | None, str | None], int]:
    """Return how often each message was queued at, or moved to, less how often it ended at or left, each target."""
    left: dict[tuple[str | None, str | None], int] = {}
    for record in flow.records():
        if record.type == "moved":
            before = (record.message_id, str(record.details()["from"]))
            left[before] = left.get(before, 0) - 1
        change = {"queued": 1, "moved": 1, "ok": -1, "dead": -1, "dropped": -1, "discarded": -1}.get(record.type, 0)
        key = (record.message_id, record.target)
        left[key] = left.get(key, 0) + change
    return {key: count for key, count in left.items() if count}


def test_a_renamed_component_has_what_waited_in_order_and_its_running_attempt_ends_on_the_old_code(tmp_path):
    """G3, B1: the lane is one lane all the time."""
    with running(tmp_path, flow_of("step", step("step", "gated"))) as flow:
        for name in "abc":
            flow.send("in", name, "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of("pace", step("pace", "plain", ', was = "step"')))
        snapshot = flow.until_rev(2)
        assert snapshot.revisions[-1].change == "step⇒pace ~pace function"
        assert dict(snapshot.revisions[-1].diff.renamed) == {"pace": "step"}
        assert [(node.name, node.depth) for node in snapshot.nodes] == [("in", 0), ("pace", 3), ("out", 0)]
        flow.send("in", "d", "s")
        assert flow.said() == []
        (tmp_path / "let-a").touch()
        flow.until(lambda _: flow.said() == ["OLD a", "NEW b", "NEW c", "NEW d"])
        flow.until_record("node_down")
        flow.until_empty()
        assert ends(flow) == {}
        assert len(flow.records("moved")) == 2


def test_a_rename_keeps_attempts_made_and_waiting_retries(tmp_path):
    """G3, G4: what failed under the old name has its next attempt under the new one, as attempt 2."""
    with running(tmp_path, flow_of("step", step("step", "fails", LATER))) as flow:
        message = flow.send("in", "a", "s")
        flow.send("in", "b", "s")
        flow.until_record("retry_scheduled")
        flow.save(flow_of("pace", step("pace", "plain", f"{LATER}, was = step")))
        flow.until_rev(2)
        assert flow.engine.retry_now(message, "step").result(LONG) is False
        assert flow.engine.retry_now(message, "pace").result(LONG)
        flow.until(lambda _: flow.said() == ["NEW a", "NEW b"])
        oks = [(record.target, record.attempt) for record in flow.records("ok") if record.target != "out"]
        assert oks == [("pace", 2), ("pace", 1)]
        assert ends(flow) == {}


def test_an_attempt_that_fails_after_a_rename_is_repeated_under_the_new_name(tmp_path):
    """G3: the attempt was made under the old name, the next one is made under the new one."""
    more = ", retry = { base = 0ms, jitter = none }"
    with running(tmp_path, flow_of("step", step("step", "gated", more))) as flow:
        flow.send("in", "a", "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of("pace", step("pace", "plain", f"{more}, was = step")))
        flow.until_rev(2)
        (tmp_path / "fail-a").touch()
        (tmp_path / "let-a").touch()
        flow.until(lambda _: flow.said() == ["NEW a"])
        assert [record.target for record in flow.records("failed")] == ["step"]
        assert ends(flow) == {}


def test_a_dead_letter_of_the_old_name_replays_to_the_new_one(tmp_path):
    """G3, E4: a name that is nobody's any more leads to the component that was called so."""
    none = ", retry = { max_retries = 0 }"
    with running(tmp_path, flow_of("step", step("step", "fails", none))) as flow:
        flow.send("in", "a", "s")
        dead = flow.until_record("dead")[0].details()["dlq_id"]
        flow.save(flow_of("pace", step("pace", "plain", f"{none}, was = step")))
        flow.until_rev(2)
        assert flow.engine.replay([str(dead)]).result(LONG).refused == ()
        flow.until(lambda _: flow.said() == ["NEW a"])


def test_what_was_parked_comes_back_under_another_name(tmp_path):
    """G3: `was` may also name a component that was removed some revisions ago."""
    with running(tmp_path, flow_of("step", step("step", "fails", LATER), drain="20ms")) as flow:
        message = flow.send("in", "a", "s")
        flow.until_record("retry_scheduled")
        flow.save(flow_of("out", drain="20ms"))
        flow.until_record("parked")
        flow.save(flow_of("pace", step("pace", "plain", ", was = step"), drain="20ms"))
        flow.until_record("unparked")
        flow.engine.retry_now(message, "pace").result(LONG)
        flow.until(lambda _: flow.said() == ["NEW a"])


def test_a_component_with_messages_of_its_own_takes_over_behind_them(tmp_path):
    """G3: two lanes of one session become one; what was there first is first."""
    both = (step("first", "fails", LATER), step("second", "gated"))
    with running(tmp_path, flow_of("[first, second]", *both, drain="20ms")) as flow:
        flow.send("first", "a", "s")
        flow.until_record("retry_scheduled")
        flow.send("second", "b", "s")
        flow.send("second", "c", "s")
        flow.save(flow_of("second", step("second", "gated", ", was = first"), drain="20ms"))
        flow.until_record("moved")
        for name in "abc":
            (tmp_path / f"let-{name}").touch()
        flow.until(lambda _: flow.said() == ["OLD b", "OLD c", "OLD a"])
        assert ends(flow) == {}


def test_what_a_removed_component_leaves_is_redirected_in_order(tmp_path):
    """G3: a lane whose attempt runs on follows when that has ended; records tell where each message went."""
    away = ', on_remove = "redirect:other"'
    other = step("other", "plain")
    with running(tmp_path, flow_of("[step, other]", step("step", "gated", away), other, drain="20ms")) as flow:
        for name in "abc":
            flow.send("step", name, "s")
        flow.send("step", "x", "t")
        flow.send("step", "y", "t")
        reached(tmp_path, "a", flow)
        reached(tmp_path, "x", flow)
        flow.save(flow_of("other", other, drain="20ms"))
        assert flow.until_rev(2)
        flow.until(lambda now: now.node("step").state is NodeState.PARKED)
        assert flow.records("moved") == []
        (tmp_path / "fail-x").touch()
        (tmp_path / "let-x").touch()
        flow.until(lambda _: flow.said() == ["NEW x", "NEW y"])
        (tmp_path / "let-a").touch()
        flow.until(lambda _: flow.said() == ["NEW x", "NEW y", "OLD a", "NEW b", "NEW c"])
        flow.until_empty()
        assert ends(flow) == {}
        assert {(record.target, record.details()["from"]) for record in flow.records("moved")} == {("other", "step")}


def test_a_redirect_to_what_is_removed_as_well_parks(tmp_path):
    """G3: nothing is lost where nobody is left to take it."""
    both = (step("step", "fails", f'{LATER}, on_remove = "redirect:other"'), step("other", "plain"))
    with running(tmp_path, flow_of("[step, other]", *both, drain="20ms")) as flow:
        flow.send("step", "a", "s")
        flow.until_record("retry_scheduled")
        flow.save(flow_of("out", drain="20ms"))
        assert flow.until_record("parked")[0].target == "step"
        assert flow.until_rev(2).node("step").depth == 1


@pytest.mark.parametrize(
    ("how", "kind", "target"), [("dead_letter", "dead", "step"), ("discard", "discarded", "step"),
                                ("redirect:other", "ok", "other")],
)  # fmt: skip
def test_a_person_decides_otherwise_about_what_is_parked(tmp_path, how, kind, target):
    """G3: at once, and the future tells how many messages that were."""
    other = step("other", "plain")
    with running(tmp_path, flow_of("[step, other]", step("step", "fails", LATER), other, drain="20ms")) as flow:
        flow.send("step", "a", "s")
        flow.until_record("retry_scheduled")
        flow.save(flow_of("other", other, drain="20ms"))
        flow.until_record("parked")
        assert flow.engine.resolve_removed("step", how).result(LONG) == 1
        flow.until(lambda _: any(record.target == target for record in flow.records(kind)))
        flow.until_empty()
        assert ends(flow) == {}


def test_a_person_decides_otherwise_while_a_component_drains(tmp_path):
    """G3: that is about the rest; the drain itself goes on."""
    other = step("other", "plain")
    with running(tmp_path, flow_of("[step, other]", step("step", "gated"), other, drain="300ms")) as flow:
        flow.send("step", "a", "s")
        flow.send("step", "b", "s")
        reached(tmp_path, "a", flow)
        flow.save(flow_of("other", other, drain="300ms"))
        flow.until_rev(2)
        assert flow.engine.resolve_removed("step", "redirect:other").result(LONG) == 0
        flow.until(lambda now: now.node("step").state is NodeState.PARKED)
        (tmp_path / "let-a").touch()
        flow.until(lambda _: flow.said() == ["OLD a", "NEW b"])


def test_only_what_is_removed_can_be_resolved_and_only_in_a_known_way(tmp_path):
    with running(tmp_path, flow_of("step", step("step", "plain"))) as flow:
        flow.until_rev(1)
        for name, how, error in (
            ("step", "discard", UnknownComponentError),
            ("step", "burn", SettingError),
            ("step", "redirect:nowhere", UnknownComponentError),
        ):
            with pytest.raises(error):
                flow.engine.resolve_removed(name, how).result(LONG)
