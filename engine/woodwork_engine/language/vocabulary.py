"""Which keys a block of a flow file takes, and what may be written as the value of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from woodwork_engine.kinds import Kind, KindRegistry, Reference
from woodwork_engine.language import later
from woodwork_engine.language.deployment import BUS
from woodwork_engine.language.hooks import USES
from woodwork_engine.language.moves import WAS
from woodwork_engine.language.policies import BusSettings, DeliverySettings, FlowSettings
from woodwork_engine.language.references import TO
from woodwork_engine.policy import ON_REMOVE

DEPLOYMENT = "deployment"
DEFAULTS = "defaults"


class Takes(StrEnum):
    """Which names of components are a value."""

    NONE = "none"
    ANY = "any"
    TARGETS = "targets"


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: what it is for, the *type* its value is read as, the components it may name, and fixed *words*."""

    description: str = ""
    type: object = str
    takes: Takes = Takes.NONE
    words: tuple[str, ...] = ()

    def choices(self) -> tuple[str, ...]:
        """Return every value there is, where there are only a few."""
        return self.words or tuple(dict.fromkeys(_choices(self.type)))


Settings = Mapping[str, Setting]

_TO = Setting("where its output goes: names of components, or [] for nowhere", takes=Takes.TARGETS)
_WAS = Setting("the name it had before: it takes over what waits for that one")
_SCRIPTS = {"hooks": "functions that see its events", "pipes": "functions that may change its messages"}
_ROUTE: Settings = {
    "component": Setting("where the messages go", takes=Takes.TARGETS),
    "on": Setting("event types that go there, as in agent.error or tool.*"),
}
_SCRIPT: Settings = {
    "event": Setting("the event type, as in input.received"),
    "script": Setting("a Python file beside the flow"),
    "function": Setting("a function in it"),
}
_BLOCKS: Mapping[str, Settings] = {TO: _ROUTE, **dict.fromkeys(USES, _SCRIPT)}


def of_component(header: str, kinds: KindRegistry) -> Settings:
    """Return what a component declared as *header* takes: its kind's own settings first, then those of every one."""
    kind = kinds.get(later.ALIASES.get(header, header))
    own = _of_model(kind.settings) if kind is not None else {}
    scripts = {use: Setting(told) for use, told in _SCRIPTS.items()}
    routes = {TO: _TO} if kind is None or kind.sends_by is None else {}
    return {**routes, **own, **_of_model(DeliverySettings), **scripts, WAS: _WAS}


def of_top(name: str, header: str, kinds: KindRegistry) -> Settings:
    """Return what the block of *name* takes at the top level of a file; *header* are the words before its brace."""
    if name == DEFAULTS:
        return {**_of_model(DeliverySettings), "hooks": Setting(_SCRIPTS["hooks"])}
    if name == DEPLOYMENT or header in later.DEPLOYMENTS:
        bus = Setting("how messages travel, and settings of every component", BusSettings, words=("memory",))
        return {BUS: bus, **_of_model(FlowSettings)}
    return of_component(header, kinds)


def inside(key: str, setting: Setting | None) -> Settings:
    """Return what a block takes that is the value of *key*, which is described by *setting*."""
    if key in _BLOCKS:
        return _BLOCKS[key]
    return _nested(setting.type) if setting is not None else {}


def inside_of(kind: Kind, key: str) -> Iterator[tuple[str, str]]:
    """Yield each key that a block takes which is in the setting *key* of *kind*, with what it is for."""
    setting = _of_model(kind.settings).get(key)
    for name, inner in (_nested(setting.type) if setting is not None else {}).items():
        yield name, inner.description


class _AnyKey(Mapping[str, Setting]):
    """The keys of a block in which the person names each, with the same kind of value."""

    def __init__(self, value: object) -> None:
        self._setting = Setting(type=value)

    def __getitem__(self, key: str) -> Setting:
        return self._setting

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _of_model(model: type[BaseModel]) -> Settings:
    return {field.alias or name: _setting(field, field.alias or name) for name, field in model.model_fields.items()}


def _setting(field: FieldInfo, name: str) -> Setting:
    mark = next((mark for mark in field.metadata if isinstance(mark, Reference)), None)
    takes = Takes.NONE if mark is None or mark.blocks else Takes.TARGETS if mark.routes else Takes.ANY
    words = ON_REMOVE if name == "on_remove" else ()
    return Setting(field.description or "", field.annotation, takes, words)


def _nested(type_: object) -> Settings:
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        return _of_model(type_)
    arguments = get_args(type_)
    if get_origin(type_) is dict:
        return _AnyKey(arguments[1]) if _nested(arguments[1]) else {}
    return next((found for each in arguments if (found := _nested(each))), {})


def _choices(type_: object) -> Iterator[str]:
    origin = get_origin(type_)
    if type_ is bool:
        yield from ("true", "false")
    elif type_ is NoneType:
        yield "none"
    elif isinstance(type_, type) and issubclass(type_, StrEnum):
        yield from (each.value for each in type_)
    elif origin is Literal:
        yield from (each for each in get_args(type_) if isinstance(each, str))
    elif origin in (Union, UnionType):
        for each in get_args(type_):
            yield from _choices(each)
    elif origin is Annotated:
        yield from _choices(get_args(type_)[0])
