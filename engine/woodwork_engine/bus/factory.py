"""Makes message buses from settings (the published MessageBusFactory)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from difflib import get_close_matches

import msgspec

from woodwork_engine.bus.interface import MessageBusInterface
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.errors import SettingError
from woodwork_engine.policy import DlqPolicy, FlowPolicy

_MEMORY = ("memory", "in_memory")
_OWN = {"max_queue_size": 10_000, "max_retries": 3}
_FLOW = tuple(field.name for field in fields(FlowPolicy) if field.name != "dlq")
_DLQ = tuple(field.name for field in fields(DlqPolicy))
_LETTERS = ("dlq", "dead_letter_ttl")
_KNOWN = (*_OWN, *_FLOW, *_LETTERS)


class MessageBusFactory:
    """Applies every setting it is given, or says why it cannot; it never makes another bus than the one asked for."""

    @staticmethod
    def create_message_bus(config: Mapping[str, object] | None = None) -> MessageBusInterface:
        """Return a new bus, not yet started; raises SettingError.

        *config* has `type` (`memory`, also when absent), `max_queue_size`, `max_retries` and the limits of a flow
        (`FlowPolicy`), under their names; `dlq` is a mapping of the limits of dead letters (`DlqPolicy`), and
        `dead_letter_ttl` (s) another name of its `max_age`.
        """
        settings = dict(config or {})
        kind = settings.pop("type", "memory")
        if kind not in _MEMORY:
            raise SettingError("type", f"{kind!r} is no message bus this version has; use 'memory'")
        for name in settings:
            if name not in _KNOWN:
                close = get_close_matches(str(name), _KNOWN, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else f"; it has {', '.join(_KNOWN)}"
                raise SettingError(str(name), f"is no setting of a memory bus{hint}")
        size, retries = (_whole(name, settings.get(name, built_in)) for name, built_in in _OWN.items())
        flow = {name: settings[name] for name in _FLOW if name in settings}
        policy = replace(_flow_policy(flow), dlq=_dlq_policy(settings))
        return InMemoryMessageBus(size, retries, flow_policy=policy)


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise SettingError(name, f"must be a whole number, not {value!r}")
    return value


def _dlq_policy(settings: dict[str, object]) -> DlqPolicy:
    written = settings.get("dlq", {})
    if not isinstance(written, Mapping):
        raise SettingError("dlq", f"must be a mapping, not {written!r}")
    values = {str(name): value for name, value in written.items()}
    if "dead_letter_ttl" in settings:
        values.setdefault("max_age", settings["dead_letter_ttl"])
    for name, value in values.items():
        if name not in _DLQ:
            raise SettingError(f"dlq.{name}", f"is no setting of dead letters; they have {', '.join(_DLQ)}")
        if name != "when_full" and value is not None:
            _positive(f"dlq.{name}", value, least=0 if name == "max_replays" else 1)
    try:
        return msgspec.convert(values, DlqPolicy)
    except msgspec.ValidationError as error:
        raise SettingError("dlq", str(error)) from error


def _positive(name: str, value: object, *, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or (value < least if least == 0 else value <= 0):
        raise SettingError(name, f"must be a number {'from 0' if least == 0 else 'above 0'}, not {value!r}")


def _flow_policy(settings: dict[str, object]) -> FlowPolicy:
    for name, value in settings.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise SettingError(name, f"must be a number from 0, not {value!r}")
    try:
        return msgspec.convert(settings, FlowPolicy)
    except msgspec.ValidationError as error:
        raise SettingError(", ".join(settings), str(error)) from error
