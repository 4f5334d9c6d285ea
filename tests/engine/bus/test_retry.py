"""Failures, backoff, rules about errors, timeouts and the history of attempts (bus.md D1, D2, D3, D5, D6)."""

from __future__ import annotations

import asyncio
import random
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from types import SimpleNamespace

import msgspec
import pydantic
import pytest

from support.bus import EVERY_SECOND, ONCE, Worker, message, records, routed, running
from support.virtual_loop import VirtualClock, later, run_virtually, until, virtual_time
from woodwork_engine import Reject, Retry
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.bus.retry import asked_delay, decide, delay_before, is_named
from woodwork_engine.bus.secrets import HIDDEN
from woodwork_engine.bus.settlement import MESSAGE_CUT, TRACEBACK_CUT
from woodwork_engine.errors import PayloadError
from woodwork_engine.events import EventLog
from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import encode
from woodwork_engine.policy import DeliveryPolicy, ErrorRule, RetryPolicy
from woodwork_engine.threads import zombie_threads


async def raising(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("error", [ValueError("no"), asyncio.CancelledError(), SystemExit(3), TimeoutError()])
@virtual_time
async def test_an_attempt_fails_by_whatever_its_handler_raises(error: BaseException) -> None:
    """D1: a CancelledError that is raised inside, while the runner is not being cancelled, is a failure as well."""
    async with running() as bus:
        bus.register_component_handler("a", lambda_for(error))
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
    assert [attempt.error_type for attempt in letter.attempts] == [type(error).__name__] * 4


def lambda_for(error: BaseException) -> object:
    async def handler(_envelope: MessageEnvelope) -> None:
        await raising(error)

    return handler


@virtual_time
async def test_an_inner_task_that_is_cancelled_fails_the_attempt_and_no_more() -> None:
    """D1: the runner goes on."""
    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        done: list[object] = []

        async def handler(envelope: MessageEnvelope) -> None:
            if envelope.payload["n"] == 1:
                inner = asyncio.create_task(asyncio.sleep(9))
                asyncio.get_running_loop().call_later(1, inner.cancel)
                await inner
            done.append(envelope.payload["n"])

        bus.register_component_handler("a", handler)
        await bus.send_to_component(message("a", 1))
        await bus.send_to_component(message("a", 2))
        await bus.idleness.reached()
    assert done == [2]
    assert bus.core.dead.list()[0].attempts[0].error_type == "CancelledError"


@virtual_time
async def test_a_stop_is_no_failed_attempt() -> None:
    """D1, H2: an attempt that the bus cuts short is not counted and runs again after a restart."""
    async with running() as bus:
        worker = Worker(seconds=10)
        worker.failures[1] = 1
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await later(12)
        report = await bus.stop(drain=False)
        assert (report.cancelled, report.left) == (1, {"a/s": 1})
        await bus.start()
        await bus.idleness.reached()
        assert worker.started == [("s", 1, 1), ("s", 1, 2), ("s", 1, 2)]
    assert len(bus.core.dead) == 0


@virtual_time
async def test_a_handler_that_cannot_say_what_went_wrong_still_fails_properly() -> None:
    """D1: an exception whose own text raises."""

    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("speechless")

    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        bus.register_component_handler("a", lambda_for(MuteError()))
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        assert "cannot be read: RuntimeError" in bus.core.dead.list()[0].error


def test_the_delay_before_an_attempt_grows_up_to_a_cap() -> None:
    """D2: min(cap, base * factor ** (n - 1)) before attempt n + 1."""
    policy = RetryPolicy(base=0.5, factor=2, cap=60, jitter="none")
    rng = random.Random(1)
    assert [delay_before(n + 1, policy, rng) for n in range(1, 10)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert delay_before(100_000, policy, rng) == 60


@pytest.mark.parametrize(("jitter", "least"), [("full", 0.0), ("equal", 1.0)])
def test_jitter_spreads_the_delay(jitter: str, least: float) -> None:
    """D2: full jitter is uniform from 0 up to the whole delay, equal jitter from half of it."""
    rng = random.Random(7)
    policy = RetryPolicy(base=0.5, factor=2, cap=60, jitter=jitter)
    delays = [delay_before(4, policy, rng) for _ in range(4_000)]
    assert least <= min(delays) < least + 0.01
    assert 1.99 < max(delays) <= 2.0
    assert abs(sum(delays) / len(delays) - (least + 2.0) / 2) < 0.05


@virtual_time
async def test_attempts_are_made_when_the_backoff_says() -> None:
    """D2: measured from the failure; the built-in policy makes four attempts."""
    at: list[float] = []
    clock = VirtualClock()
    start = clock.monotonic()

    async def handler(_envelope: MessageEnvelope) -> None:
        at.append(clock.monotonic() - start)
        await asyncio.sleep(1)
        raise ConnectionError

    log = EventLog()
    policy = DeliveryPolicy(retry=RetryPolicy(base=10, factor=3, cap=50, jitter="none"))
    async with running(policy, log=log) as bus:
        bus.register_component_handler("a", handler)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
    assert at == [0, 11, 42, 93]
    scheduled = records(log, "retry_scheduled")
    assert [record.details()["delay_ms"] for record in scheduled] == [10_000, 30_000, 50_000]
    assert [record.attempt for record in scheduled] == [1, 2, 3]


@virtual_time
async def test_an_envelopes_own_limit_of_retries_goes_before_the_policys() -> None:
    """D2: the first one set wins."""
    async with running() as bus:
        worker = Worker()
        worker.failures = {0: 99, 6: 99}
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 0, max_retries=0))
        await bus.send_to_component(message("a", 6, max_retries=6))
        await bus.idleness.reached()
    assert [number for _, number, _ in worker.started] == [0] + [6] * 7


