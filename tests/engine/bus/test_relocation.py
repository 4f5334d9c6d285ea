"""Rule G3 in the bus: lanes that get another name, or move to another component, and what is kept of them (I2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from support.bus import ONCE, Worker, make_bus, message
from support.journals import FakeJournal
from support.virtual_loop import virtual_time
from woodwork_engine.bus.endpoint import EndpointState
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.dead_letter import DeathReason
from woodwork_engine.errors import JournalError
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import decode
from woodwork_engine.policy import DeliveryPolicy

KEPT = DeliveryPolicy(durable=True, retry=ONCE)


async def started(journal: FakeJournal, policy: DeliveryPolicy = KEPT) -> InMemoryMessageBus:
    """Return a bus that runs with *journal*."""
    bus = make_bus(policy)
    bus.keep_in(journal)
    await bus.start()
    return bus


@pytest.mark.parametrize("policy", [KEPT, replace(KEPT, delivery="effectively_once")])
@virtual_time
async def test_what_is_renamed_is_kept_under_its_new_name_also_the_message_that_runs(policy: DeliveryPolicy) -> None:
    """G3, I2: the next process finds it there, in order, and what it has had once."""
    journal, gate = FakeJournal(), asyncio.Event()
    bus = await started(journal, policy)
    entered = asyncio.Event()

    async def waits(envelope: MessageEnvelope) -> None:
        if envelope.payload["n"]:
            entered.set()
            await gate.wait()

    bus.register_component_handler("a", waits)
    sent = [message("a", n) for n in range(4)]
    for one in sent:
        await bus.send_to_component(one)
    await entered.wait()
    assert bus.relocation.rename("a", "b")
    await asyncio.sleep(1)
    assert [row.target for row in journal.deliveries()] == ["b", "b", "b"]
    assert bus.core.endpoint("b").active == 1
    gate.set()
    await bus.idleness.reached()
    await asyncio.sleep(1)
    assert not journal.rows
    seen = {(one.target, one.first) for one in journal.sightings() if one.target == "b" and one.handled}
    assert seen == ({("b", one.message_id) for one in sent} if policy.delivery == "effectively_once" else set())
    assert bus.core.endpoint("b").active == 0
    await bus.stop()


@virtual_time
async def test_a_kept_message_that_is_renamed_and_ended_in_one_turn_is_kept_no_longer() -> None:
    """G3, I2: nothing comes back that has come to its end."""
    journal = FakeJournal()
    bus = await started(journal)
    await bus.send_to_component(message("a", 1))
    await asyncio.sleep(1)
    assert len(journal.rows) == 1
    bus.relocation.rename("a", "b")
    bus.relocation.discard_rest(bus.core.endpoint("b"), dead=False)
    await asyncio.sleep(1)
    assert not journal.rows
    await bus.stop()


@pytest.mark.parametrize("from_durable", [True, False])
@pytest.mark.parametrize("to_durable", [True, False])
@virtual_time
async def test_what_is_redirected_is_kept_behind_what_waits_there(*, from_durable: bool, to_durable: bool) -> None:
    """G3, I2: in the order in which it will be worked on; once kept, always kept, and a durable target keeps it."""
    journal = FakeJournal()
    bus = await started(journal)
    a, b = bus.core.endpoint("a"), bus.core.endpoint("b")
    a.policy = replace(KEPT, durable=from_durable, on_remove="redirect:b")
    b.policy = replace(KEPT, durable=to_durable)
    first, second, third = message("a", 1), message("a", 2), message("b", 3)
    for one in (first, second, third):
        await bus.send_to_component(one)
    bus.serving.dismiss(a, EndpointState.PARKED)
    assert bus.relocation.redirect(a) == 2
    await asyncio.sleep(0.5)
    kept = [(row.target, row.envelope.message_id) for row in journal.deliveries()]
    moved = [("b", one.message_id) for one in (first, second)] if from_durable or to_durable else []
    assert kept == ([("b", third.message_id)] if to_durable else []) + moved
    assert (a.active, b.active, a.depth, b.depth, bus.core.depth) == (0, 1, 0, 3, 3)
    worker = Worker()
    bus.register_component_handler("b", worker)
    await bus.idleness.reached()
    assert worker.numbers() == [3, 1, 2]
    await asyncio.sleep(0.5)
    assert not journal.rows
    await bus.stop()


@virtual_time
async def test_a_sender_that_waits_for_room_follows_a_rename() -> None:
    """G3, B4: its message is for the new name when it is accepted."""
    bus = await started(FakeJournal(), DeliveryPolicy(max_queue=1, retry=ONCE))
    await bus.send_to_component(message("a", 1))
    waiting = asyncio.create_task(bus.send_to_component(message("a", 2)))
    await asyncio.sleep(0.1)
    bus.relocation.rename("a", "b")
    worker = Worker()
    bus.register_component_handler("b", worker)
    assert await waiting
    await bus.idleness.reached()
    assert worker.numbers() == [1, 2]
    await bus.stop()


@virtual_time
async def test_routes_to_a_name_nobody_has_had_lead_to_who_is_called_so_now() -> None:
    """G3, G5: an attempt that keeps its routes still reaches the component."""
    bus = await started(FakeJournal(), DeliveryPolicy(retry=ONCE))
    route = bus.core.table.direct(None, "b")
    await bus.send_to_component(message("a", 1))
    assert bus.relocation.rename("a", "b")
    assert route.endpoint is bus.core.endpoint("b")
    assert route.endpoint.depth == 1
    await bus.stop()


@virtual_time
async def test_a_message_that_was_sent_to_both_is_not_handed_over() -> None:
    """G5: it is there already, under whatever name; the one that is left ends as a duplicate."""
    bus = await started(FakeJournal(), DeliveryPolicy(retry=ONCE))
    a, b = bus.core.endpoint("a"), bus.core.endpoint("b")
    a.policy = replace(a.policy, on_remove="redirect:c")
    bus.set_routes(1, lambda source, _event: ("a", "b") if source == "both" else ("a",), ())
    for number, source in enumerate(("one", "both", "one")):
        await bus.outbox.emit(source, "e", {"n": number}, session="s")
    assert bus.relocation.rename("b", "c")
    bus.serving.dismiss(a, EndpointState.PARKED)
    assert bus.relocation.redirect(a) == 2
    assert (a.discarded, a.duplicates, a.active, a.moved, b.depth) == (1, 1, 0, 2, 3)
    worker = Worker()
    bus.register_component_handler("c", worker)
    await bus.idleness.reached()
    assert worker.numbers() == [1, 0, 2]
    await bus.stop()


@virtual_time
async def test_what_is_redirected_to_where_no_order_is_kept_waits_in_lanes_of_its_own() -> None:
    """G3, B5: a message that fails there holds none of the others up."""
    bus = await started(FakeJournal(), DeliveryPolicy(retry=ONCE))
    a, b = bus.core.endpoint("a"), bus.core.endpoint("b")
    a.policy = replace(a.policy, on_remove="redirect:b")
    b.policy = replace(b.policy, ordering="none")
    for n in range(3):
        await bus.send_to_component(message("a", n))
    bus.serving.dismiss(a, EndpointState.PARKED)
    assert bus.relocation.redirect(a) == 3
    assert (a.active, b.active, b.depth) == (0, 1, 3)
    assert sum(lane.anchor is not None for lane in b.lanes.values()) == 3
    bus.register_component_handler("b", Worker())
    await bus.idleness.reached()
    assert (b.active, b.depth) == (0, 0)
    await bus.stop()


@virtual_time
async def test_what_arrives_for_a_component_that_is_gone_is_kept_and_handled_where_it_goes() -> None:
    """G3, I2: it moves on in the step that accepts it, and is attempted there once it is written."""
    journal, worker = FakeJournal(), Worker()
    bus = await started(journal)
    a = bus.core.endpoint("a")
    a.policy = replace(KEPT, on_remove="redirect:b")
    bus.register_component_handler("b", worker)
    bus.serving.dismiss(a, EndpointState.PARKED)
    journal.slow = True
    sending = asyncio.create_task(bus.send_to_component(message("a", 1)))
    await asyncio.sleep(1)
    assert not worker.started
    journal.slow = False
    journal.commit()
    assert await sending
    async with asyncio.timeout(10):
        await bus.idleness.reached()
    assert worker.numbers() == [1]
    await bus.stop()


def gone(bus: InMemoryMessageBus, name: str, to: str) -> None:
    """Remove the component *name*, and have what it leaves moved to *to*."""
    endpoint, _ = bus.core.endpoint(name), bus.core.endpoint(to)
    endpoint.policy = replace(endpoint.policy, on_remove=f"redirect:{to}")
    bus.serving.dismiss(endpoint, EndpointState.PARKED)
    bus.relocation.redirect(endpoint)


async def handled(bus: InMemoryMessageBus, name: str) -> list[object]:
    """Return what *name* is given once somebody handles it."""
    worker = Worker()
    bus.register_component_handler(name, worker)
    async with asyncio.timeout(10):
        await bus.idleness.reached()
    return worker.numbers()


def renamed(bus: InMemoryMessageBus, old: str, new: str) -> None:
    """Let *old* be called *new*."""
    assert bus.relocation.rename(old, new)


def from_one_to(bus: InMemoryMessageBus, *targets: str) -> None:
    """Route whatever is emitted to *targets*."""
    bus.set_routes(1, lambda _source, _event: targets, ())


@pytest.mark.parametrize("policy", [DeliveryPolicy(retry=ONCE), KEPT, replace(KEPT, ordering="none")])
@virtual_time
async def test_what_two_removed_components_were_both_sent_is_handed_on_once(policy: DeliveryPolicy) -> None:
    """G3, G5: whether the other one's was handled already where both go, or waits there."""
    bus = await started(FakeJournal(), policy)
    from_one_to(bus, "a", "b")
    for n in range(3):
        await bus.outbox.emit("one", "e", {"n": n}, session="s")
    gone(bus, "a", "third")
    await bus.outbox.emit("one", "e", {"n": 3}, session="s")
    assert await handled(bus, "third") == [0, 1, 2, 3]
    gone(bus, "b", "third")
    assert await handled(bus, "third") == []
    assert (bus.core.endpoint("b").duplicates, bus.core.depth) == (4, 0)
    await bus.stop()


