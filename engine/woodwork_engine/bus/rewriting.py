"""Gives a delivery that waits another payload (bus.md A7, D4)."""

from __future__ import annotations

from hashlib import sha256

from woodwork_engine.bus.core import BusCore
from woodwork_engine.bus.endpoint import Lane
from woodwork_engine.delivery import Delivery
from woodwork_engine.errors import PayloadError
from woodwork_engine.payload import UNREADABLE, decode


def rewrite(core: BusCore, lane: Lane, delivery: Delivery, encoded: bytes) -> dict[str, object]:
    """Let *delivery*, on which no attempt runs, have the payload *encoded*; other targets keep theirs.

    Returns hashes of both for a record, nothing where they are the same; raises PayloadError for what is no payload.
    """
    before = delivery.encoded
    if encoded == before:
        return {}
    try:
        decode(encoded)
    except UNREADABLE as error:
        raise PayloadError("$", f"these bytes cannot be read ({error})") from error
    delivery.encoded = encoded
    delivery.own_payload = delivery.flat = False
    core.bytes += len(encoded) - len(before)
    if delivery.seq and core.keeper is not None:
        core.keeper.deliveries.rewritten(lane, delivery)
    return {"payload_sha256_before": sha256(before).hexdigest(), "payload_sha256_after": sha256(encoded).hexdigest()}