@virtual_time
async def test_a_waiting_retry_can_be_had_now_or_given_up() -> None:
    """D2, E1: by the delivery's id and target."""
    async with running(DeliveryPolicy(ttl=None, retry=RetryPolicy(base=1e6, cap=1e6, jitter="none"))) as bus:
        worker = Worker()
        worker.failures = {1: 1, 2: 1}
        bus.register_component_handler("a", worker)
        sent = [message("a", number) for number in (1, 2, 3)]
        for one in sent:
            await bus.send_to_component(one)
        await later()
        assert bus.retry_now((sent[0].message_id, "a"))
        await later()
        assert worker.numbers() == [1]
        assert bus.kill_retry((sent[1].message_id, "a"))
        assert not bus.kill_retry((sent[1].message_id, "a"))
        await bus.idleness.reached()
    assert worker.numbers() == [1, 3]
    assert bus.core.dead.list()[0].reason == "killed"


@virtual_time
async def test_a_waiting_retry_can_be_given_another_payload() -> None:
    """D2: the next attempt has it, at the time it was to be; a note tells, and another target keeps what it had."""
    log = EventLog()
    async with running(DeliveryPolicy(retry=EVERY_SECOND), log=log) as bus:
        got: dict[str, list[object]] = {"a": [], "b": []}

        async def a(_delivery: object, data: object) -> None:
            got["a"].append(data)
            if data == {"n": 1}:
                raise ValueError("no")

        async def b(_delivery: object, data: object) -> None:
            await asyncio.sleep(5)
            got["b"].append(data)

        routed(bus, {"in": ("a", "b")}, {"a": a, "b": b})
        sent = await bus.outbox.emit("in", "e", {"n": 1}, session="s")
        await later(0.5)
        size = bus.core.bytes
        due = bus.core.waiting[(sent, "a")].due
        with pytest.raises(PayloadError):
            bus.retries.edit((sent, "a"), b"\xc1")
        assert bus.retries.edit((sent, "a"), encode({"n": 1000}))
        assert bus.core.bytes > size
        assert bus.core.waiting[(sent, "a")].due == due
        await bus.idleness.reached()
        assert got == {"a": [{"n": 1}, {"n": 1000}], "b": [{"n": 1}]}
        assert not bus.retries.edit((sent, "a"), encode(1))
        assert bus.core.bytes == 0
    (told,) = [one for one in records(log, "note") if one.details()["event"] == "delivery.edited"]
    assert (told.message_id, told.target) == (sent, "a")
    assert told.details()["payload_sha256_before"] != told.details()["payload_sha256_after"]


