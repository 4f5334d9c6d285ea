"""What is done about a failed attempt, by the class of its error, and how long its repetition waits (bus.md D2, D3)."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

from woodwork_engine.errors import Retry
from woodwork_engine.policy import ErrorRule, RetryPolicy

BUILT_IN = (ErrorRule("woodwork_engine.Reject", "reject"), ErrorRule("ValidationError", "reject"))
"""What holds where a flow says nothing: a message that is refused, or wrong by its form, is so every time."""

_RETRY = ErrorRule("", "retry")


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done about one failed attempt.

    *policy* has the figures that hold for its error; *after* is the delay in seconds that the error asks for, if it
    does; *counted* says whether the attempt counts.
    """

    rule: ErrorRule
    policy: RetryPolicy
    after: float | None = None
    counted: bool = True


def decide(error: BaseException, policy: RetryPolicy, now: float) -> Decision:
    """Return what *policy* does about *error*, raised at *now* (s since the epoch)."""
    rule = next((rule for layer in (*policy.on, BUILT_IN) for rule in _matching(error, layer)), _RETRY)
    changes = {name: value for name in _FIGURES if (value := getattr(rule, name)) is not None}
    resolved = replace(policy, **changes) if changes else policy
    after = asked_delay(error, now)
    if after is not None:
        after = min(after, policy.max_retry_after)
    return Decision(rule, resolved, after, not isinstance(error, Retry) or error.count)


_FIGURES = ("max_retries", "base", "factor", "cap", "jitter")


def _matching(error: BaseException, layer: tuple[ErrorRule, ...]) -> Iterator[ErrorRule]:
    """Yield the rules of *layer* for *error*, those for its own class first (MRO order)."""
    for kind in type(error).__mro__:
        for rule in layer:
            if is_named(kind, rule.error):
                yield rule


def is_named(kind: type, name: str) -> bool:
    """Whether *name* means the class *kind*: its own name, or that after the package or module it comes from."""
    package, _, own = name.rpartition(".")
    if own != kind.__name__:
        return False
    return not package or kind.__module__ == package or kind.__module__.startswith(f"{package}.")


def asked_delay(error: BaseException, now: float) -> float | None:
    """Return for how many seconds *error* asks to be left alone: a Retry, or the `Retry-After` of an HTTP answer.

    It is looked for in `error.response.headers` and `error.headers`, in seconds or as a date (RFC 9110 10.2.3).
    """
    if isinstance(error, Retry):
        return error.after
    for holder in (getattr(error, "response", None), error):
        written = _header(getattr(holder, "headers", None))
        if written is not None:
            return _seconds(written, now)
    return None


def _header(headers: object) -> str | None:
    if headers is None or not hasattr(headers, "items"):
        return None
    try:
        found = {str(name).lower(): value for name, value in headers.items()}.get("retry-after")
    except Exception:  # noqa: BLE001 - whatever a foreign library calls headers is only asked, never trusted
        return None
    return None if found is None else str(found)


def _seconds(written: str, now: float) -> float | None:
    try:
        seconds = float(written)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(written).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def delay_before(attempt: int, policy: RetryPolicy, rng: random.Random) -> float:
    """Return seconds to wait before *attempt* (from 2): exponential with jitter, as in bus.md D2."""
    try:
        ceiling = min(policy.cap, policy.base * policy.factor ** (attempt - 2))
    except OverflowError:
        ceiling = policy.cap
    if policy.jitter == "none":
        return ceiling
    if policy.jitter == "equal":
        return ceiling / 2 + rng.uniform(0, ceiling / 2)
    return rng.uniform(0, ceiling)


def describe(policy: RetryPolicy) -> str:
    """Return the policy in words for a screen: `0.5s ×2 up to 60s, full jitter`."""
    return f"{policy.base:g}s ×{policy.factor:g} up to {policy.cap:g}s, {policy.jitter} jitter"
