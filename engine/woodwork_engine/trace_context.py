"""The W3C trace context that messages carry, read and handed on without any tracing library (bus.md A6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b

_FORM = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_VERSION = "00"


incoming: ContextVar[tuple[str, str | None] | None] = ContextVar("woodwork_incoming_trace", default=None)
"""Traceparent and tracestate of what is sent from outside in this context; None: it has none of its own."""


@contextmanager
def incoming_trace(traceparent: str | None, tracestate: str | None = None) -> Iterator[None]:
    """Let what is emitted, sent or injected within belong to the trace of a request that came in (bus.md A6).

    It takes the headers as they came: None for one that is not there, and an invalid one is ignored.
    """
    token = incoming.set(None if traceparent is None else (traceparent, tracestate))
    try:
        yield
    finally:
        incoming.reset(token)


def is_valid(traceparent: str) -> bool:
    """Whether *traceparent* has the form of Trace Context, level 1, 3.2; a later version may say more."""
    found = _FORM.fullmatch(traceparent)
    return found is not None and not (found[1] == _VERSION and found[5])


def span_of(traceparent: str, key: str) -> str | None:
    """Return the traceparent of a new span in the same trace; None where *traceparent* is invalid.

    The span's id follows from *key*, which nothing else in the world has: so it costs no randomness, and no state.
    """
    if not is_valid(traceparent):
        return None
    _, trace, _, flags = traceparent.split("-")[:4]
    return f"{_VERSION}-{trace}-{blake2b(key.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}-{flags}"