@virtual_time
async def test_one_id_waiting_in_two_sessions_leaves_no_timer_behind() -> None:
    """D2, H3: an id that somebody used twice."""
    async with running(DeliveryPolicy(ttl=None, retry=RetryPolicy(base=60, jitter="none"))) as bus:
        worker = Worker()
        worker.failures[1] = 9
        bus.register_component_handler("a", worker)
        for session in ("x", "y"):
            await bus.send_to_component(message("a", 1, session, message_id="same"))
        await later()
        assert bus.get_stats()["retry_queue_size"] == 2
        await bus.stop(drain=False)
        assert asyncio.get_running_loop().timers() == []


class NotNowError(Exception):
    """Like the errors of HTTP libraries: with the answer, or its headers alone."""

    def __init__(self, headers: dict[str, str], *, alone: bool = False) -> None:
        if alone:
            self.headers = headers
        else:
            self.response = SimpleNamespace(headers=headers, status_code=429)


def rules(*layers: dict[str, str]) -> RetryPolicy:
    on = tuple(tuple(ErrorRule(name, action) for name, action in layer.items()) for layer in layers)
    return RetryPolicy(on=on)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ConnectionError", False), ("ConnectionRefusedError", True), ("builtins.ConnectionRefusedError", True),
        ("built.ConnectionRefusedError", False), ("refused", False),
    ],
)  # fmt: skip
def test_a_class_is_meant_by_its_name_alone_or_after_where_it_comes_from(name: str, meant: bool) -> None:
    """D3: bare or dotted."""
    assert is_named(ConnectionRefusedError, name) is meant


def test_a_class_is_found_in_the_package_that_it_is_published_by() -> None:
    """D3: wherever in the package it is defined."""
    assert is_named(pydantic.ValidationError, "pydantic_core.ValidationError")
    assert not is_named(pydantic.ValidationError, "pydantic.ValidationError")


@pytest.mark.parametrize(
    ("layers", "action"),
    [
        ([], "retry"),
        ([{"OSError": "reject"}], "reject"),
        ([{"OSError": "reject", "ConnectionError": "retry"}], "retry"),
        ([{"KeyError": "reject"}], "retry"),
        ([{"Exception": "reject"}, {"ConnectionError": "retry"}], "reject"),
        ([{"KeyError": "retry"}, {"ConnectionError": "reject"}], "reject"),
    ],
)
def test_the_first_match_in_the_order_of_classes_wins_layer_by_layer(layers: list[dict[str, str]], action: str) -> None:
    """D3: MRO order in the component's rules, then in those of defaults, then in what is built in."""
    assert decide(ConnectionResetError(), rules(*layers), 0.0).rule.action == action


def test_what_is_built_in_rejects_and_can_be_overruled() -> None:
    """D3: Reject and ValidationError, of whatever library."""
    for error in (Reject("no"), pydantic.TypeAdapter, msgspec.ValidationError("no")):
        raised = error if isinstance(error, Exception) else _invalid()
        assert decide(raised, RetryPolicy(), 0.0).rule.action == "reject"
    assert decide(Reject("no"), rules({"Reject": "retry"}), 0.0).rule.action == "retry"
    assert decide(_invalid(), rules({"ValueError": "retry"}), 0.0).rule.action == "retry"


def _invalid() -> pydantic.ValidationError:
    with pytest.raises(pydantic.ValidationError) as caught:
        pydantic.TypeAdapter(int).validate_python("x")
    return caught.value


@pytest.mark.parametrize("error", [Reject("never"), msgspec.ValidationError("no int")])
@virtual_time
async def test_a_message_that_is_rejected_dies_at_once(error: Exception) -> None:
    """D3, E1: no retry; the reason says so."""
    async with running() as bus:
        bus.register_component_handler("a", lambda_for(error))
        await bus.send_to_component(message("a", 1, max_retries=9))
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
    assert (letter.reason, len(letter.attempts)) == ("rejected", 1)


