"""Every setting about deliveries and the flow that the language takes has an effect (interfaces: Settings).

One table: each entry writes a setting, looks at a running bus without it and with it, and says what is different.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from support.bus import Worker, message, routed
from support.checking import plan_of
from support.engines import LONG, RunningFlow, running
from support.journals import FakeJournal
from support.virtual_loop import VirtualClock, later, run_virtually
from woodwork_engine import InMemoryMessageBus, MessageEnvelope, QueueFullError, ReplayRefusedError, Retry
from woodwork_engine.language.policies import BusSettings, DeliverySettings, FlowSettings
from woodwork_engine.message import DeliveryMode
from woodwork_engine.payload import encode
from woodwork_engine.policy import ON_REMOVE
from woodwork_engine.snapshot import NodeState, Snapshot

SENT = 12
HOUR = 3600.0


@asynccontextmanager
async def bus_of(text: str, journal: FakeJournal | None = None) -> AsyncIterator[InMemoryMessageBus]:
    """Run a bus by the policies of the flow *text*: those of its component `a` hold for every target."""
    plan = plan_of(text)
    bus = InMemoryMessageBus(
        policy=plan.node("a").policy, flow_policy=plan.policy, clock=VirtualClock(), rng=random.Random(1)
    )
    bus.keep_in(journal)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop(drain=False)


async def most_at_once(text: str, session: str = "") -> int:
    """Return how many of three messages are handled at once; of different sessions unless one is given."""
    async with bus_of(text) as bus:
        worker = Worker(seconds=1)
        bus.register_component_handler("a", worker)
        for number in range(3):
            await bus.send_to_component(message("a", number, session or f"s{number}"))
        await bus.idleness.reached()
        return worker.most_running


async def most_of_a_session_at_once(text: str) -> int:
    return await most_at_once(text, "s")


async def turns(text: str) -> str:
    """Return the sessions in the order in which four messages each of two of them are handled."""
    async with bus_of(text) as bus:
        worker = Worker()
        for session in "st":
            for number in range(4):
                await bus.send_to_component(message("a", number, session))
        bus.register_component_handler("a", worker)
        await bus.idleness.reached()
        return "".join(session for session, _ in worker.done)


async def attempts(text: str, **more: object) -> list[float]:
    """Return after how many seconds each attempt at a message began, every one of which fails."""
    async with bus_of(text) as bus:
        begun: list[float] = []

        async def fail(_envelope: MessageEnvelope) -> None:
            begun.append(round(asyncio.get_running_loop().time(), 6))
            raise ConnectionError("no")

        bus.register_component_handler("a", fail)
        await bus.send_to_component(message("a", 1, **more))
        await bus.idleness.reached()
        return begun


async def number_of_attempts(text: str) -> int:
    return len(await attempts(text))


async def jitter(text: str) -> str:
    """Return by which rule the first delays of many messages are spread."""
    async with bus_of(text) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(50), 1)
        first: list[float] = []

        async def once(envelope: MessageEnvelope) -> None:
            if envelope.retry_count == 0:
                raise ConnectionError
            first.append(round(asyncio.get_running_loop().time(), 6))

        bus.register_component_handler("a", once)
        for number in range(50):
            await bus.send_to_component(message("a", number, f"s{number}"))
        await bus.idleness.reached()
        least, most = min(first), max(first)
        return "none" if least == most == 0.5 else "equal" if 0.25 <= least < most <= 0.5 else "full"


async def delay_asked_for(text: str) -> float:
    """Return how long an error that asks for 100 s has to wait."""
    async with bus_of(text) as bus:
        begun: list[float] = []

        async def busy(_envelope: MessageEnvelope) -> None:
            begun.append(asyncio.get_running_loop().time())
            if len(begun) == 1:
                raise Retry(after=100)

        bus.register_component_handler("a", busy)
        await bus.send_to_component(message("a", 1))
        await bus.idleness.reached()
        return round(begun[1] - begun[0], 6)


async def handled_after_a_failure(text: str) -> list[object]:
    """Return what is handled of a session whose first message fails for good."""
    async with bus_of(text) as bus:
        worker = Worker()
        worker.failures = {0: 99}
        bus.register_component_handler("a", worker)
        for number in range(3):
            await bus.send_to_component(message("a", number, max_retries=0))
        await later(60)
        return worker.numbers()


async def late_attempts(text: str) -> int:
    """Return how many attempts of ten seconds are late."""
    async with bus_of(text) as bus:
        bus.register_component_handler("a", Worker(seconds=10))
        await bus.send_to_component(message("a", 1, max_retries=0))
        await later(20)
        return bus.get_stats()["timeout_failures"]


async def expired(text: str) -> list[str]:
    """Return why a message that nobody handles is dead after ten seconds."""
    async with bus_of(text) as bus:
        await bus.send_to_component(message("nobody", 1))
        await later(10)
        return [letter.reason for letter in bus.dead_letters.list()]


async def room(text: str) -> int:
    """Return how many messages of one session are let in where nobody takes them away."""
    async with bus_of(text) as bus:
        tasks = [asyncio.create_task(bus.send_to_component(message("nobody", number))) for number in range(SENT)]
        await later(1)
        for task in tasks:
            task.cancel()
        return sum(task.done() and not task.cancelled() for task in tasks)


async def one_too_many(text: str) -> str:
    """Return what becomes of the fourth message where there is room for three."""
    async with bus_of(text) as bus:
        for number in range(3):
            await bus.send_to_component(message("nobody", number))
        try:
            async with asyncio.timeout(1):
                await bus.send_to_component(message("nobody", 3))
        except QueueFullError:
            return "refused"
        except TimeoutError:
            return "waits"
        letters = bus.dead_letters.list()
        return f"{letters[0].envelope.payload['n']} {letters[0].reason}" if letters else "dropped"


async def seconds_blocked(text: str) -> float:
    """Return how long a sender waits for room before it is refused."""
    async with bus_of(text) as bus:
        await bus.send_to_component(message("nobody", 0))
        with pytest.raises(QueueFullError):
            await bus.send_to_component(message("nobody", 1))
        return round(asyncio.get_running_loop().time(), 6)


async def broadcast(text: str) -> int:
    """Return how many get a broadcast of `alarm`."""
    async with bus_of(text) as bus:
        worker = Worker()
        bus.register_component_handler("a", worker)
        await bus.outbox.broadcast("somebody", "alarm", {"n": 1}, session="s")
        await bus.idleness.reached()
        return len(worker.done)


async def repeated(text: str, seconds: float = 0.0) -> list[object]:
    """Return what is handled of the messages 1, 2 and, later, 1 again."""
    async with bus_of(text) as bus:
        worker = Worker()
        bus.register_component_handler("a", worker)
        first = message("a", 1, ttl_seconds=HOUR)
        for envelope in (first, message("a", 2)):
            await bus.send_to_component(envelope)
        await later(seconds)
        await bus.send_to_component(first)
        await bus.idleness.reached()
        return worker.numbers()


async def repeated_after_a_minute(text: str) -> list[object]:
    return await repeated(text, 60)


async def kept_on_disk(text: str) -> int:
    """Return how many messages are in the journal after one was accepted."""
    journal = FakeJournal()
    async with bus_of(text, journal) as bus:
        await bus.send_to_component(message("nobody", 1))
        await later(0.5)
        return len(journal.rows)


async def attempts_before_it_opens(text: str, failing: int = 1, seconds: float = 0.0) -> int:
    """Return at how many of twenty messages an attempt is made; one of *failing* fails, then *seconds* pass."""
    async with bus_of(text) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(0, 20, failing), 99)
        bus.register_component_handler("a", worker)
        for number in range(20):
            await bus.send_to_component(message("a", number, f"s{number}", max_retries=0))
            await later(0.01)
        await later(seconds)
        return len(worker.started)


async def attempts_where_half_fails(text: str) -> int:
    return await attempts_before_it_opens(text, failing=2)


async def attempts_ten_seconds_later(text: str) -> int:
    return await attempts_before_it_opens(text, seconds=10)


async def rounds_in_a_loop(text: str) -> int:
    """Return how often a message that goes round in circles is handled."""
    async with bus_of(text) as bus:
        rounds: list[object] = []

        def step(_delivery: object, data: object) -> object:
            rounds.append(data)
            return data

        routed(bus, {"in": ("a",), "a": ("a",)}, {"a": step})
        await bus.outbox.emit("in", "x", 1, session="s")
        await bus.idleness.reached()
        return len(rounds)


async def sent_inside(text: str) -> int:
    """Return how many of fifty messages that a handler sends at once are queued at a target with room for two."""
    async with bus_of(text) as bus:

        async def flood(_envelope: MessageEnvelope) -> None:
            for number in range(50):
                await bus.send_to_component(message("nobody", number))

        bus.register_component_handler("a", flood)
        await bus.send_to_component(message("a", 1))
        await later(0.5)
        return bus.core.endpoints["nobody"].depth


async def seconds_to_stop(text: str) -> float:
    """Return how long a stop waits for an attempt that takes an hour."""
    async with bus_of(text) as bus:
        bus.register_component_handler("a", Worker(seconds=HOUR))
        await bus.send_to_component(message("a", 1))
        await later(0.5)
        before = asyncio.get_running_loop().time()
        await bus.stop()
        return round(asyncio.get_running_loop().time() - before, 6)


async def letters_kept(text: str, seconds: float = 0.0) -> int:
    """Return how many of five dead letters that were discarded are still kept after *seconds*."""
    async with bus_of(text) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(5), 99)
        bus.register_component_handler("a", worker)
        for number in range(5):
            await bus.send_to_component(message("a", number, max_retries=0))
            await bus.idleness.reached()
            bus.dead_letters.discard([letter.dlq_id for letter in bus.dead_letters.list()])
        await later(seconds)
        return bus.core.dead.count


async def letters_kept_for_an_hour(text: str) -> int:
    return await letters_kept(text, HOUR)


async def sent_when_letters_are_full(text: str) -> int:
    """Return how many of five messages that fail, and whose letters are discarded at once, are let in."""
    async with bus_of(text) as bus:
        worker = Worker()
        worker.failures = dict.fromkeys(range(5), 99)
        bus.register_component_handler("a", worker)
        for number in range(5):
            with suppress(QueueFullError):
                await bus.send_to_component(message("a", number, max_retries=0))
            await bus.idleness.reached()
            bus.dead_letters.discard([letter.dlq_id for letter in bus.dead_letters.list()])
        return len(worker.started)


async def replays(text: str) -> int:
    """Return how often what dies again and again may be replayed without force."""
    async with bus_of(text) as bus:
        worker = Worker()
        worker.failures = {1: 99}
        bus.register_component_handler("a", worker)
        await bus.send_to_component(message("a", 1, max_retries=0))
        await bus.idleness.reached()
        for number in range(9):
            try:
                await bus.replays.replay(bus.dead_letters.list()[-1].dlq_id)
            except ReplayRefusedError:
                return number
            await bus.idleness.reached()
        return 9


Probe = Callable[[str], Awaitable[object]]


@dataclass(frozen=True)
class Shown:
    """What *setting* changes: *probe* sees *before* with *base* alone, and *after* with *written*."""

    setting: str
    base: str
    written: str
    probe: Probe
    before: object
    after: object


THREE = 3 * len(encode({"n": 1}))
PLAIN = "retry = { jitter = none }"
PLAINLY = [0, 0.5, 1.5, 3.5]
"""When the attempts are made then."""
ONCE_EACH = "delivery = effectively_once"
OPEN = "breaker = { min = 4 }"


def _error(more: str) -> str:
    return f"retry = {{ jitter = none, on = {{ ConnectionError = {more} }} }}"


OF_COMPONENTS = (
    Shown("concurrency", "", "concurrency = 1", most_at_once, 3, 1),
    Shown("ordering=none", "", "ordering = none", most_of_a_session_at_once, 1, 3),
    Shown("timeout", "", "timeout = 1s", late_attempts, 0, 1),
    Shown("ttl", "", "ttl = 5s", expired, [], ["expired"]),
    Shown("delivery=at_most_once", "", "delivery = at_most_once", number_of_attempts, 4, 1),
    Shown("delivery=effectively_once", "", ONCE_EACH, repeated, [1, 2, 1], [1, 2]),
    Shown("on_exhausted=pause", "", "on_exhausted = pause", handled_after_a_failure, [1, 2], []),
    Shown("max_queue", "", "max_queue = 3", room, SENT, 3),
    Shown("max_session_queue", "", "max_session_queue = 3", room, SENT, 3),
    Shown("overflow=reject", "max_queue = 3", "overflow = reject", one_too_many, "waits", "refused"),
    Shown("overflow=drop_oldest", "max_queue = 3", "overflow = drop_oldest", one_too_many, "waits", "0 dropped_oldest"),
    Shown("overflow=drop_new", "max_queue = 3", "overflow = drop_new", one_too_many, "waits", "dropped"),
    Shown("block_timeout", "max_queue = 1", "block_timeout = 2s", seconds_blocked, 30.0, 2.0),
    Shown("quantum", "concurrency = 1", "quantum = 1", turns, "sssstttt", "stststst"),
    Shown("accepts", "", "accepts = [alarm]", broadcast, 0, 1),
    Shown("durable", "", "durable = true", kept_on_disk, 0, 1),
    Shown("retry.max_retries", "", "retry = { max_retries = 1 }", number_of_attempts, 4, 2),
    Shown("retry.base", PLAIN, "retry = { jitter = none, base = 2s }", attempts, PLAINLY, [0, 2, 6, 14]),
    Shown("retry.factor", PLAIN, "retry = { jitter = none, factor = 3 }", attempts, PLAINLY, [0, 0.5, 2, 6.5]),
    Shown("retry.cap", PLAIN, "retry = { jitter = none, cap = 1s }", attempts, PLAINLY, [0, 0.5, 1.5, 2.5]),
    Shown("retry.jitter=none", "", "retry = { jitter = none }", jitter, "full", "none"),
    Shown("retry.jitter=equal", "", "retry = { jitter = equal }", jitter, "full", "equal"),
    Shown("retry.max_retry_after", "", "retry = { max_retry_after = 5s }", delay_asked_for, 100.0, 5.0),
    Shown("retry.on.*.action=reject", PLAIN, _error("reject"), attempts, PLAINLY, [0]),
    Shown("retry.on.*.action=pause", "", _error("pause"), handled_after_a_failure, [1, 2], []),
    Shown("retry.on.*.max_retries", PLAIN, _error("{ max_retries = 1 }"), attempts, PLAINLY, [0, 0.5]),
    Shown("retry.on.*.base", PLAIN, _error("{ base = 2s }"), attempts, PLAINLY, [0, 2, 6, 14]),
    Shown("retry.on.*.factor", PLAIN, _error("{ factor = 3 }"), attempts, PLAINLY, [0, 0.5, 2, 6.5]),
    Shown("retry.on.*.cap", PLAIN, _error("{ cap = 1s }"), attempts, PLAINLY, [0, 0.5, 1.5, 2.5]),
    Shown("retry.on.*.jitter", PLAIN, _error("{ jitter = equal }"), jitter, "none", "equal"),
    Shown("dedupe.window", ONCE_EACH, "dedupe = { window = 30s }", repeated_after_a_minute, [1, 2], [1, 2, 1]),
    Shown("dedupe.max_ids", ONCE_EACH, "dedupe = { max_ids = 1 }", repeated, [1, 2], [1, 2, 1]),
    Shown("breaker.min", "", "breaker = { min = 4 }", attempts_before_it_opens, 20, 4),
    Shown("breaker.rate", OPEN, "breaker = { min = 4, rate = 0.9 }", attempts_where_half_fails, 5, 20),
    Shown("breaker.window", OPEN, "breaker = { min = 4, window = 7s }", attempts_ten_seconds_later, 4, 5),
)
"""Written in a component; each, but for `durable`, holds as well when it is written in `defaults`, and for the bus."""

OF_THE_BUS = (
    Shown("max_retries", "", "max_retries = 1", number_of_attempts, 4, 2),
    Shown("max_queue_size", "", "max_queue_size = 3", room, SENT, 3),
    Shown("dead_letter_ttl", "", "dead_letter_ttl = 1m", letters_kept_for_an_hour, 5, 0),
)

OF_THE_FLOW = (
    Shown("durable", "", "durable = true", kept_on_disk, 0, 1),
    Shown("max_inflight", "", "max_inflight = 2", most_at_once, 3, 2),
    Shown("max_messages", "", "max_messages = 3", room, SENT, 3),
    Shown("max_bytes", "", f"max_bytes = {THREE}", room, SENT, 3),
    Shown("max_hops", "", "max_hops = 5", rounds_in_a_loop, 65, 6),
    Shown("overflow_factor", "message_bus = { max_queue = 2 }", "overflow_factor = 3", sent_inside, 20, 6),
    Shown("stop_timeout", "", "stop_timeout = 2s", seconds_to_stop, 10.0, 2.0),
    Shown("dead_letter_ttl", "", "dead_letter_ttl = 1m", letters_kept_for_an_hour, 5, 0),
    Shown("dlq.max_count", "", "dlq = { max_count = 2 }", letters_kept, 5, 2),
    Shown("dlq.max_bytes", "", "dlq = { max_bytes = 1 }", letters_kept, 5, 0),
    Shown("dlq.max_age", "", "dlq = { max_age = 1m }", letters_kept_for_an_hour, 5, 0),
    Shown("dlq.dead_letter_ttl", "", "dlq = { dead_letter_ttl = 1m }", letters_kept_for_an_hour, 5, 0),
    Shown(
        "dlq.when_full=reject", "dlq = { max_count = 2 }", "dlq = { max_count = 2, when_full = reject }",
        sent_when_letters_are_full, 5, 2,
    ),
    Shown("dlq.max_replays", "", "dlq = { max_replays = 1 }", replays, 3, 1),
)  # fmt: skip


def _together(base: str, written: str) -> str:
    """Return both, where *written* says again what *base* says only the former."""
    name = written.partition("=")[0]
    return written if base.partition("=")[0] == name else f"{base}\n{written}"


def in_component(settings: str) -> str:
    return f"a = echo {{ to = []\n{settings}\n}}"


def in_defaults(settings: str) -> str:
    return f"a = echo {{ to = [] }}\ndefaults {{\n{settings}\n}}"


def for_the_bus(settings: str) -> str:
    return f"a = echo {{ to = [] }}\ndeployment = local {{ message_bus = memory {{\n{settings}\n}} }}"


def in_deployment(settings: str) -> str:
    return f"a = echo {{ to = [] }}\ndeployment = local {{\n{settings}\n}}"


Place = Callable[[str], str]
EVERY: list[tuple[Place, Shown]] = [
    *(
        (place, one)
        for place in (in_component, in_defaults, for_the_bus)
        for one in OF_COMPONENTS
        if one.setting != "durable"
    ),
    *((place, one) for place in (in_component, for_the_bus) for one in OF_COMPONENTS if one.setting == "durable"),
    *((for_the_bus, one) for one in OF_THE_BUS),
    *((in_deployment, one) for one in OF_THE_FLOW),
]


def _name(one: object) -> str:
    return one.setting if isinstance(one, Shown | ShownInEngine) else one.__name__


@pytest.mark.parametrize(("place", "shown"), EVERY, ids=_name)
def test_a_setting_that_is_accepted_has_an_effect_on_a_running_bus(place: Place, shown: Shown) -> None:
    """D2, F1: and so have all the others."""
    assert run_virtually(shown.probe(place(shown.base))) == shown.before
    assert run_virtually(shown.probe(place(_together(shown.base, shown.written)))) == shown.after


FAILING = "def work(data):\n    raise ConnectionError('no')\n"
WAITING = "retry = { base = 1h, cap = 1h, jitter = none }, ttl = none"


@dataclass(frozen=True)
class ShownInEngine:
    """What *setting* does once the component `a`, which has a message that waits for its retry, leaves the flow.

    *seen* is what a snapshot and the records tell in the end, *before* without and *after* with what is written in the
    component and in the deployment; *first* and *later* are what else is in the flow before
    and after that.
    """

    setting: str
    component: str
    deployment: str
    seen: Callable[[RunningFlow, Snapshot], object]
    before: object
    after: object
    base: str = "drain_timeout = 0"
    first: str = ""
    later: str = ""


def state_of_a(_flow: RunningFlow, snapshot: Snapshot) -> object:
    node = snapshot.node("a")
    return None if node is None else node.state


def end_or_place(flow: RunningFlow, snapshot: Snapshot) -> object:
    """Return how the message has ended, else where it waits."""
    ended, waiting = list(flow.ended()), [node.name for node in snapshot.nodes if node.depth]
    return ended[0] if ended else (*waiting, state_of_a(flow, snapshot))


OTHER = f'b = function python {{ path = "failing.py", function = work, to = [], {WAITING} }}'
AT_A, AT_B = ("a", NodeState.PARKED), ("b", None)
IN_ENGINES = (
    ShownInEngine(
        "drain_timeout", "", "drain_timeout = 0", state_of_a, NodeState.DRAINING, NodeState.PARKED, base=""
    ),
    ShownInEngine("on_remove=dead_letter", "on_remove = dead_letter", "", end_or_place, AT_A, "dead"),
    ShownInEngine("on_remove=discard", "on_remove = discard", "", end_or_place, AT_A, "discarded"),
    ShownInEngine(
        "on_remove=redirect:NAME", 'on_remove = "redirect:b"', "", end_or_place, AT_A, AT_B, first=OTHER, later=OTHER
    ),
    ShownInEngine("was", "", "", end_or_place, AT_A, AT_B, later=OTHER),
)  # fmt: skip


def flow_with(component: str | None, deployment: str, later: str = "") -> str:
    written = f'path = "failing.py", function = work, to = [], {WAITING}, {component}'
    own = "" if component is None else f"a = function python {{ {written} }}"
    return f"in = input cli {{ to = [] }}\n{own}\n{later}\ndeployment = local {{ {deployment} }}"


@pytest.mark.parametrize("shown", IN_ENGINES, ids=_name)
def test_a_setting_about_components_that_go_has_an_effect_on_a_running_engine(
    shown: ShownInEngine, tmp_path: Path
) -> None:
    """G3: they go with a save."""
    for number, (component, more, seen) in enumerate(
        (("", shown.base, shown.before), (shown.component, f"{shown.base}\n{shown.deployment}", shown.after))
    ):
        later = shown.later.replace("to = []", "to = [], was = a") if shown.setting == "was" and number else shown.later
        folder = tmp_path / str(number)
        folder.mkdir()
        folder.joinpath("failing.py").write_text(FAILING)
        with running(folder, flow_with(component, more, shown.first)) as flow:
            flow.send("a", 1, "s")
            flow.until_record("retry_scheduled")
            flow.save(flow_with(None, more, later))
            flow.until_rev(2)
            flow.until(lambda snapshot, flow=flow, seen=seen: shown.seen(flow, snapshot) == seen)


def test_sync_reaches_the_journal(tmp_path: Path) -> None:
    """I3: what it then survives is shown with real files (`store/test_folder.py`)."""
    for deployment, sync in (("", "process"), ("sync = power", "power")):
        flow = RunningFlow(tmp_path)
        journal = FakeJournal()
        flow.engine._flow.bus.keep_in(journal)
        flow.save(flow_with("", deployment))
        tmp_path.joinpath("failing.py").write_text(FAILING)
        flow.engine.start()
        flow.until_rev(1)
        flow.engine.stop(drain=False).result(LONG)
        assert journal.sync == sync


def _leaves(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the path of every setting of *model*, with every choice that is not the built-in one."""
    for name, field in model.model_fields.items():
        path, annotation = f"{prefix}{name}", field.annotation
        inner = [one for one in (annotation, *get_args(annotation)) if isinstance(one, type)]
        block = next((one for one in inner if issubclass(one, BaseModel)), None)
        if block is not None:
            yield from _leaves(block, f"{path}.*." if get_origin(annotation) is dict else f"{path}.")
        elif name == "on_remove":
            yield from (f"{path}={choice}" for choice in (*ON_REMOVE[1:], "redirect:NAME"))
        elif get_origin(annotation) is Literal:
            yield from (f"{path}={choice}" for choice in get_args(annotation) if choice != field.default)
        else:
            yield path


