"""Settings about deliveries and about the whole flow: what may be written, and how layers of them become a policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from woodwork_engine.kinds import Duration, KindSettings
from woodwork_engine.policy import (
    ON_REMOVE,
    BreakerPolicy,
    DedupePolicy,
    DeliveryChoice,
    DeliveryPolicy,
    DlqPolicy,
    ErrorAction,
    ErrorRule,
    FlowPolicy,
    Jitter,
    OnExhausted,
    OnRemove,
    Ordering,
    Overflow,
    RetryPolicy,
    Sync,
    WhenFull,
    redirect_of,
)

_LONGEST = 31_536_000.0  # a year, in seconds
_MOST = 100_000_000
_SIZE = re.compile(r"(\d{1,15})\s*(B|KiB|MiB|GiB|KB|MB|GB)?", re.ASCII)
_SIZES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def _word_none(value: object) -> object:
    """Let the choice named none be written without quotes."""
    return "none" if value is None else value


def _bytes(value: object) -> object:
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, str) and match is None:
        raise ValueError("a size is a number of bytes, or one with KiB, MiB or GiB")
    return value if match is None else int(match[1]) * _SIZES[match[2] or "B"]


def _on_remove(value: str) -> str:
    if value not in ON_REMOVE and not redirect_of(value):
        raise ValueError("write park, dead_letter, discard, or 'redirect:NAME' with the name of a component")
    return value


def _events(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


class ErrorSettings(KindSettings):
    """What is done about one class of errors: a word, or a block that says more."""

    action: ErrorAction = Field(
        default="retry",
        description="retry: try again; reject: dead-letter it at once; pause: the same, and stop its session here",
    )
    max_retries: int | None = Field(default=None, ge=0, le=10_000, description="attempts after the first one")
    base: Duration | None = Field(default=None, ge=0, le=_LONGEST, description="the first delay, as in 500ms")
    factor: float | None = Field(
        default=None, ge=1, le=100, description="by which each delay is longer than the one before"
    )
    cap: Duration | None = Field(default=None, ge=0, le=_LONGEST, description="the longest delay")
    jitter: Annotated[Jitter | None, BeforeValidator(_word_none)] = Field(default=None, description="as in retry")

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: object) -> object:
        """Take the action alone, or before its block, for the setting of that name."""
        if isinstance(value, str):
            return {"action": value}
        if isinstance(value, dict) and "type" in value:
            return {"action": value["type"], **{key: one for key, one in value.items() if key != "type"}}
        return value


def _error_names(value: dict[str, ErrorSettings]) -> dict[str, ErrorSettings]:
    for name in value:
        if not all(part.isidentifier() for part in name.split(".")):
            raise ValueError(f"{name!r} is no name of an exception; write ValueError or 'package.SomeError'")
    return value


class RetrySettings(KindSettings):
    """When a failed attempt is repeated."""

    max_retries: int = Field(default=3, ge=0, le=10_000, description="attempts after the first one")
    base: Duration = Field(default=0.5, ge=0, le=_LONGEST, description="the first delay, as in 500ms")
    factor: float = Field(default=2.0, ge=1, le=100, description="by which each delay is longer than the one before")
    cap: Duration = Field(default=60.0, ge=0, le=_LONGEST, description="the longest delay")
    jitter: Annotated[Jitter, BeforeValidator(_word_none)] = Field(
        default="full", description="full: any time up to the delay; equal: at least half of it; none: exactly it"
    )
    max_retry_after: Duration = Field(
        default=600.0, ge=0, le=_LONGEST, description="the longest delay that an error may ask for"
    )
    on: Annotated[dict[str, ErrorSettings], AfterValidator(_error_names)] = Field(
        default={}, description="what is done about each class of errors"
    )


class DedupeSettings(KindSettings):
    """For how long, and up to how many, ids are remembered where delivery is effectively once."""

    window: Duration = Field(default=600.0, gt=0, le=_LONGEST, description="time a message is remembered")
    max_ids: int = Field(default=100_000, ge=1, le=_MOST, description="messages remembered at one component")


class BreakerSettings(KindSettings):
    """When a component that mostly fails is left alone for a while."""

    rate: float = Field(default=0.5, gt=0, le=1, description="share of failed attempts that opens it, as in 0.5")
    window: Duration = Field(
        default=30.0, gt=0, le=_LONGEST, description="time over which attempts are counted, and for which it stays open"
    )
    min: int = Field(default=20, ge=1, le=_MOST, description="attempts without which it does not open")


class DeliverySettings(KindSettings):
    """How deliveries to a component are treated; each is about one component, or in `defaults` about all."""

    concurrency: int = Field(default=64, ge=1, le=10_000, description="messages handled at once, of as many sessions")
    ordering: Annotated[Ordering, BeforeValidator(_word_none)] = Field(
        default="session",
        description="session: one message of a session at a time; none: in any order, several at once",
    )
    timeout: Duration | None = Field(default=None, gt=0, le=_LONGEST, description="time an attempt may take, or none")
    ttl: Duration | None = Field(
        default=300.0, gt=0, le=_LONGEST, description="time a message may wait for its attempts, or none"
    )
    delivery: DeliveryChoice = Field(
        default="at_least_once",
        description="at_least_once: repeat what failed; at_most_once: never repeat; "
        "effectively_once: repeat what failed, and leave out a message that came before",
    )
    on_exhausted: OnExhausted = Field(
        default="skip",
        description="skip: dead-letter what failed for good and go on with the next; pause: stop its session here",
    )
    on_remove: Annotated[OnRemove, AfterValidator(_on_remove)] = Field(
        default="park",
        description="what becomes of waiting messages when the component is removed: park, dead_letter, discard, "
        "or redirect:NAME",
    )
    max_queue: int = Field(default=10_000, ge=1, le=_MOST, description="messages that may wait here")
    max_session_queue: int | None = Field(
        default=None, ge=1, le=_MOST, description="messages of one session that may wait here"
    )
    overflow: Overflow = Field(
        default="block",
        description="block: the sender waits; reject: it gets an error; drop_oldest: what has waited longest becomes a "
        "dead letter; drop_new: the new message is dropped",
    )
    block_timeout: Duration = Field(default=30.0, ge=0, le=_LONGEST, description="time a sender waits for room")
    quantum: int = Field(default=16, ge=1, le=1_000_000, description="messages of one session taken in a row")
    accepts: Annotated[tuple[str, ...], BeforeValidator(_events)] = Field(
        default=(), description="events that reach this component when they are broadcast"
    )
    retry: RetrySettings = Field(default=RetrySettings(), description="when a failed attempt is repeated")
    durable: bool = Field(default=False, description="true: what was accepted is kept on disk until it is handled")
    breaker: BreakerSettings | None = Field(
        default=None, description="when a component that mostly fails is left alone for a while; none: never"
    )
    dedupe: DedupeSettings = Field(
        default=DedupeSettings(), description="how long a message is remembered where delivery is effectively_once"
    )


class BusSettings(DeliverySettings):
    """What `message_bus = memory { ... }` may say: every delivery setting, for components that say nothing else."""

    max_retries: int | None = Field(default=None, ge=0, le=10_000, description="another name of retry.max_retries")
    max_queue_size: int | None = Field(default=None, ge=1, le=_MOST, description="another name of max_queue")
    dead_letter_ttl: Duration | None = Field(
        default=None, gt=0, le=_LONGEST, description="another name of dlq.max_age in deployment"
    )


class DlqSettings(KindSettings):
    """How dead letters are kept."""

    max_count: int = Field(default=100_000, ge=1, le=_MOST, description="dead letters that are kept")
    max_bytes: Annotated[int, BeforeValidator(_bytes)] = Field(
        default=256 * 2**20, ge=1, le=2**50, description="bytes of dead letters that are kept, as in 256MiB"
    )
    max_age: Duration | None = Field(
        default=604_800.0, gt=0, le=_LONGEST, description="time a resolved letter is kept after that, or none"
    )
    dead_letter_ttl: Duration | None = Field(default=None, gt=0, le=_LONGEST, description="another name of max_age")
    when_full: WhenFull = Field(
        default="evict_resolved",
        description="evict_resolved: the letters resolved first go; reject: nothing is taken from outside",
    )
    max_replays: int = Field(default=3, ge=0, le=10_000, description="replays of one letter that need no force")


class FlowSettings(KindSettings):
    """Limits and deadlines of the whole flow, written in `deployment`."""

    durable: bool = Field(
        default=False, description="true: what was accepted is kept on disk until it is handled, for every component"
    )
    sync: Sync = Field(
        default="process", description="what durable survives; process: kill -9; power: the loss of power as well"
    )
    max_inflight: int = Field(default=256, ge=1, le=1_000_000, description="messages handled at once in all")
    max_messages: int = Field(default=100_000, ge=1, le=_MOST, description="messages that may wait in all")
    max_bytes: Annotated[int, BeforeValidator(_bytes)] = Field(
        default=256 * 2**20, ge=1, le=2**50, description="payload bytes that may wait in all, as in 256MiB"
    )
    max_hops: int = Field(default=64, ge=1, le=1_000_000, description="components a message may pass through")
    overflow_factor: int = Field(
        default=10, ge=1, le=1_000_000, description="in a loop, how many times max_queue may wait before messages die"
    )
    drain_timeout: Duration = Field(
        default=30.0, ge=0, le=_LONGEST, description="time a removed component has to finish"
    )
    stop_timeout: Duration = Field(default=10.0, ge=0, le=_LONGEST, description="time a stopping flow has to finish")
    dlq: DlqSettings = Field(default=DlqSettings(), description="how dead letters are kept")
    dead_letter_ttl: Duration | None = Field(default=None, gt=0, le=_LONGEST, description="another name of dlq.max_age")


Written = Mapping[str, object]
"""The settings of one layer that were written, validated; `retry`, `dedupe` and `breaker` are mappings of their own."""


def written(settings: DeliverySettings) -> Written:
    """Return what was written in *settings*; the other names of a bus's settings become the names used elsewhere."""
    values = settings.model_dump(exclude_unset=True, include=set(DeliverySettings.model_fields))
    if isinstance(settings, BusSettings):
        if settings.max_retries is not None:
            values["retry"] = {"max_retries": settings.max_retries, **values.get("retry", {})}
        if settings.max_queue_size is not None:
            values.setdefault("max_queue", settings.max_queue_size)
    return values