@virtual_time
async def test_an_error_may_stop_its_session_at_once() -> None:
    """D3, B6: `pause`, for a subclass too; a dead letter without a further attempt, and nothing after it starts."""
    policy = DeliveryPolicy(retry=rules({"LookupError": "pause"}, {"KeyError": "retry"}))
    async with running(policy) as bus:
        seen: list[object] = []

        async def handler(envelope: MessageEnvelope) -> None:
            seen.append(envelope.payload["n"])
            if envelope.payload["n"] == 1:
                raise KeyError("not there yet")

        bus.register_component_handler("a", handler)
        for number in (1, 2):
            await bus.send_to_component(message("a", number, "x"))
        await bus.send_to_component(message("a", 3, "y"))
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
        assert sorted(seen) == [1, 3]
        assert bus.holds.stuck_on("a", "x") == letter.dlq_id
        bus.holds.resume("a", "x")
        await bus.idleness.reached()
    assert len(letter.attempts) == 1
    assert seen[-1] == 2


@virtual_time
async def test_a_rule_has_figures_of_its_own() -> None:
    """D3: own base, factor, cap and max_retries; what it leaves open is the policy's."""
    rule = ErrorRule("ConnectionError", max_retries=5, base=10, cap=30)
    policy = DeliveryPolicy(ttl=None, retry=RetryPolicy(max_retries=1, jitter="none", on=((rule,),)))
    log = EventLog()
    async with running(policy, log=log) as bus:
        bus.register_component_handler("a", lambda_for(ConnectionResetError("gone")))
        bus.register_component_handler("b", lambda_for(KeyError("k")))
        await bus.send_to_component(message("a", 1))
        await bus.send_to_component(message("b", 1))
        await bus.idleness.reached()
    delays = {"a": [], "b": []}
    for record in records(log, "retry_scheduled"):
        delays[record.target].append(record.details()["delay_ms"] / 1000)
    assert delays == {"a": [10, 20, 30, 30, 30], "b": [0.5]}


@virtual_time
async def test_a_handler_can_say_when_it_wants_its_next_attempt() -> None:
    """D3: Retry(after=s) overrides the delay, is clipped to max_retry_after, and counts as an attempt."""
    log = EventLog()
    policy = DeliveryPolicy(ttl=None, retry=RetryPolicy(max_retries=2, max_retry_after=60))
    async with running(policy, log=log) as bus:
        bus.register_component_handler("a", lambda_for(Retry(after=7)))
        bus.register_component_handler("b", lambda_for(Retry(after=1e9)))
        await bus.send_to_component(message("a", 1))
        await bus.send_to_component(message("b", 1))
        await bus.idleness.reached()
        assert [letter.reason for letter in bus.core.dead.list()] == ["exhausted", "exhausted"]
    scheduled = [(record.target, record.details()["delay_ms"]) for record in records(log, "retry_scheduled")]
    assert sorted(scheduled) == [("a", 7_000), ("a", 7_000), ("b", 60_000), ("b", 60_000)]


@virtual_time
async def test_attempts_that_do_not_count_are_made_beside_those_that_are_allowed() -> None:
    """D3: Retry(count=False); every attempt keeps a number of its own, and what is remembered stays bounded."""
    seen: list[int] = []

    async def handler(envelope: MessageEnvelope) -> None:
        seen.append(envelope.retry_count)
        if len(seen) <= 20:
            raise Retry(after=1, count=False)
        raise ConnectionError

    async with running(DeliveryPolicy(ttl=None, retry=RetryPolicy(max_retries=2, base=1, jitter="none"))) as bus:
        bus.register_component_handler("a", handler)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
    assert seen == list(range(23))
    assert letter.reason == "exhausted"
    assert [(attempt.n, attempt.error_type) for attempt in letter.attempts] == [
        (number, "ConnectionError") for number in (21, 22, 23)
    ]


@virtual_time
async def test_waiting_without_counting_ends_with_the_messages_life() -> None:
    """D3, D4: a service that never has time."""
    async with running(DeliveryPolicy(ttl=100, retry=RetryPolicy(max_retries=0))) as bus:
        bus.register_component_handler("a", lambda_for(Retry(after=30, count=False)))
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        letter = bus.core.dead.list()[0]
    assert letter.reason == "expired_before_retry"
    assert letter.attempts[-1].n == 4


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"RETRY-AFTER": format_datetime(datetime(2026, 5, 1, 12, 1, tzinfo=UTC), usegmt=True)}, 60.0),
        ({"Retry-After": format_datetime(datetime(2026, 5, 1, 11, tzinfo=UTC), usegmt=True)}, 0.0),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Content-Type": "text/plain"}, None),
        ({}, None),
    ],
)
def test_a_retry_after_is_read_as_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    """D3: RFC 9110 10.2.3, on the answer or on the error itself."""
    for alone in (False, True):
        assert asked_delay(NotNowError(headers, alone=alone), NOW.timestamp()) == seconds


