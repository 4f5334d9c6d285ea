"""How long a failed attempt waits for its repetition (bus.md D2)."""

from __future__ import annotations

import random

from woodwork_engine.policy import RetryPolicy


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