@pytest.mark.parametrize("policy", [DeliveryPolicy(retry=ONCE), KEPT, replace(KEPT, ordering="none")])
@virtual_time
async def test_what_arrives_for_two_removed_components_is_handed_on_once(policy: DeliveryPolicy) -> None:
    """G3, G5: from outside and from a handler, both go the same way in the step that accepts them."""
    bus = await started(FakeJournal(), policy)
    from_one_to(bus, "a", "b")
    gone(bus, "a", "third")
    gone(bus, "b", "third")

    async def hands_on(envelope: MessageEnvelope) -> None:
        await bus.outbox.emit("one", "e", envelope.payload)

    bus.register_component_handler("one", hands_on)
    for n in range(3):
        await bus.outbox.emit("one", "e", {"n": n}, session="s")
        await bus.send_to_component(message("one", 3 + n))
    assert sorted(await handled(bus, "third")) == [0, 1, 2, 3, 4, 5]
    await bus.stop()


@virtual_time
async def test_what_goes_on_from_one_removed_component_to_another_is_handed_on_once() -> None:
    """G3, G5: `a` to `c`, `c` to `third`, and `b` to `third` as well."""
    bus = await started(FakeJournal())
    from_one_to(bus, "a", "b")
    await bus.outbox.emit("one", "e", {"n": 1}, session="s")
    gone(bus, "a", "c")
    gone(bus, "c", "third")
    gone(bus, "b", "third")
    assert await handled(bus, "third") == [1]
    await bus.stop()


