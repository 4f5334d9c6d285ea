"""What a flow can be made of: each kind's name, role and settings model.

Components register here; the checker, inference and completion read here. Nothing in this file builds anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from woodwork_engine.role import Role

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_RATE = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(?:/\s*(s|m|h)\s*)?", re.ASCII)
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*", re.ASCII)


def parse_duration(value: object) -> float:
    """Return seconds for `500ms`, `30s`, `5m`, `2h`, `7d` or a number of seconds; raises ValueError."""
    if isinstance(value, bool):
        raise ValueError("a duration is a number with ms, s, m, h or d, as in 30s")
    if isinstance(value, int | float):
        if value < 0:
            raise ValueError("a duration cannot be negative")
        return float(value)
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a duration is a number with ms, s, m, h or d, as in 30s")
    return float(match[1]) * _UNITS[match[2] or "s"]


Duration = Annotated[float, BeforeValidator(parse_duration), PlainSerializer(lambda seconds: seconds)]
"""A setting in seconds, written as `30s` or as a number."""


def parse_rate(value: object) -> float:
    """Return how many a second for `5/s`, `300/m`, `100/h` or a number a second; raises ValueError."""
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    match = _RATE.fullmatch(text) if isinstance(text, str) else None
    rate = float(match[1]) / _UNITS[match[2] or "s"] if match is not None else 0.0
    if not 1e-6 <= rate <= 1e6:
        raise ValueError("a rate is a number more than 0 with /s, /m or /h, as in 5/s")
    return rate


Rate = Annotated[float, BeforeValidator(parse_rate)]
"""A setting in things a second, written as `5/s`, `300/m` or `100/h`."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Marks a setting that names other components; *routes* tells `to` (may form cycles) from construction.

    Routes carry the event type *event*. With *blocks* they stand in the `to` of each block that the setting holds, and
    carry `EVENT.NAME` after the block's `name`, else `EVENT.1` and so on.
    """

    routes: bool = False
    event: str = ""
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class ScriptPath:
    """Marks a setting that names a file beside the flow; *must_exist* lets the checker look for it."""

    must_exist: bool = True


class KindSettings(BaseModel):
    """The base of every kind's settings model; keys that no model knows are the checker's to report."""

    model_config = ConfigDict(extra="allow", frozen=True, arbitrary_types_allowed=True)

    def takes_further_keys(self) -> bool:
        """Whether keys that no model knows have an effect, so that nothing is said about them."""
        return False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of component.

    *name* is the header as people write it (`llm scripted`); *aliases* are other headers that mean the same; *factory*
    is the import path `module:Class` of what is built, imported only when a flow runs. *finite* says, from validated
    settings, whether an input ends by itself. *payload* is a model of the object that is sent to it, for people who
    compose one by hand; nothing is checked against it. *sends_by* is the setting that alone says where messages go: the
    kind has no `to`.
    """

    name: str
    role: Role
    summary: str
    settings: type[KindSettings]
    factory: str
    aliases: tuple[str, ...] = ()
    finite: Callable[[KindSettings], bool] | None = None
    payload: type[BaseModel] | None = None
    sends_by: str | None = None


class KindRegistry:
    """The kinds known to a flow, by header."""

    def __init__(self, kinds: Iterable[Kind] = ()) -> None:
        self._by_header: dict[str, Kind] = {}
        self._kinds: list[Kind] = []
        for kind in kinds:
            self.register(kind)

    def register(self, kind: Kind) -> None:
        """Add *kind* under its name and aliases; a later kind of the same name wins."""
        self._kinds = [known for known in self._kinds if known.name != kind.name]
        self._kinds.append(kind)
        for header in (kind.name, *kind.aliases):
            self._by_header[header] = kind

    def get(self, header: str) -> Kind | None:
        """Return the kind written as *header*, or None."""
        return self._by_header.get(header)

    def close_to(self, header: str) -> str | None:
        """Return the known header most like *header*, or None."""
        return next(iter(get_close_matches(header, self._by_header, n=1)), None)

    def headers(self) -> tuple[str, ...]:
        """Return every header that can be written, sorted."""
        return tuple(sorted(self._by_header))

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds)


def setting_names(model: type[KindSettings]) -> Mapping[str, str]:
    """Return the keys *model* accepts, each with its description."""
    return {field.alias or name: field.description or "" for name, field in model.model_fields.items()}


def reference_settings(model: type[KindSettings]) -> Mapping[str, Reference]:
    """Return the keys of *model* that name other components."""
    marks = {}
    for name, field in model.model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, Reference):
                marks[field.alias or name] = mark
    return marks


__all__ = [
    "Duration", "Field", "Kind", "KindRegistry", "KindSettings", "Rate", "Reference", "Role", "ScriptPath",
    "parse_duration", "parse_rate", "reference_settings", "setting_names",
]  # fmt: skip