def names_of(layer: Written) -> set[str]:
    """Return the names of the settings in *layer*, those of `retry` among them."""
    inner = layer.get("retry")
    return set(layer) - {"retry"} | set(inner if isinstance(inner, dict) else ())


def delivery_policy(own: Written, *others: Written) -> DeliveryPolicy:
    """Return the policy of a component: *own* settings first, then each of *others*, then what is built in."""
    values: dict[str, object] = {}
    breaker: dict[str, Any] | None = None
    dedupe: dict[str, Any] = {}
    retry: dict[str, Any] = {}
    for layer in reversed((own, *others)):
        values |= {key: value for key, value in layer.items() if key in _POLICY_KEYS}
        inner = layer.get("retry")
        kept = layer.get("dedupe")
        dedupe |= kept if isinstance(kept, dict) else {}
        if "breaker" in layer:
            nearer = layer["breaker"]
            breaker = {**(breaker or {}), **nearer} if isinstance(nearer, dict) else None
        if isinstance(inner, dict):
            retry |= {**inner, "on": (*_rules(inner), *retry.get("on", ()))}
    return DeliveryPolicy(
        **values,  # type: ignore[arg-type]  # validated by the models above
        ttl_is_own="ttl" in own,
        retry=RetryPolicy(**retry),
        dedupe=DedupePolicy(**dedupe),
        breaker=None if breaker is None else BreakerPolicy(**breaker),
    )