@virtual_time
async def test_what_was_moved_away_from_a_component_that_returns_may_come_back_to_it() -> None:
    """G5: it has not had it, although it was sent it once."""
    bus = await started(FakeJournal())
    from_one_to(bus, "a", "b")
    await bus.outbox.emit("one", "e", {"n": 1}, session="s")
    gone(bus, "a", "third")
    assert await handled(bus, "third") == [1]
    assert await handled(bus, "a") == []
    gone(bus, "b", "a")
    await bus.idleness.reached()
    assert bus.core.endpoint("a").ok == 1
    await bus.stop()


@virtual_time
async def test_the_next_process_hands_on_once_what_this_one_has_moved() -> None:
    """G3, I2: it knows where the other one went."""
    journal = FakeJournal()
    bus = await started(journal)
    from_one_to(bus, "a", "b")
    await bus.outbox.emit("one", "e", {"n": 1}, session="s")
    gone(bus, "a", "third")
    await asyncio.sleep(1)
    await bus.stop(drain=False)
    later = await started(journal)
    assert await handled(later, "third") == [1]
    gone(later, "b", "third")
    assert await handled(later, "third") == []
    await later.stop()


@virtual_time
async def test_what_moves_on_while_it_is_written_is_attempted_once_it_is_and_not_lost_if_its_move_is_not_written() -> (
    None
):
    """G3, I2: its acceptance is written first, then that it has moved."""
    journal, worker = FakeJournal(), Worker()
    bus = await started(journal)
    bus.register_component_handler("third", worker)
    await asyncio.sleep(1)
    journal.slow = True
    sending = asyncio.create_task(bus.send_to_component(message("a", 1)))
    await asyncio.sleep(1)
    gone(bus, "a", "third")
    await asyncio.sleep(1)
    assert not worker.started
    journal.commit()
    assert await sending
    journal.full = True
    journal.commit()
    await asyncio.sleep(0.1)
    journal.full = journal.slow = False
    async with asyncio.timeout(10):
        await bus.idleness.reached()
    assert worker.numbers() == [1]
    await bus.stop()


