"""Replays of many dead letters as jobs (bus.md E6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from support.bus import ONCE, Worker, message, records, routed, running
from support.virtual_loop import later, virtual_time
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.bus.replay_jobs import MOST_AT_ONCE, MOST_KEPT
from woodwork_engine.bus.replay_order import BulkReplay, replay_rate
from woodwork_engine.dead_letter_filter import LetterChoice
from woodwork_engine.errors import ClosingError, FilterError, ReplayRefusedError, SettingError
from woodwork_engine.events import EventLog
from woodwork_engine.payload import encode
from woodwork_engine.policy import DeliveryPolicy, DlqPolicy, FlowPolicy
from woodwork_engine.snapshot import ReplayJob

SOON = DeliveryPolicy(retry=ONCE)
FAST = BulkReplay(rate=None)


async def dead(bus: InMemoryMessageBus, number: int, sessions: int = 1, seconds: float = 0.0) -> Worker:
    """Let *number* messages of *sessions* to `a` die; the worker returned handles whatever comes now."""
    worker = Worker()
    worker.failures = dict.fromkeys(range(number), 9)
    bus.register_component_handler("a", worker)
    for n in range(number):
        await bus.send_to_component(message("a", n, session=f"s-{n % sessions}"))
    await bus.idleness.reached()
    worker.failures.clear()
    worker.seconds = seconds
    return worker


def shown(bus: InMemoryMessageBus, job: ReplayJob) -> ReplayJob:
    found = bus.jobs.get(job.id)
    assert found is not None
    assert found.ok + found.failed + found.in_flight == found.sent
    return found


@virtual_time
async def test_a_thousand_letters_of_ten_sessions_arrive_in_their_original_order() -> None:
    """E6: T of the rule; lane by lane, whatever the list says."""
    async with running(SOON) as bus:
        worker = await dead(bus, 1_000, 10)
        first = bus.core.clock.time()
        job = await bus.jobs.start(BulkReplay(rate=100))
        await later(15)
        done = shown(bus, job)
        assert (done.state, done.total, done.sent, done.ok, done.in_flight) == ("done", 1_000, 1_000, 1_000, 0)
        assert done.ended_at - first == pytest.approx(9.99, abs=0.02)
        for session in range(10):
            assert worker.numbers(f"s-{session}") == list(range(session, 1_000, 10))
        assert len(bus.dead_letters) == 0


@virtual_time
async def test_a_replay_keeps_its_pace_and_the_number_under_way() -> None:
    """E6: ten a second unless told otherwise, and at most k in flight."""
    async with running(SOON) as bus:
        worker = await dead(bus, 40, 40, seconds=2)
        job = await bus.jobs.start(BulkReplay(in_flight=12))
        await later(0.95)
        assert (shown(bus, job).sent, shown(bus, job).state) == (10, "running")
        await later(0.3)
        assert shown(bus, job).sent == 12, "no place for more"
        await later(60)
        assert shown(bus, job).state == "done"
        assert worker.most_running == 12


@virtual_time
async def test_a_dry_run_counts_and_does_nothing() -> None:
    """E6: what is meant, where it would go, how long it takes, and what would be refused."""
    async with running(SOON, flow=FlowPolicy(dlq=DlqPolicy(max_replays=0))) as bus:
        await dead(bus, 21, 3)
        bus.dead_letters.discard(["dl-000001"])
        preview = await bus.jobs.preview(BulkReplay(rate=2))
        assert (preview.total, preview.targets, preview.sessions, preview.need_force) == (20, (("a", 20),), 3, 20)
        assert preview.seconds == 9.5
        part = await bus.jobs.preview(BulkReplay(LetterChoice("payload.n>17", session="s-0"), force=True))
        assert (part.total, part.need_force) == (1, 0)
        with pytest.raises(FilterError):
            await bus.jobs.preview(BulkReplay(LetterChoice("colour:red")))
        assert (bus.jobs.all(), len(bus.dead_letters)) == ((), 20)


@virtual_time
async def test_only_what_is_meant_is_replayed_the_way_it_was_asked() -> None:
    """E6, E4: filter, other target, edited payload, kept life."""
    async with running(SOON) as bus:
        worker = await dead(bus, 6, 2)
        other = Worker()
        bus.register_component_handler("b", other)
        expires = bus.dead_letters.get("dl-000002").envelope.expires_at
        order = BulkReplay(
            LetterChoice(session="s-1"), rate=None, target="b", encoded=encode({"n": "new"}), keep_ttl=True, by="me"
        )
        await later(50)
        job = await bus.jobs.start(order)
        await later()
        assert (shown(bus, job).ok, other.numbers("s-1"), worker.numbers("s-1")) == (3, ["new"] * 3, [])
        assert {one.expires_at for one in other.seen} == {expires}
        assert {one.resolution.by for one in bus.dead_letters.list(LetterChoice(session="s-1"))} == {"me"}
        assert len(bus.dead_letters) == 3


@virtual_time
async def test_the_canaries_must_succeed_before_the_others_go() -> None:
    """E6: one that dies again, or is refused, stops the job."""
    async with running(SOON) as bus:
        worker = await dead(bus, 30, 30, seconds=5)
        job = await bus.jobs.start(BulkReplay(rate=None, canary=2))
        await later(1)
        assert (shown(bus, job).state, shown(bus, job).sent) == ("canary", 2)
        await later(5)
        assert (shown(bus, job).state, shown(bus, job).ok) == ("running", 2)
        await later(60)
        assert shown(bus, job).state == "done"
    async with running(SOON) as bus:
        worker = await dead(bus, 30, 30)
        worker.failures = {1: 9}
        job = await bus.jobs.start(BulkReplay(rate=None, canary=2))
        await later(60)
        stopped = shown(bus, job)
        assert (stopped.state, stopped.sent, stopped.failed) == ("stopped", 2, 1)
        assert "had to succeed, died again" in stopped.problem
        bus.core.policy = FlowPolicy(dlq=DlqPolicy(max_replays=0))
        refused = await bus.jobs.start(BulkReplay(canary=1))
        await later()
        assert "was refused: dl-000003 has died after 0 replays" in shown(bus, refused).problem


@virtual_time
async def test_a_job_stops_itself_when_more_than_a_fifth_of_the_last_twenty_die_again() -> None:
    """E6: and not before; what is under way is counted all the same."""
    async with running(SOON) as bus:
        worker = await dead(bus, 200)
        worker.failures = {n: 9 for n in range(200) if n < 100 and n % 5 == 0}  # one in five: just bearable
        worker.failures |= dict.fromkeys(range(150, 200), 9)
        job = await bus.jobs.start(BulkReplay(rate=100, in_flight=1))
        await later(60)
        stopped = shown(bus, job)
        assert (stopped.state, stopped.failed, stopped.in_flight) == ("stopped", 25, 0)
        assert 155 <= stopped.sent <= 156
        assert stopped.problem == "5 of the last 20 replays died again"


@virtual_time
async def test_a_job_stops_itself_after_as_many_failures_as_it_was_given() -> None:
    """E6: sooner than its own rule would."""
    async with running(SOON) as bus:
        worker = await dead(bus, 30)
        worker.failures = {3: 9, 7: 9}
        job = await bus.jobs.start(BulkReplay(rate=None, in_flight=1, stop_after=2))
        await later(60)
        stopped = shown(bus, job)
        assert (stopped.state, stopped.sent, stopped.failed) == ("stopped", 8, 2)
        assert stopped.problem == "2 replays died again; it was to stop after 2"


@virtual_time
async def test_a_job_tells_of_each_letter_what_became_of_it() -> None:
    """E6: ok, died again as which newer letter, or refused and why; the last ones, bounded."""
    async with running(SOON) as bus:
        worker = await dead(bus, 4)
        worker.failures = {1: 9}
        job = await bus.jobs.start(BulkReplay(rate=1, once=True))
        await later(0.5)
        await bus.dead_letters.replay("dl-000004")
        await later(20)
        told = [(one.dlq_id, one.result, one.detail) for one in shown(bus, job).outcomes]
        assert told == [
            ("dl-000001", "ok", ""),
            ("dl-000002", "died again", "dl-000005"),
            ("dl-000003", "ok", ""),
            ("dl-000004", "refused", "dl-000004 was replayed before; replay it again with force"),
        ]
        assert shown(bus, job).outcomes is shown(bus, job).outcomes, "made anew only when something was added"


@virtual_time
async def test_more_letters_than_fit_a_slice_are_put_in_order_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """E6, H4: what is found and sent is the same."""
    monkeypatch.setattr("woodwork_engine.bus.replay_jobs.MOST_AT_A_TURN", 0)
    monkeypatch.setattr("asyncio.to_thread", _at_once)
    async with running(SOON) as bus:
        worker = await dead(bus, 20, 2)
        assert (await bus.jobs.preview(FAST)).total == 20
        await bus.jobs.start(FAST)
        await later()
        assert worker.numbers("s-1") == list(range(1, 20, 2))


async def _at_once(work: Callable[[], object]) -> object:
    return work()


@virtual_time
async def test_a_job_can_be_paused_resumed_and_cancelled() -> None:
    """E6: what is under way goes on; the letters not yet sent stay as they are."""
    log = EventLog()
    async with running(SOON, log=log) as bus:
        worker = await dead(bus, 100, seconds=0.01)
        job = await bus.jobs.start(FAST_TEN)
        await later(1.05)
        assert bus.jobs.pause(job.id)
        assert not bus.jobs.pause(job.id)
        await later(100)
        assert (shown(bus, job).state, shown(bus, job).sent) == ("paused", 11)
        assert bus.jobs.resume(job.id)
        assert not bus.jobs.resume(job.id)
        await later(1.05)
        assert 21 <= shown(bus, job).sent <= 22
        assert bus.jobs.cancel(job.id)
        assert not bus.jobs.cancel(job.id)
        assert not bus.jobs.pause(job.id)
        await later(100)
        gone = shown(bus, job)
        assert (gone.state, gone.ok) == ("cancelled", gone.sent)
        assert worker.numbers("s-0") == list(range(gone.sent))
        assert len(bus.dead_letters) == 100 - gone.sent
        assert not any(act("job-9") for act in (bus.jobs.pause, bus.jobs.resume, bus.jobs.cancel))
    told = [one.details()["state"] for one in records(log, "note")]
    assert told == ["running", "paused", "running", "cancelled"]


FAST_TEN = BulkReplay()


@virtual_time
async def test_a_target_without_room_is_waited_for_so_that_its_lane_keeps_its_order() -> None:
    """E6, F2: nothing is skipped; what the job waits for is shown."""
    policy = DeliveryPolicy(retry=ONCE, max_queue=2, overflow="reject")
    async with running(policy) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(10), 9)
        bus.register_component_handler("a", worker)
        for n in range(10):
            await bus.send_to_component(message("a", n))
            await bus.idleness.reached()
        worker.failures.clear()
        worker.seconds = 3
        job = await bus.jobs.start(BulkReplay(rate=None))
        await later(1)
        assert "a: queue is full (2 of 2)" in shown(bus, job).problem
        await later(100)
        assert (shown(bus, job).state, shown(bus, job).problem) == ("done", None)
        assert worker.numbers() == list(range(10))


@virtual_time
async def test_refused_letters_are_counted_and_told_and_the_others_go_on() -> None:
    """E6, E5: somebody may replay one in the meantime; with force all go."""
    async with running(SOON) as bus:
        worker = await dead(bus, 5)
        job = await bus.jobs.start(BulkReplay(rate=1))
        await later(0.5)
        await bus.dead_letters.replay("dl-000003")
        await later(20)
        done = shown(bus, job)
        assert (done.state, done.ok, done.refused) == ("done", 4, 1)
        assert done.refusals[0][0] == "dl-000003"
        assert sorted(worker.numbers("s-0")) == [0, 1, 2, 3, 4]
        with pytest.raises(ReplayRefusedError, match="no dead letter"):
            await bus.jobs.start(FAST)
        again = await bus.jobs.start(BulkReplay(rate=None, force=True))
        await later()
        assert shown(bus, again).ok == 5


@virtual_time
async def test_a_replay_that_dies_in_the_step_that_accepts_it_is_counted() -> None:
    """E6, E5: nobody waits for it for ever."""
    async with running(SOON) as bus:

        def no(_delivery: object, _data: object) -> None:
            raise ValueError

        routed(bus, {"in": ("a",)}, {"a": no})
        for n in range(3):
            await bus.outbox.emit("in", "x", n, session="s")
        await bus.idleness.reached()
        bus.core.policy = FlowPolicy(max_hops=-1)
        job = await bus.jobs.start(FAST)
        await later()
        assert (shown(bus, job).state, shown(bus, job).failed) == ("done", 3)


@virtual_time
async def test_jobs_end_with_their_bus_and_leave_no_task() -> None:
    """H3, E6: whatever they were waiting for; `running` looks for what is left."""
    for order in (BulkReplay(rate=0.01), BulkReplay(rate=None, in_flight=1), BulkReplay(canary=1)):
        async with running(SOON) as bus:
            worker = await dead(bus, 10, 10)
            worker.gate = asyncio.Event()
            job = await bus.jobs.start(order)
            paused = await bus.jobs.start(BulkReplay(rate=0.01))
            await later(0.5)
            bus.jobs.pause(paused.id)
            await bus.stop(drain=False)
            assert (shown(bus, job).state, shown(bus, job).problem) == ("cancelled", "the bus was stopped")
            assert shown(bus, paused).state == "cancelled"
            with pytest.raises(ClosingError):
                await bus.jobs.start(FAST)


@virtual_time
async def test_a_stop_that_drains_ends_jobs_first_of_all() -> None:
    """H2, E6: no replay gets in any more."""
    async with running(SOON) as bus:
        worker = await dead(bus, 10, seconds=5)
        job = await bus.jobs.start(BulkReplay(rate=1))
        await later(0.5)
        await bus.stop()
        assert (shown(bus, job).state, shown(bus, job).sent) == ("cancelled", 1)
        assert worker.numbers("s-0") == [0]


@virtual_time
async def test_only_so_many_jobs_run_and_are_remembered() -> None:
    """E6: nothing is unbounded."""
    async with running(SOON) as bus:
        await dead(bus, MOST_KEPT + 10)
        for n in range(MOST_KEPT + 5):
            await bus.jobs.start(BulkReplay(LetterChoice(ids=frozenset({f"dl-{n + 1:06d}"})), rate=None))
            await later()
        assert len(bus.jobs.all()) <= MOST_KEPT + 1
        for _ in range(MOST_AT_ONCE):
            await bus.jobs.start(BulkReplay(rate=0.01))
        with pytest.raises(ReplayRefusedError, match="under way"):
            await bus.jobs.start(FAST)


def test_a_pace_is_written_as_a_number_of_replays_in_a_time() -> None:
    """E6: `--rate 5/s`."""
    assert (replay_rate("5/s"), replay_rate("0.5"), replay_rate("300/m"), replay_rate(" 36 / h ")) == (5, 0.5, 5, 0.01)
    for wrong in ("", "fast", "0/s", "-1/s", "5/d", "nan", "1e400"):
        with pytest.raises(SettingError):
            replay_rate(wrong)
    for wrong in ({"rate": 0.0}, {"in_flight": 0}, {"canary": -1}, {"stop_after": 0}):
        with pytest.raises(SettingError):
            BulkReplay(**wrong)
