"""Rules I1, I2, E7 and F7: what is durable is kept before it counts as accepted, and comes back in its order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from support.bus import ONCE, Worker, make_bus, message, routed
from support.journals import FakeJournal
from support.virtual_loop import virtual_time
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.bus.statistics import degraded_reasons
from woodwork_engine.dead_letter import DeathReason
from woodwork_engine.errors import ClosingError, JournalError
from woodwork_engine.events import EventLog
from woodwork_engine.hold import Breakpoint
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import DeliveryPolicy

KEPT = DeliveryPolicy(durable=True, retry=ONCE)
PLAIN = DeliveryPolicy(retry=ONCE)


@asynccontextmanager
async def kept_in(
    journal: FakeJournal, policy: DeliveryPolicy = KEPT, *, log: EventLog | None = None
) -> AsyncIterator[InMemoryMessageBus]:
    """Run a bus with *journal*; at the end it is stopped without draining."""
    bus = make_bus(policy, log=log)
    bus.keep_in(journal)
    await bus.start()
    try:
        yield bus
    finally:
        journal.slow = journal.full = False
        journal.commit()
        await bus.stop(drain=False)


def waiting(journal: FakeJournal) -> list[object]:
    """Return the session and place of everything that is not settled."""
    return [(row.envelope.session_id, row.target) for row in journal.deliveries()]


@virtual_time
async def test_a_durable_message_is_neither_attempted_nor_recorded_before_it_is_kept() -> None:
    """I2, F7: publish returns after the commit, and no attempt starts before it."""
    journal, worker, log = FakeJournal(), Worker(), EventLog()
    async with kept_in(journal, log=log) as bus:
        bus.register_component_handler("a", worker)
        journal.slow = True
        sending = asyncio.create_task(bus.send_to_component(message("a", 1)))
        await asyncio.sleep(1)
        assert not sending.done()
        assert not worker.started
        assert bus.core.depth == 1, "it has its place and its room"
        assert log.seq == 0
        journal.commit()
        assert await sending
        journal.slow = False
        await bus.idleness.reached()
        assert worker.numbers() == [1]
        kinds = [record.type for record in log.reader(from_start=True).read().records]
        assert kinds == ["emitted", "queued", "started", "ok"]


@virtual_time
async def test_a_lane_that_is_woken_while_its_message_is_being_written_starts_no_attempt() -> None:
    """I2: whatever wakes it: another message, the end of one before it, a handler, a hold that ends."""
    journal, first, second = FakeJournal(), Worker(), Worker()
    async with kept_in(journal) as bus:
        first.gate = asyncio.Event()
        bus.register_component_handler("a", first)
        await bus.send_to_component(message("a", 1))
        journal.slow = True
        sending = asyncio.create_task(bus.send_to_component(message("a", 2)))
        await asyncio.sleep(1)
        first.gate.set()
        await asyncio.sleep(1)
        assert first.numbers() == [1]
        bus.register_component_handler("a", second)
        bus.holds.pause("a")
        bus.holds.resume("a")
        await asyncio.sleep(1)
        assert not sending.done()
        assert (first.numbers(), second.started) == ([1], [])
        journal.slow = False
        journal.commit()
        assert await sending
        await bus.idleness.reached()
        assert second.numbers() == [2]


@virtual_time
async def test_a_target_that_keeps_nothing_waits_with_one_that_does() -> None:
    """I2, F7: a message for both is attempted at neither before it is kept, though an attempt runs there already."""
    journal, worker = FakeJournal(), Worker()
    async with kept_in(journal) as bus:
        worker.gate = asyncio.Event()
        steps = {"kept": lambda _d, _p: None, "plain": lambda _d, n: worker(message("plain", n))}
        routed(bus, {"in": ("plain",), "both": ("kept", "plain")}, steps, {"kept": KEPT, "plain": PLAIN})
        await bus.outbox.emit("in", "x", 1, session="s")
        await asyncio.sleep(1)
        journal.slow = True
        sending = asyncio.create_task(bus.outbox.emit("both", "x", 2, session="s"))
        await asyncio.sleep(1)
        worker.gate.set()
        await asyncio.sleep(1)
        assert not sending.done()
        assert worker.numbers() == [1]
        journal.slow = False
        journal.commit()
        await sending
        await bus.idleness.reached()
        assert worker.numbers() == [1, 2]


@pytest.mark.parametrize("seed", range(10))
@virtual_time
async def test_one_batch_takes_what_many_publishers_send_at_once(seed: int) -> None:
    """I4: one commit for all who publish in the same turn, in the order of acceptance."""
    journal, worker = FakeJournal(), Worker()
    async with kept_in(journal) as bus:
        bus.register_component_handler("a", worker)
        await asyncio.gather(*(bus.send_to_component(message("a", n, f"s{n % 5}")) for n in range(50)))
        assert len(journal.batches) < 10
        await bus.idleness.reached()
    assert not journal.rows


@virtual_time
async def test_what_gives_way_while_it_is_being_written_was_accepted_first() -> None:
    """I2, F2: its records tell so."""
    journal, log = FakeJournal(), EventLog()
    async with kept_in(journal, replace(KEPT, max_queue=1, overflow="drop_oldest"), log=log) as bus:
        journal.slow = True
        sending = [asyncio.create_task(bus.send_to_component(message("a", n))) for n in range(2)]
        await asyncio.sleep(1)
        journal.slow = False
        journal.commit()
        await asyncio.gather(*sending)
        kinds = [(record.type, record.message_id) for record in log.reader(from_start=True).read().records]
        first, second = (kinds[0][1], kinds[-1][1])
        assert kinds == [
            ("emitted", first),
            ("queued", first),
            ("dead", first),
            ("emitted", second),
            ("queued", second),
        ]


@virtual_time
async def test_what_cannot_be_kept_is_not_accepted_and_nothing_else_is_lost() -> None:
    """I2: with a full disk ingress rejects with the reason; what is inside goes on, and is written later."""
    journal, worker = FakeJournal(), Worker()
    async with kept_in(journal) as bus:
        worker.gate = asyncio.Event()
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        journal.full = True
        with pytest.raises(JournalError, match=r"a: the message was not accepted .* disk is full"):
            await bus.send_to_component(message("a", 2))
        assert bus.core.depth == 1
        assert bus.core.bytes == len(bus.core.endpoints["a"].lanes["s"].queue[0].encoded)
        worker.gate.set()
        await bus.idleness.reached()
        assert worker.numbers() == [1], "a message that is inside is handled nevertheless"
        with pytest.raises(JournalError):
            await bus.send_to_component(message("a", 3))
        assert any("disk is full" in reason for reason in degraded_reasons(bus.core))
        assert (bus.core.from_outside, bus.core.rejected) == (1, 2), "what is refused does not count as taken"
        journal.full = False
        await asyncio.sleep(2)
        assert not journal.rows, "the acknowledgement was written after all"
        await bus.send_to_component(message("a", 4))
        await bus.idleness.reached()
        assert worker.numbers() == [1, 4]
        assert not degraded_reasons(bus.core)


@virtual_time
async def test_room_that_a_message_had_that_could_not_be_kept_is_handed_on() -> None:
    """I2, B4: whoever waits behind it gets its room."""
    journal = FakeJournal()
    policy = replace(KEPT, max_queue=1, block_timeout=100.0)
    async with kept_in(journal, policy) as bus:
        journal.slow = True
        first = asyncio.create_task(bus.send_to_component(message("a", 1)))
        await asyncio.sleep(1)
        second = asyncio.create_task(bus.send_to_component(message("a", 2)))
        await asyncio.sleep(1)
        journal.full = True
        journal.commit()
        await asyncio.sleep(0.1)
        assert isinstance(first.exception(), JournalError)
        journal.full = journal.slow = False
        await asyncio.sleep(5)
        outcome = second.exception() if second.done() else None
        assert second.done(), "it waited for room that nobody had"
        assert outcome is None or isinstance(outcome, JournalError)


@virtual_time
async def test_a_cancelled_publisher_leaves_its_message_accepted() -> None:
    """F7: accepted or not, never half; once it has its place it is kept."""
    journal, worker = FakeJournal(), Worker()
    async with kept_in(journal) as bus:
        bus.register_component_handler("a", worker)
        journal.slow = True
        sending = asyncio.create_task(bus.send_to_component(message("a", 1)))
        await asyncio.sleep(1)
        sending.cancel()
        await asyncio.sleep(1)
        journal.slow = False
        journal.commit()
        await bus.idleness.reached()
        assert worker.numbers() == [1]


@pytest.mark.parametrize("way", ["send", "publish", "emit"])
@virtual_time
async def test_what_publishers_send_in_one_turn_is_written_together(way: str) -> None:
    """I4: none of them lets the loop breathe first, for it does so anyway while it waits for the write."""
    journal, worker = FakeJournal(), Worker()
    async with kept_in(journal) as bus:
        worker.gate = asyncio.Event()
        target = await bus.subscribe("message", worker)
        routed(bus, {"in": (target,)}, {})

        async def publish(session: str) -> None:
            for number in range(4):
                if way == "send":
                    await bus.send_to_component(message(target, number, session))
                elif way == "publish":
                    await bus.publish(message("", number, session))
                else:
                    await bus.outbox.emit("in", "out", {"n": number}, session=session)

        await asyncio.gather(*(publish(f"s{number}") for number in range(50)))
        assert [len(batch.accepted) for batch in journal.batches if batch.accepted] == [50] * 4
        worker.gate.set()
        await bus.idleness.reached()


@virtual_time
async def test_what_was_not_settled_comes_back_in_order_with_its_attempts() -> None:
    """I2: recovery before anything new, in lane order, attempts made and history kept."""
    journal, worker = FakeJournal(), Worker()
    policy = replace(KEPT, retry=replace(ONCE, max_retries=3, base=50.0, jitter="none"))
    async with kept_in(journal, policy) as bus:
        worker.failures[0] = 1
        bus.register_component_handler("a", worker)
        for n in range(4):
            await bus.send_to_component(message("a", n))
        await asyncio.sleep(1)
        assert worker.started == [("s", 0, 1)]
    again, log = Worker(), EventLog()
    async with kept_in(journal, policy, log=log) as bus:
        assert [r.type for r in log.reader(from_start=True).read().records] == ["restored"] * 4
        bus.register_component_handler("a", again)
        await bus.send_to_component(message("a", 4))
        await bus.idleness.reached()
        assert again.numbers() == [0, 1, 2, 3, 4]
        assert again.started[0] == ("s", 0, 2), "the attempt before counts"
    assert not journal.rows


@virtual_time
async def test_outputs_and_their_acknowledgement_are_one_step() -> None:
    """C4, I2: no batch has a child without the end of its parent, or the other way round."""
    journal, worker = FakeJournal(), Worker()
    async with kept_in(journal) as bus:

        async def parent(envelope: MessageEnvelope) -> None:
            await bus.send_to_component(message("b", envelope.payload["n"]))

        worker.gate = asyncio.Event()
        bus.register_component_handler("a", parent)
        bus.register_component_handler("b", worker)
        await bus.send_to_component(message("a", 1))
        await asyncio.sleep(1)
        assert waiting(journal) == [("s", "b")]
        ended = [batch for batch in journal.batches if batch.settled]
        assert [len(batch.accepted) for batch in ended] == [1]
        worker.gate.set()
        await bus.idleness.reached()


@virtual_time
async def test_a_dead_letter_and_the_end_of_its_delivery_are_one_step() -> None:
    """E3, I2: and the letter comes back with the next process."""
    journal, worker = FakeJournal(), Worker()
    async with kept_in(journal) as bus:
        worker.failures[1] = 99
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        await asyncio.sleep(0.1)
        (letter,) = journal.dead.values()
        assert letter.reason is DeathReason.EXHAUSTED
        assert not journal.rows
        together = [batch for batch in journal.batches if batch.letters]
        assert [len(batch.settled) for batch in together] == [1]
    async with kept_in(journal) as bus:
        assert [one.dlq_id for one in bus.core.dead.list()] == [letter.dlq_id]
        assert bus.core.dead.next_id() == "dl-000002"


@virtual_time
async def test_at_most_once_is_settled_before_it_starts() -> None:
    """C2, I2: killed during its only attempt, it does not come again."""
    journal, worker = FakeJournal(), Worker()
    async with kept_in(journal, replace(KEPT, delivery="at_most_once")) as bus:
        worker.gate = asyncio.Event()
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await asyncio.sleep(1)
        assert worker.started
        assert not journal.rows
        worker.gate.set()


@pytest.mark.parametrize("durable", [True, False])
@virtual_time
async def test_a_hold_keeps_nothing_that_was_started_at_most_once(durable: bool) -> None:
    """C2, I1: its only attempt runs; what waits behind it is kept."""
    journal, worker = FakeJournal(), Worker()
    async with kept_in(journal, replace(PLAIN, durable=durable, delivery="at_most_once")) as bus:
        worker.gate = asyncio.Event()
        bus.register_component_handler("a", worker)
        for n in range(2):
            await bus.send_to_component(message("a", n))
        await asyncio.sleep(1)
        assert worker.started == [("s", 0, 1)]
        bus.holds.pause("a")
        await asyncio.sleep(2)
        assert [row.envelope.payload["n"] for row in journal.deliveries()] == [1]
        worker.gate.set()


@virtual_time
async def test_a_message_that_was_in_flight_at_three_deaths_is_not_started_again() -> None:
    """E7: the fourth start is none; it is a dead letter that says so."""
    journal = FakeJournal()
    starts = 0
    for life in range(4):
        bus = make_bus(KEPT)
        bus.keep_in(journal)
        await bus.start()

        async def handler(_envelope: MessageEnvelope) -> None:
            nonlocal starts
            starts += 1
            await asyncio.sleep(1000)

        bus.register_component_handler("a", handler)
        if life == 0:
            await bus.send_to_component(message("a", 1))
        await asyncio.sleep(1)
        marks = dict(journal.marks)
        rows = dict(journal.rows)
        dead = dict(journal.dead)
        await bus.stop(drain=False)
        journal.rows, journal.marks, journal.dead = rows, marks, dead  # as a kill leaves it
    assert starts == 3
    assert [letter.reason for letter in journal.dead.values()] == [DeathReason.POISON_CRASH]
    assert not journal.rows


@virtual_time
async def test_what_is_paused_and_parked_is_kept_where_nothing_is_durable() -> None:
    """I1: with a state folder dead letters, paused lanes and their messages outlive the process; the rest does not."""
    journal, policy = FakeJournal(), DeliveryPolicy(retry=ONCE)
    async with kept_in(journal, policy) as bus:
        bus.register_component_handler("a", Worker())
        bus.holds.pause("a", "s")
        for n in range(3):
            await bus.send_to_component(message("a", n))
        await bus.send_to_component(message("gone", 9))
        bus.serving.park(bus.core.endpoint("gone"))
        await asyncio.sleep(2)
    assert sorted(waiting(journal)) == [("s", "a")] * 3 + [("s", "gone")]
    worker = Worker()
    await asyncio.sleep(1000)  # longer than their life, which stands still
    async with kept_in(journal, policy) as bus:
        bus.register_component_handler("a", worker)
        await asyncio.sleep(2)
        assert not worker.started, "it is still paused"
        bus.holds.resume("a", "s")
        await asyncio.sleep(2)
        assert worker.numbers() == [0, 1, 2]
    assert waiting(journal) == [("s", "gone")]


@virtual_time
async def test_what_comes_effectively_once_does_so_across_lives() -> None:
    """C3, I2: what was had is remembered."""
    journal, policy = FakeJournal(), replace(KEPT, delivery="effectively_once")
    once = message("a", 1, dedupe_key="k")
    async with kept_in(journal, policy) as bus:
        bus.register_component_handler("a", Worker())
        await bus.send_to_component(once)
        await bus.idleness.reached()
    worker = Worker()
    async with kept_in(journal, policy) as bus:
        bus.register_component_handler("a", worker)
        await bus.send_to_component(once)
        await bus.idleness.reached()
        assert not worker.started
        assert bus.core.endpoints["a"].duplicates == 1


@virtual_time
async def test_what_need_not_be_remembered_any_more_is_forgotten() -> None:
    """C3, I2: ids are kept for as long as their window."""
    journal, policy = FakeJournal(), replace(KEPT, delivery="effectively_once")
    async with kept_in(journal, policy) as bus:
        bus.register_component_handler("a", Worker())
        await bus.send_to_component(message("a", 1))
        await asyncio.sleep(policy.dedupe.window / 2)
        assert len(journal.seen) == 1
        await asyncio.sleep(policy.dedupe.window)
        assert not journal.seen


@virtual_time
async def test_a_replay_that_took_its_old_place_has_it_in_the_next_life_too() -> None:
    """E4, I2: order as it was decided, not as it was accepted."""
    journal, worker, policy = FakeJournal(), Worker(), replace(KEPT, on_exhausted="pause")
    async with kept_in(journal, policy) as bus:
        worker.failures[0] = 9
        bus.register_component_handler("a", worker)
        for n in range(3):
            await bus.send_to_component(message("a", n))
        await asyncio.sleep(1)
        bus.holds.pause("a")
        await bus.dead_letters.replay("dl-000001")
        await asyncio.sleep(1)
    again = Worker()
    async with kept_in(journal, policy) as bus:
        bus.register_component_handler("a", again)
        bus.holds.resume("a")
        await bus.idleness.reached()
        assert again.numbers() == [0, 1, 2]


@virtual_time
async def test_without_a_journal_nothing_durable_is_taken() -> None:
    """H1, I2: never a promise that is not kept."""
    async with kept_in_nothing() as bus:
        with pytest.raises(JournalError, match="state folder"):
            await bus.send_to_component(message("a", 1))


@asynccontextmanager
async def kept_in_nothing() -> AsyncIterator[InMemoryMessageBus]:
    """Run a bus that has no journal."""
    bus = make_bus(KEPT)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop(drain=False)


@virtual_time
async def test_a_stop_writes_what_is_left() -> None:
    """H2, I2: and takes nothing more."""
    journal = FakeJournal()
    async with kept_in(journal) as bus:
        for n in range(3):
            await bus.send_to_component(message("a", n))
        await bus.stop(drain=False)
        with pytest.raises(ClosingError):
            await bus.send_to_component(message("a", 4))
    assert len(journal.rows) == 3


@virtual_time
async def test_what_is_held_is_kept_as_it_happens() -> None:
    """I1: a kill right after a pause, a stuck lane, a breakpoint or a removal finds it written; no sweep is needed."""
    journal, policy = FakeJournal(), DeliveryPolicy(retry=ONCE, on_exhausted="pause")
    async with kept_in(journal, policy) as bus:
        worker = Worker()
        worker.failures[0] = 9
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 0, "stuck"))
        await bus.idleness.reached()
        await bus.send_to_component(message("a", 1, "stuck"))
        bus.holds.pause("a", "s")
        await bus.send_to_component(message("a", 2))
        await bus.kept()
        assert sorted(waiting(journal)) == [("s", "a"), ("stuck", "a")]
        assert journal.facts["holds"].count(b'"session"') == 2
        await bus.send_to_component(message("a", 3))
        await bus.kept()
        assert len(journal.rows) == 3, "what comes in later too"
        bus.breakpoints.add(Breakpoint("a"))
        await bus.send_to_component(message("gone", 9))
        bus.serving.park(bus.core.endpoint("gone"))
        await bus.send_to_component(message("gone", 10, "new"))
        await bus.kept()
        assert waiting(journal)[3:] == [("s", "gone"), ("new", "gone")]
        assert b'"a"' in journal.facts["breakpoints"]
        assert [row.progress.frozen_at is not None for row in journal.rows.values()] == [True] * 5
        bus.holds.resume("a", "s")
        bus.breakpoints.remove(Breakpoint("a"))
        await bus.idleness.reached()
        await bus.kept()
        assert sorted(waiting(journal)) == [("new", "gone"), ("s", "gone"), ("stuck", "a")]
        assert journal.facts["holds"].count(b'"session"') == 1
        assert bus.core.endpoints["a"].easy_depth == 0
        bus.holds.purge("a", "stuck")
        await bus.kept()
        assert bus.core.endpoints["a"].easy_depth > 0, "nothing is held there any more"


@virtual_time
async def test_a_hold_that_cannot_be_written_is_told_and_written_later() -> None:
    """I1: whoever asks for it is not kept waiting for room on the disk."""
    journal = FakeJournal()
    async with kept_in(journal, DeliveryPolicy()) as bus:
        bus.register_component_handler("a", Worker())
        journal.full = True
        bus.holds.pause("a")
        await bus.kept()
        assert any("disk is full" in reason for reason in degraded_reasons(bus.core))
        journal.full = False
        await asyncio.sleep(2)
        assert b'"a"' in journal.facts["holds"]


@pytest.mark.parametrize("fails", [False, True])
@virtual_time
async def test_no_target_of_a_fan_out_starts_its_copy_before_all_of_them_are_kept(fails: bool) -> None:
    """F7, I2: also where only one of them is durable and a runner of the other one is at work; all or none."""
    journal = FakeJournal()
    async with kept_in(journal, DeliveryPolicy()) as bus:
        bus.core.endpoint("kept").policy = KEPT
        bus.register_component_handler("kept", Worker())
        plain = Worker()
        plain.gate = asyncio.Event()
        bus.register_component_handler("plain", plain)
        await bus.send_to_component(message("plain", 0))
        await asyncio.sleep(1)
        assert plain.started == [("s", 0, 1)]
        bus.set_routes(1, lambda _source, _event: ("plain", "kept"))
        journal.slow, journal.full = True, fails
        sending = asyncio.create_task(bus.outbox.emit("in", "made", {"n": 1}, session="s"))
        await asyncio.sleep(1)
        plain.gate.set()
        await asyncio.sleep(1)
        assert not sending.done()
        assert plain.numbers() == [0], "its runner went on to a message that is not accepted yet"
        journal.slow = False
        journal.commit()
        await asyncio.wait([sending])
        await bus.idleness.reached()
        assert isinstance(sending.exception(), JournalError) == fails
        assert plain.numbers() == ([0] if fails else [0, 1])
        assert bus.core.endpoints["kept"].ok == (0 if fails else 1)


@virtual_time
async def test_a_fact_that_cannot_be_read_is_kept_aside_and_told() -> None:
    """I2: the rest comes back."""
    journal, log = FakeJournal(), EventLog()
    async with kept_in(journal) as bus:
        await bus.send_to_component(message("a", 1))
    journal.facts |= {"holds": b"[{", "breakpoints": b'"x"'}
    async with kept_in(journal, log=log) as bus:
        assert bus.core.depth == 1
        assert bus.holds.list() == ()
        assert any("and 1 more" in reason for reason in degraded_reasons(bus.core))
        notes = [r for r in log.reader(from_start=True).read().records if r.type == "note"]
        assert [note.data["event"] for note in notes] == ["state.unreadable"] * 2
        await bus.kept()
        assert journal.facts["unreadable holds"] == b"[{"