@pytest.mark.parametrize("change", [renamed, gone])
@virtual_time
async def test_what_has_another_name_in_each_life_is_started_three_times_before_it_counts_as_poison(
    change: Callable[[InMemoryMessageBus, str, str], None],
) -> None:
    """E7, G3: the deaths of the process that it was attempted in go with it."""
    journal, starts = FakeJournal(), 0

    async def deadly(_envelope: MessageEnvelope) -> None:
        nonlocal starts
        starts += 1
        await asyncio.sleep(1000)

    for life in range(4):
        bus = await started(journal)
        if life == 0:
            await bus.send_to_component(message("a0", 1))
        else:
            change(bus, f"a{life - 1}", f"a{life}")
        bus.register_component_handler(f"a{life}", deadly)
        await asyncio.sleep(1)
        left = dict(journal.marks), dict(journal.rows), dict(journal.dead)
        await bus.stop(drain=False)
        journal.marks, journal.rows, journal.dead = left  # as a kill leaves it
    assert starts == 3
    assert [letter.reason for letter in journal.dead.values()] == [DeathReason.POISON_CRASH]


@virtual_time
async def test_the_deaths_of_the_process_stay_with_their_message_where_others_go_before_it() -> None:
    """E7: also when the numbers under which the two are kept change hands."""
    journal = FakeJournal()
    bus = await started(journal)
    for n in range(2):
        await bus.send_to_component(message("a", n))
    await asyncio.sleep(1)
    await bus.stop(drain=False)
    journal.marks = {1: min(journal.rows)}
    later = await started(journal)
    [lane] = later.core.endpoint("a").lanes.values()
    lane.queue.reverse()
    assert later.core.keeper is not None
    later.core.keeper.deliveries.reordered(lane)
    await asyncio.sleep(1)
    assert [(decode(row.encoded), row.crashes) for row in journal.deliveries()] == [({"n": 1}, 0), ({"n": 0}, 1)]
    await later.stop(drain=False)


@pytest.mark.parametrize("change", [renamed, gone])
@virtual_time
async def test_what_moves_on_while_it_is_written_and_cannot_be_is_refused_and_nowhere(
    change: Callable[[InMemoryMessageBus, str, str], None],
) -> None:
    """F7, G3, I2: neither attempted nor kept, under whatever name, although its sender is told that it is not taken."""
    journal, worker = FakeJournal(), Worker()
    bus = await started(journal)
    journal.slow = True
    sending = asyncio.create_task(bus.send_to_component(message("a", 1)))
    await asyncio.sleep(1)
    change(bus, "a", "third")
    await asyncio.sleep(0.1)
    journal.full = True
    journal.commit()
    with pytest.raises(JournalError):
        await sending
    journal.full = journal.slow = False
    await asyncio.sleep(2)
    bus.register_component_handler("third", worker)
    await bus.idleness.reached()
    assert (worker.started, journal.rows, bus.core.depth, bus.core.bytes) == ([], {}, 0, 0)
    await bus.stop()