@pytest.mark.parametrize(
    "headers", [None, 5, "Retry-After: 5", SimpleNamespace(items=None), SimpleNamespace(items=len)]
)
def test_headers_that_are_none_say_nothing(headers: object) -> None:
    """D3: an exception of a person's may call anything its headers."""
    error = NotNowError({})
    error.response = SimpleNamespace(headers=headers)
    assert asked_delay(error, 0.0) is None


@virtual_time
async def test_a_retry_after_of_a_service_overrides_the_backoff() -> None:
    """D3: and is clipped like any other."""
    log = EventLog()
    policy = DeliveryPolicy(ttl=None, retry=RetryPolicy(max_retries=1, base=1, jitter="none"))
    async with running(policy, log=log) as bus:
        bus.register_component_handler("a", lambda_for(NotNowError({"Retry-After": "42"})))
        bus.register_component_handler("b", lambda_for(NotNowError({"Retry-After": "999999"})))
        for name in ("a", "b"):
            await bus.send_to_component(message(name, 1))
        await bus.idleness.reached()
    assert {r.target: r.details()["delay_ms"] for r in records(log, "retry_scheduled")} == {"a": 42_000, "b": 600_000}


@virtual_time
async def test_a_handler_that_takes_too_long_fails_by_its_timeout() -> None:
    """D5: overrun by at most one tick of 50 ms."""
    async with running(DeliveryPolicy(timeout=2, retry=ONCE)) as bus:
        worker = Worker(seconds=10)
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        attempt = bus.core.dead.list()[0].attempts[0]
        assert bus.get_stats()["timeout_failures"] == 1
    assert attempt.error_type == "HandlerTimeoutError"
    assert 2 <= attempt.ended - attempt.started <= 2.05 + 1e-6


@pytest.mark.parametrize("reply", ["swallows it", "raises another"])
@virtual_time
async def test_a_timeout_counts_whatever_the_handler_makes_of_it(reply: str) -> None:
    """D5: and the next message's runner is not cancelled by it."""
    async with running(DeliveryPolicy(timeout=2, retry=ONCE)) as bus:
        done: list[object] = []

        async def handler(envelope: MessageEnvelope) -> None:
            try:
                await asyncio.sleep(10 if envelope.payload["n"] == 1 else 1)
            except asyncio.CancelledError:
                if reply == "raises another":
                    raise ValueError("instead") from None
                return
            done.append(envelope.payload["n"])

        bus.register_component_handler("a", handler)
        for number in (1, 2, 3):
            await bus.send_to_component(message("a", number))
        await bus.idleness.reached()
        letters = bus.core.dead.list()
    assert done == [2, 3]
    assert [letter.attempts[0].error_type for letter in letters] == ["HandlerTimeoutError"]


@virtual_time
async def test_a_handler_within_its_timeout_is_left_alone() -> None:
    """D5: many side by side, one ticker for all of them, and it ends with them."""
    async with running(DeliveryPolicy(timeout=2)) as bus:
        worker = Worker(seconds=1.9)
        bus.register_component_handler("a", worker)
        for number in range(50):
            await bus.send_to_component(message("a", number, f"s{number}"))
        await bus.idleness.reached()
        assert len(worker.done) == 50
        await later(0.2)
        assert len(asyncio.get_running_loop().timers()) == 1, "only the housekeeper is left"


@virtual_time
async def test_a_stop_at_the_moment_of_a_timeout_still_stops() -> None:
    """D5, D1, H2: two cancellations at once are not taken for one."""
    async with running(DeliveryPolicy(timeout=1, retry=ONCE)) as bus:
        worker = Worker(seconds=10)
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await later()
        endpoint = bus.core.endpoints["a"]
        runner = next(iter(endpoint.runners))
        bus._deadlines._overdue.add(runner)
        runner.cancel()
        report = await bus.stop(drain=False)
        assert report.left == {"a/s": 1}
        assert len(bus.core.dead) == 0


