"""The rules about replays that other tools had to learn (screens 3.3), each by its name."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from support.bus import ONCE, Worker, message, running
from support.dead_letters import letter
from support.dlq_host import DlqHost
from support.scene import NOW
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.bus.replay_order import BulkReplay
from woodwork_engine.dead_letter import DeadState
from woodwork_engine.dead_letter_filter import LetterChoice
from woodwork_engine.policy import DeliveryPolicy
from woodwork_tui.state.dlq import preview, replay_mark

LARGE = (120, 36)
SOON = DeliveryPolicy(retry=ONCE)
AT_ONCE = BulkReplay(rate=None, in_flight=1)


async def dead(bus: InMemoryMessageBus, number: int, **more: object) -> Worker:
    """Let *number* messages die; the worker returned handles what comes from now on."""
    worker = Worker()
    worker.failures = dict.fromkeys(range(number), 9)
    bus.register_component_handler("a", worker)
    for n in range(number):
        await bus.send_to_component(message("a", n, **more))
    await bus.idleness.reached()
    worker.failures.clear()
    return worker


async def test_each_row_is_unselected_as_it_succeeds():
    """So that a failure at row four does not redo rows one to three."""
    letters = [letter(f"d{n}", at=NOW - 60 + n) for n in range(4)]
    app = DlqHost(letters)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "asterisk")
        await pilot.pause()
        assert app.lines("4 marked")
        for one in letters[:3]:
            app.put(one, state=DeadState.REPLAYED, replay_ok=True)
        again = letter("d9", at=NOW, replays=1, chain=("d3",))
        app.put(replace(letters[3], state=DeadState.REPLAYED, replay_ok=False, died_again_as="d9"))
        app.put(again)
        await pilot.pause()
        assert not app.lines("marked")
        assert app.lines("[ ]", "d9", "1✗")


@virtual_time
async def test_a_failure_does_not_redo_what_has_succeeded_before_it():
    async with running(SOON) as bus:
        worker = await dead(bus, 5)
        worker.failures = {3: 9}
        ids = frozenset(one.dlq_id for one in bus.dead_letters.list())
        await bus.jobs.start(BulkReplay(LetterChoice(ids=ids), rate=None, in_flight=1, stop_after=1))
        await later(10)
        assert worker.numbers() == [0, 1, 2]
        worker.failures = {}
        await bus.jobs.start(BulkReplay(LetterChoice(ids=ids), rate=None, in_flight=1))
        await later(10)
        assert worker.numbers() == [0, 1, 2, 4], "the one that died again is a newer letter, for another decision"


@virtual_time
async def test_a_replay_of_all_is_never_made_longer_by_what_dies_while_it_goes_on():
    """Never mutate the collection being iterated."""
    async with running(SOON) as bus:
        worker = await dead(bus, 30)
        worker.failures = dict.fromkeys(range(0, 30, 6), 9)
        job = await bus.jobs.start(AT_ONCE)
        await later(60)
        ended = bus.jobs.get(job.id)
        assert (ended.total, ended.sent, ended.ok, ended.failed) == (30, 30, 25, 5)
        assert len(bus.dead_letters) == 5


@virtual_time
async def test_a_message_that_returns_is_marked_and_counted():
    """Mark and count replays so that a message that returns is visible; first-death information is not overwritten."""
    async with running(SOON) as bus:
        worker = await dead(bus, 1)
        first = bus.dead_letters.get("dl-000001")
        for number in range(1, 3):
            worker.failures = {0: 9}
            await bus.dead_letters.replay(bus.dead_letters.list()[-1].dlq_id)
            await later(5)
            again = bus.dead_letters.list()[-1]
            assert replay_mark(again) == f"{number}✗"
        assert again.replay.chain == ("dl-000001", "dl-000002")
        assert bus.dead_letters.get("dl-000001").attempts == first.attempts


@virtual_time
async def test_what_a_message_died_of_does_not_go_with_it_and_everything_else_does():
    """Strip death headers; keep all others."""
    async with running(SOON) as bus:
        worker = await dead(bus, 1, dedupe_key="k", priority=5)
        old = bus.dead_letters.get("dl-000001").envelope
        new_id = await bus.dead_letters.replay("dl-000001")
        delivery = bus.core.endpoints["a"].lanes["s"].queue[0]
        await later(5)
        new = worker.seen[-1]
    assert (delivery.history, new.retry_count) == ((), 0)
    assert (new.session_id, new.event_type, new.dedupe_key, new.priority, new.sender_component) == (
        old.session_id, old.event_type, "k", 5, old.sender_component,
    )  # fmt: skip
    assert new.message_id == new_id
    assert (new.replay_of, new.causation_id) == ("dl-000001", old.message_id), "the link is kept"


@virtual_time
async def test_a_replay_joins_the_live_traffic_behind_what_waits_and_its_life_begins_anew():
    """Redrive assigns new ids and interleaves with live traffic; retention restarts. The dialog says so."""
    async with running(SOON) as bus:
        worker = await dead(bus, 1, ttl_seconds=20)
        worker.seconds = 1
        await later(1_000)
        for n in (7, 8):
            await bus.send_to_component(message("a", n))
        await bus.dead_letters.replay("dl-000001")
        waiting = list(bus.core.endpoints["a"].lanes["s"].queue)
        await later(10)
        assert worker.numbers() == [7, 8, 0]
        assert waiting[-1].expires_at == pytest.approx(waiting[-1].accepted_at + 20)


@pytest.mark.parametrize("payload", [{"text": "it's", "n": None, "ok": True}, ["a", 1.5], "plain", 0])
def test_payloads_are_shown_as_the_original_values_and_not_as_a_repr(payload: object):
    """Original values, not repr."""
    shown = preview(letter("d1", payload=payload))

    assert "'" not in shown or "it's" in shown
    assert not any(word in shown for word in ("None", "True", "False"))
