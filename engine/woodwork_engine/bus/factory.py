"""Makes message buses from settings (the published MessageBusFactory)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches

import msgspec

from woodwork_engine.bus.interface import MessageBusInterface
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.errors import SettingError
from woodwork_engine.policy import FlowPolicy

_MEMORY = ("memory", "in_memory")
_OWN = {"max_queue_size": 10_000, "max_retries": 3}
_FLOW = tuple(field.name for field in fields(FlowPolicy))


class MessageBusFactory:
    """Applies every setting it is given, or says why it cannot; it never makes another bus than the one asked for."""

    @staticmethod
    def create_message_bus(config: Mapping[str, object] | None = None) -> MessageBusInterface:
        """Return a new bus, not yet started; raises SettingError.

        *config* has `type` (`memory`, also when absent), `max_queue_size`, `max_retries` and the limits of a flow
        (`FlowPolicy`), under their names.
        """
        settings = dict(config or {})
        kind = settings.pop("type", "memory")
        if kind not in _MEMORY:
            raise SettingError("type", f"{kind!r} is no message bus this version has; use 'memory'")
        for name in settings:
            if name not in _OWN and name not in _FLOW:
                close = get_close_matches(str(name), [*_OWN, *_FLOW], n=1)
                hint = f"; did you mean {close[0]!r}?" if close else f"; it has {', '.join([*_OWN, *_FLOW])}"
                raise SettingError(str(name), f"is no setting of a memory bus{hint}")
        size, retries = (_whole(name, settings.get(name, built_in)) for name, built_in in _OWN.items())
        flow = {name: settings[name] for name in _FLOW if name in settings}
        return InMemoryMessageBus(size, retries, flow_policy=_flow_policy(flow))


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise SettingError(name, f"must be a whole number, not {value!r}")
    return value


def _flow_policy(settings: dict[str, object]) -> FlowPolicy:
    for name, value in settings.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise SettingError(name, f"must be a number from 0, not {value!r}")
    try:
        return msgspec.convert(settings, FlowPolicy)
    except msgspec.ValidationError as error:
        raise SettingError(", ".join(settings), str(error)) from error
