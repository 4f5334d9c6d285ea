"""What can be asked of dead letters and done about them (bus.md E; the published `bus.dead_letters`)."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from support.bus import ONCE, Worker, message, records, running
from support.dead_letters import letter
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.dead_letter import DeathReason
from woodwork_engine.dead_letter_filter import LetterChoice
from woodwork_engine.errors import FilterError, ReplayRefusedError
from woodwork_engine.events import EventLog
from woodwork_engine.policy import DeliveryPolicy, DlqPolicy, FlowPolicy

SOON = DeliveryPolicy(retry=ONCE)


def filled(bus: InMemoryMessageBus, number: int = 6) -> None:
    for n in range(number):
        bus.core.dead.add(
            letter(
                f"dl-{n + 1:06d}",
                at=1000.0 + n,
                payload={"n": n},
                target="ab"[n % 2],
                session=f"s-{n % 3}",
                reason=DeathReason.REJECTED if n == 4 else DeathReason.EXHAUSTED,
                error="KeyError" if n == 5 else "ConnectionError",
            )
        )


def found(bus: InMemoryMessageBus, *args: object, **criteria: object) -> list[int]:
    letters = bus.dead_letters.list(LetterChoice(*args, **criteria))
    return [int(one.dlq_id.removeprefix("dl-")) for one in letters]


@virtual_time
async def test_letters_are_found_by_what_they_are_and_by_the_filter_grammar() -> None:
    """E6: target, reason, error type, session, time, state, and any filter; all of them must hold."""
    async with running(SOON) as bus:
        filled(bus)
        bus.dead_letters.discard(["dl-000001"])
        await later(7_000)
        assert found(bus) == [1, 2, 3, 4, 5, 6]
        assert found(bus, target="a") == [1, 3, 5]
        assert found(bus, reason="rejected") == [5]
        assert found(bus, error="KeyError") == [6]
        assert found(bus, session="s-1") == [2, 5]
        assert found(bus, since=1002.0, until=1004.0) == [3, 4]
        assert found(bus, state="discarded") == [1]
        assert found(bus, state="open", target="a") == [3, 5]
        assert found(bus, ids=frozenset({"dl-000002", "x"})) == [2]
        assert found(bus, "to:b payload.n>2") == [4, 6]
        assert found(bus, "!state:open") == [1]
        assert found(bus, "age<1h") == []
        assert found(bus, "age>1h error_type:KeyError", target="b") == [6]
        with pytest.raises(FilterError):
            found(bus, "colour:red")
        assert await bus.dead_letters.select(LetterChoice("to:b")) == bus.dead_letters.list(LetterChoice("to:b"))
        assert bus.dead_letters.get("dl-000002").route.target == "b"
        assert bus.dead_letters.get("dl-9") is None
        assert len(bus.dead_letters) == 5


@virtual_time
async def test_a_purge_takes_what_is_resolved_and_other_letters_only_when_told_so() -> None:
    """E2: never an unresolved one by accident; the number is told and recorded."""
    log = EventLog()
    async with running(SOON, log=log) as bus:
        filled(bus)
        bus.dead_letters.discard(["dl-000001", "dl-000002"])
        assert bus.dead_letters.purge(LetterChoice(target="a")) == 1
        assert found(bus) == [2, 3, 4, 5, 6]
        assert bus.dead_letters.purge() == 1
        assert bus.dead_letters.purge() == 0
        assert await bus.dead_letters.purge_many(LetterChoice(target="b"), unresolved=True) == 2
        assert found(bus) == [3, 5]
    told = [one.details() for one in records(log, "note")]
    assert [one["count"] for one in told if one["event"] == "dead_letters.purged"] == [1, 1, 2]


@virtual_time
async def test_notes_are_kept_on_the_letter_and_found_by_the_filter() -> None:
    """E1: and written into the log."""
    log = EventLog()
    async with running(SOON, log=log) as bus:
        filled(bus)
        assert bus.dead_letters.note(["dl-000002", "dl-000003", "x"], "asked Ada", by="me") == 2
        assert found(bus, 'note:"asked Ada"') == [2, 3]
        bus.dead_letters.discard(["dl-000002"], "Ada says spam")
        assert bus.dead_letters.get("dl-000002").resolution.note == "Ada says spam"
    told = [one.details() for one in records(log, "note")]
    assert [(one["event"], one["dlq_id"], one["text"]) for one in told] == [
        ("dead_letter.note", "dl-000002", "asked Ada"),
        ("dead_letter.note", "dl-000003", "asked Ada"),
    ]


@virtual_time
async def test_what_is_exported_can_be_imported_elsewhere_and_replayed_there() -> None:
    """E1: complete records; bytes and datetimes arrive as they were sent."""
    odd = {"n": 1, "raw": b"\xff\x00", "when": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    async with running(SOON) as bus:
        worker = Worker()
        worker.failures[1] = 9
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        bus.core.dead.add(letter("dl-000002", payload=odd, target="a"))
        lines = list(bus.dead_letters.export())
        before = bus.dead_letters.list()
    async with running(SOON) as bus:
        worker = Worker()
        bus.register_component_handler("a", worker)
        imported = bus.dead_letters.import_([lines[0], "", lines[1] + "\n"])
        assert (imported.ids, imported.problems) == (("dl-000001", "dl-000002"), ())
        after = bus.dead_letters.list()
        assert after[0].envelope == before[0].envelope
        assert [(one.attempts, one.policy, one.encoded) for one in after] == [
            (one.attempts, one.policy, one.encoded) for one in before
        ]
        for dlq_id in imported.ids:
            await bus.dead_letters.replay(dlq_id)
        await bus.idleness.reached()
        assert [one.payload for one in worker.seen] == [{"n": 1}, odd]


@virtual_time
async def test_an_imported_letter_is_open_and_gets_a_new_id_where_its_own_is_taken() -> None:
    """E1: also one that was given and has gone; what it was elsewhere stands in a note."""
    async with running(SOON) as bus:
        filled(bus, 3)
        bus.dead_letters.discard(["dl-000001"], "spam")
        lines = list(bus.dead_letters.export())
        bus.dead_letters.purge()
        imported = bus.dead_letters.import_(lines)
        assert imported.ids == ("dl-000004", "dl-000005", "dl-000006")
        letters = [bus.dead_letters.get(one) for one in imported.ids]
        assert {one.state for one in letters} == {"open"}
        assert letters[0].notes[-1].text == "imported; it was dl-000001 of main.ww, discarded"
        assert bus.core.dead.next_id() == "dl-000007"


@virtual_time
async def test_broken_lines_are_reported_by_number_and_leave_nothing_half() -> None:
    """E1: the others are taken; where there is no room for dead letters, that is the problem (E2)."""
    async with running(SOON) as bus:
        filled(bus, 3)
        lines = list(bus.dead_letters.export())
    async with running(SOON, flow=FlowPolicy(dlq=DlqPolicy(max_count=2))) as bus:
        newer = lines[1].replace('"v":1', '"v":2')
        imported = bus.dead_letters.import_(["{", lines[0], lines[0][:-40], newer, lines[1], lines[2]])
        assert imported.ids == ("dl-000001", "dl-000002")
        assert [number for number, _ in imported.problems] == [1, 3, 4, 6]
        assert "newer version" in imported.problems[2][1]
        assert "room for letters is full (2 of 2)" in imported.problems[3][1]
        assert len(bus.dead_letters.list()) == 2


@virtual_time
async def test_a_replay_may_keep_the_life_it_had() -> None:
    """E4: the option; a life that is over is refused."""
    async with running(SOON) as bus:
        worker = Worker()
        worker.failures = {1: 9, 2: 9}
        bus.register_component_handler("a", worker)
        for number in (1, 2):
            await bus.send_to_component(message("a", number, ttl_seconds=100 * number))
        await bus.idleness.reached()
        expires = bus.dead_letters.get("dl-000001").envelope.expires_at
        await later(50)
        worker.failures.clear()
        await bus.dead_letters.replay("dl-000001", keep_ttl=True, note="once more")
        assert bus.core.endpoints["a"].lanes["s"].queue[0].expires_at == expires
        assert bus.dead_letters.get("dl-000001").resolution.note == "once more"
        await later(200)
        with pytest.raises(ReplayRefusedError, match="life of dl-000002 is over"):
            await bus.dead_letters.replay("dl-000002", keep_ttl=True)


@virtual_time
async def test_several_replays_go_in_the_order_in_which_their_lane_took_them() -> None:
    """E6: whatever order they are named in, and after earlier replays."""
    async with running(SOON) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(6), 9)
        bus.register_component_handler("a", worker)
        for number in range(6):
            await bus.send_to_component(message("a", number, session=f"s-{number % 2}"))
            await later(1)
        await bus.dead_letters.replay("dl-000001")
        await bus.idleness.reached()
        worker.failures.clear()
        chosen = [one.dlq_id for one in bus.dead_letters.list(LetterChoice(state="open"))]
        accepted, refused = await bus.replays.replay_in_order([*reversed(chosen), "nothing"])
        assert (len(accepted), [one for one, _ in refused]) == (6, ["nothing"])
        await bus.idleness.reached()
    assert (worker.numbers("s-0"), worker.numbers("s-1")) == ([0, 2, 4], [1, 3, 5])


async def test_a_look_at_many_letters_lets_the_loop_breathe() -> None:
    """E2, H4: in slices, and counts need no look at all."""
    bus = InMemoryMessageBus(policy=SOON)
    filled(bus, 5_000)
    turns = 0

    async def breathe() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(breathe())
    found = await bus.dead_letters.select(LetterChoice("payload:7 to:a"))
    task.cancel()
    assert found
    assert turns > 1


@virtual_time
async def test_many_letters_are_discarded_in_slices_and_still_come_back_together() -> None:
    """E2, H4: others have their turn between two slices, and one moment stands on all of them."""
    async with running(SOON) as bus:
        filled(bus, 250)
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        busy = asyncio.create_task(others())
        ids = [one.dlq_id for one in bus.dead_letters.list()]
        assert await bus.dead_letters.discard_many([*ids, "gone"], "too old") == 250
        assert turns >= 2
        assert len({one.resolution for one in bus.dead_letters.list()}) == 1
        assert await bus.dead_letters.note_many(ids, "seen") == 250
        assert await bus.dead_letters.restore_many(ids) == 250
        assert len(bus.dead_letters) == 250
        busy.cancel()