async def test_a_sync_handler_that_takes_too_long_is_counted_as_a_zombie_until_it_ends() -> None:
    """D5: its attempt fails, its thread cannot be stopped. In real time, because threads know no other."""
    bus = InMemoryMessageBus(policy=DeliveryPolicy(timeout=1, retry=ONCE))
    await bus.start()
    began, release = threading.Event(), threading.Event()
    bus.register_component_handler("a", lambda _envelope: (began.set(), release.wait()))
    before = zombie_threads()
    await bus.send_to_component(MessageEnvelope(1, target_component="a"))
    await until(began.is_set)
    await bus.idleness.reached()
    assert bus.core.dead.list()[0].attempts[0].error_type == "HandlerTimeoutError"
    assert zombie_threads() == before + 1
    release.set()
    await until(lambda: zombie_threads() == before)
    await bus.stop()


@virtual_time
async def test_the_history_of_attempts_tells_what_happened_in_each() -> None:
    """D6: number, times, error, traceback, worker and version; never more than attempts allowed."""
    async with running() as bus:
        worker = Worker(seconds=1)
        worker.failures[1] = 9
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        history = bus.core.dead.list()[0].attempts
    assert [attempt.n for attempt in history] == [1, 2, 3, 4]
    assert all(attempt.ended - attempt.started == 1 for attempt in history)
    assert {(attempt.error_type, attempt.message) for attempt in history} == {("ConnectionError", "no 1")}
    assert "raise ConnectionError" in history[0].traceback
    assert history[0].worker.startswith("a#")
    assert history[0].component_version == 1


@virtual_time
async def test_messages_and_tracebacks_of_failures_are_cut() -> None:
    """D6: 4 KiB of message, 16 KiB of traceback, of which the end tells most."""
    async with running(DeliveryPolicy(retry=ONCE)) as bus:
        bus.register_component_handler("a", lambda_for(ValueError("x" * 100_000 + "end")))
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        attempt = bus.core.dead.list()[0].attempts[0]
    assert len(attempt.message) == MESSAGE_CUT
    assert len(attempt.traceback) <= TRACEBACK_CUT + 4
    assert attempt.traceback.rstrip().endswith("end")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("401 for key sk-12345678", f"401 for key {HIDDEN}"),
        ("password='hunter2'", f"password='{HIDDEN}'"),
        ('{"api_key": "abc"}', f'{{"api_key": "{HIDDEN}"}}'),
        ("Authorization: Bearer abc.def-123", f"Authorization: Bearer {HIDDEN}"),
        ("postgres://user:pa55@db:5432/x", f"postgres://user:{HIDDEN}@db:5432/x"),
        ("token = get_token()", "token = get_token()"),
        ("nothing secret here: 12 of 14", "nothing secret here: 12 of 14"),
    ],
)
def test_secrets_do_not_get_into_what_a_failure_leaves_behind(text: str, shown: str) -> None:
    """D6: neither values the bus was told, nor what stands where secrets stand."""

    async def main() -> tuple[object, ...]:
        log = EventLog()
        async with running(DeliveryPolicy(retry=ONCE), log=log) as bus:
            bus.core.secrets.hide(["sk-12345678", "yes"])
            bus.register_component_handler("a", lambda_for(ValueError(text)))
            await bus.send_to_component(message("a", 1))
            await bus.idleness.reached()
            attempt = bus.core.dead.list()[0].attempts[0]
            failed = records(log, "failed")[0].details()
            return attempt.message, attempt.traceback, failed["traceback"], bus.core.endpoints["a"].last_error

    said, traceback, recorded, last = run_virtually(main())
    assert said == shown
    assert f"ValueError: {shown}" in traceback
    assert recorded == traceback
    assert last == f"ValueError: {shown}"


@virtual_time
async def test_a_component_that_fails_again_and_again_stays_within_its_policy() -> None:
    """D2: for every message anew."""
    async with running(DeliveryPolicy(retry=EVERY_SECOND)) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(5), 99)
        bus.register_component_handler("a", worker)
        for number in range(5):
            await bus.send_to_component(message("a", number))
        await bus.idleness.reached()
    assert [attempt for _, _, attempt in worker.started] == [1, 2, 3, 4] * 5
    assert bus.get_stats()["retry_exhausted"] == 5