def test_the_table_shows_every_setting_that_the_language_accepts() -> None:
    """D2, F1: whoever adds a setting adds its entry."""
    in_engines = {one.setting for one in IN_ENGINES}
    assert {one.setting for one in OF_COMPONENTS} | in_engines - {"drain_timeout", "was"} == set(
        _leaves(DeliverySettings)
    )
    assert {one.setting for one in OF_THE_BUS} == set(_leaves(BusSettings)) - set(_leaves(DeliverySettings))
    assert {one.setting for one in OF_THE_FLOW} | {"drain_timeout", "sync=power"} == set(_leaves(FlowSettings))


LAYERS = """
    deployment = local { message_bus = memory { BUS } }
    defaults { DEFAULTS }
    a = echo { to = [], OWN }
"""


@pytest.mark.parametrize(
    ("own", "defaults", "bus", "envelope", "made"),
    [
        ("", "", "", {}, 4),
        ("", "", "max_retries = 4", {}, 5),
        ("", "retry = { max_retries = 5 }", "max_retries = 4", {}, 6),
        ("retry = { max_retries = 6 }", "retry = { max_retries = 5 }", "max_retries = 4", {}, 7),
        ("retry = { max_retries = 6 }", "retry = { max_retries = 5 }", "max_retries = 4", {"max_retries": 0}, 1),
        ("", "delivery = at_most_once", "delivery = effectively_once", {}, 1),
        ("", "delivery = at_most_once", "", {"delivery_mode": DeliveryMode.AT_LEAST_ONCE}, 4),
        ("ttl = 2s", PLAIN, "", {}, 3),
        ("ttl = 2s", PLAIN, "", {"ttl_seconds": 1}, 2),
    ],
)
def test_the_first_one_set_wins_from_envelope_to_what_is_built_in(
    own: str, defaults: str, bus: str, envelope: dict[str, object], made: int
) -> None:
    """A2: envelope, component, `defaults`, the bus, built in; shown by the attempts that are made."""
    text = LAYERS.replace("OWN", own).replace("DEFAULTS", defaults).replace("BUS", bus)
    assert len(run_virtually(_attempts_of(text, envelope))) == made


async def _attempts_of(text: str, envelope: dict[str, object]) -> list[float]:
    return await attempts(text, **envelope)
