"""What the condition of a breakpoint can ask of a message: the one filter grammar over deliveries that wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from woodwork_engine.delivery import Delivery
from woodwork_engine.filter import compile_filter
from woodwork_engine.payload import UNREADABLE, decode, json_text

Condition = Callable[[Delivery], bool]


def _payload(delivery: Delivery) -> object:
    try:
        return decode(delivery.encoded)
    except UNREADABLE:
        return None


_FIELDS: Mapping[str, Callable[[Delivery], object]] = {
    "text": lambda delivery: json_text(_payload(delivery)),
    "payload": _payload,
    "session": lambda delivery: delivery.envelope.session_id,
    "event": lambda delivery: delivery.envelope.event_type,
    "id": lambda delivery: delivery.envelope.message_id,
    "from": lambda delivery: delivery.envelope.sender_component,
    "to": lambda delivery: delivery.target,
    "hop": lambda delivery: delivery.envelope.hop,
    "size": lambda delivery: len(delivery.encoded),
}
FIELD_NAMES = tuple(_FIELDS)
"""The names of all fields."""


def condition(text: str) -> Condition:
    """Return the condition written as *text*; an empty one always holds. Raises FilterError."""
    return compile_filter(text).over(_FIELDS)
