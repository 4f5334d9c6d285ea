"""Makes message buses from settings (the published MessageBusFactory)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel

from woodwork_engine.bus.interface import MessageBusInterface
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.errors import SettingError
from woodwork_engine.language.policies import BusSettings, FlowSettings, delivery_policy, flow_policy, written
from woodwork_engine.language.validation import complaints

_Model = TypeVar("_Model", bound=BaseModel)
_MEMORY = ("memory", "in_memory")
_OF_FLOWS = {
    "durable": "needs a state folder, which only an Engine has",
    "sync": "is about what is kept in a state folder, which only an Engine has",
    "drain_timeout": "is about components that a reload removes; a bus alone has none",
    "on_remove": "is about components that a reload removes; a bus alone has none",
}
"""Settings that would have no effect here."""


class MessageBusFactory:
    """Applies every setting it is given, or says why it cannot; it never makes another bus than the one asked for."""

    @staticmethod
    def create_message_bus(config: Mapping[str, object] | None = None) -> MessageBusInterface:
        """Return a new bus, not yet started; raises SettingError.

        *config* has `type` (`memory`, also when absent) and what a flow may write in `message_bus = memory { ... }` or
        in `deployment`, under the same names and with the same durations and sizes: `max_queue_size`, `max_retries`,
        every delivery setting for all handlers and subscribers (`retry` is a mapping), the limits of a flow, and `dlq`.
        """
        settings = dict(config or {})
        kind = settings.pop("type", "memory")
        if kind not in _MEMORY:
            raise SettingError("type", f"{kind!r} is no message bus this version has; use 'memory'")
        own = {str(name): value for name, value in settings.items() if name not in FlowSettings.model_fields}
        flow = _read(FlowSettings, {name: settings[name] for name in settings if name in FlowSettings.model_fields})
        bus = _read(BusSettings, own)
        for model in (flow, bus):
            for name in model.model_fields_set & set(_OF_FLOWS):
                if getattr(model, name) != type(model).model_fields[name].default:
                    raise SettingError(name, _OF_FLOWS[name])
        return InMemoryMessageBus(policy=delivery_policy({}, written(bus)), flow_policy=flow_policy(flow))


def _read(model: type[_Model], values: Mapping[str, object]) -> _Model:
    for complaint in complaints(model, values, strict=True):
        path = ".".join(map(str, complaint.path))
        sentence = complaint.sentence.removeprefix(repr(path)).lstrip(": ")
        raise SettingError(path, f"{sentence}, not {_at(values, complaint.path)!r}")
    read = model.model_validate(values, strict=True)
    for path, name, known in _unknown(read, ""):
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
        raise SettingError(f"{path}{name}", f"is no setting of a memory bus; {hint}")
    return read


def _at(values: object, path: tuple[str | int, ...]) -> object:
    for step in path:
        values = values.get(step) if isinstance(values, Mapping) else values
    return values


def _unknown(read: BaseModel, prefix: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield where, what and among which settings, for each one that no model knows."""
    known = list(type(read).model_fields)
    if isinstance(read, BusSettings):
        known += [name for name in FlowSettings.model_fields if name not in known]
    for name in read.model_extra or ():
        yield prefix, name, [one for one in known if one not in _OF_FLOWS]
    for name in read.model_fields_set & set(known):
        value = getattr(read, name)
        for key, inner in value.items() if isinstance(value, dict) else (("", value),):
            if isinstance(inner, BaseModel):
                yield from _unknown(inner, f"{prefix}{name}.{key}." if key else f"{prefix}{name}.")