def _rules(retry: Mapping[str, Any]) -> tuple[tuple[ErrorRule, ...], ...]:
    """Return the layer of rules that one layer of `retry` settings makes, if it has any."""
    on = retry.get("on") or {}
    return (tuple(ErrorRule(name, **rule) for name, rule in on.items()),) if on else ()


def flow_policy(settings: FlowSettings, bus_letter_ttl: float | None = None) -> FlowPolicy:
    """Return the policy that *settings* describe; *bus_letter_ttl* (s) is what the bus's block says of dead letters."""
    values = settings.model_dump(include=set(FlowSettings.model_fields) - {"dlq", "dead_letter_ttl"})
    return FlowPolicy(**values, dlq=_dlq_policy(settings, bus_letter_ttl))


def _dlq_policy(settings: FlowSettings, bus_letter_ttl: float | None) -> DlqPolicy:
    """Return how dead letters are kept; of the names for their age `max_age` goes first, then the nearest one."""
    dlq = settings.dlq
    if "max_age" not in dlq.model_fields_set:
        others = (dlq.dead_letter_ttl, settings.dead_letter_ttl, bus_letter_ttl)
        age = next((one for one in others if one is not None), dlq.max_age)
    else:
        age = dlq.max_age
    return DlqPolicy(dlq.max_count, dlq.max_bytes, age, dlq.when_full, dlq.max_replays)


_POLICY_KEYS = frozenset(DeliverySettings.model_fields) - {"retry", "dedupe", "breaker"}
