"""The settings of a whole flow: `deployment`, the bus it asks for, and `defaults`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from woodwork_engine.language.codes import Code
from woodwork_engine.language.declared import DEPLOYMENT, Declared, report_double_key
from woodwork_engine.language.hooks import USES, HookReader
from woodwork_engine.language.later import BUSES
from woodwork_engine.language.layers import LayerReader
from woodwork_engine.language.places import Places, places_of
from woodwork_engine.language.policies import (
    BusSettings,
    DeliverySettings,
    FlowSettings,
    Written,
    flow_policy,
    names_of,
    written,
)
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.suggestions import Suggestions, did_you_mean
from woodwork_engine.language.syntax import Block, Declaration, Defaults, Entry, Scalar, TypedBlock, Value
from woodwork_engine.language.values import block_of, text_of, unique
from woodwork_engine.plan import Layer, Script
from woodwork_engine.policy import FlowPolicy
from woodwork_engine.source import Fix, Span

BUS = "message_bus"


@dataclass(frozen=True, slots=True)
class FlowWide:
    """What holds for all components: layers of delivery settings, nearest first, with their places; policy; scripts."""

    layers: tuple[Written, ...] = ()
    places: tuple[Places, ...] = ()
    policy: FlowPolicy = field(default_factory=FlowPolicy)
    scripts: tuple[Script, ...] = ()


class FlowReader:
    """Reads what holds for the whole flow."""

    def __init__(self, reader: LayerReader, hooks: HookReader, problems: Problems, suggestions: Suggestions) -> None:
        self._reader = reader
        self._hooks = hooks
        self._problems = problems
        self._suggestions = suggestions

    def read(self, declared: Declared, environment: Mapping[str, str], file: str) -> FlowWide:
        """Return the settings of the flow in *file*; a bus that is not built is an error wherever it is asked for."""
        entries = _kept(declared.defaults, self._problems)
        scripts = tuple(script for entry in entries if entry.key in USES for script in self._hooks.read(entry, None))
        delivery = [entry for entry in entries if entry.key not in USES and not self._misplaced(entry)]
        defaults = written(self._reader.read(DeliverySettings, delivery))
        places = places_of(Layer.DEFAULTS, delivery, names_of(defaults))
        deployment = declared.deployment
        if deployment is None:
            self._bus_of_environment(environment, Span.point(file))
            return FlowWide((defaults,), (places,), FlowPolicy(), scripts)
        flow, bus = self._deployment(deployment, environment)
        layer = {"durable": True, **written(bus)} if flow.durable else written(bus)
        bus_places = places_of(Layer.DEPLOYMENT, _entries_of_bus(deployment), names_of(layer))
        return FlowWide((defaults, layer), (places, bus_places), flow_policy(flow, bus.dead_letter_ttl), scripts)

    def _misplaced(self, entry: Entry) -> bool:
        if entry.key in FlowSettings.model_fields or entry.key == BUS:
            place = f"{DEPLOYMENT} = local {{ ... }}"
        elif entry.key == "to":
            place = "a component"
        else:
            return False
        self._problems.error(
            Code.MISPLACED_SETTING, f"{entry.key!r} does not belong here", entry.key_span, f"write it in {place}"
        )
        return True

    def _deployment(self, deployment: Declaration, environment: Mapping[str, str]) -> tuple[FlowSettings, BusSettings]:
        where = deployment.header
        if where.text != "local":
            self._problems.error(
                Code.LATER_SETTING, f"{where.text} is not in this version", where.span,
                "write local to run in this process", fix=Fix(where.span, "local"),
            )  # fmt: skip
            return FlowSettings(), BusSettings()
        bus_entry = deployment.block.get(BUS)
        rest = [
            entry
            for entry in unique(deployment.block.entries)
            if entry.key != BUS and not self._belongs_elsewhere(entry)
        ]
        flow = self._reader.read(FlowSettings, rest)
        if bus_entry is None:
            self._bus_of_environment(environment, where.span)
            return flow, BusSettings()
        return flow, self._bus(bus_entry.value)

    def _belongs_elsewhere(self, entry: Entry) -> bool:
        if entry.key in FlowSettings.model_fields:
            return False
        if entry.key in USES:
            place = "defaults { ... }"
        elif entry.key in BusSettings.model_fields and entry.key not in FlowSettings.model_fields:
            place = f"{BUS} = memory {{ ... }}"
        else:
            return False
        self._problems.error(
            Code.MISPLACED_SETTING, f"{entry.key!r} does not belong here", entry.key_span, f"write it in {place}"
        )
        return True

    def _bus(self, value: Value) -> BusSettings:
        name = _bus_name(value)
        if name == "memory":
            block = value.block if isinstance(value, TypedBlock) else value
            return self._reader.read(BusSettings, block.entries if isinstance(block, Block) else ())
        if name in BUSES:
            place = value.span if not isinstance(value, TypedBlock) else value.header.span
            self._problems.error(
                Code.LATER_SETTING, f"{name} is not in this version", place, f"remove {BUS} to run in memory"
            )
        else:
            close = self._suggestions.close_to(name or "", BUSES)
            self._problems.error(
                Code.BAD_SETTING, f"{BUS!r} must be memory, redis or nats", value.span, did_you_mean(close)
            )
        return BusSettings()

    def _bus_of_environment(self, environment: Mapping[str, str], place: Span) -> None:
        """Refuse the bus that the environment asks for when the file names none (`WOODWORK_ENV`)."""
        stage = environment.get("WOODWORK_ENV", "").strip().lower()
        wanted: Sequence[tuple[str, str]] = {
            "production": (("redis", "REDIS_URL"),),
            "staging": (("redis", "REDIS_URL"),),
            "cloud": (("nats", "NATS_URL"), ("redis", "REDIS_URL")),
        }.get(stage, ())
        for name, variable in wanted:
            if environment.get(variable):
                self._problems.error(
                    Code.LATER_SETTING,
                    f"{name} is not in this version, and WOODWORK_ENV={stage} with {variable} asks for it", place,
                    f"unset {variable}, or write {BUS} = memory in deployment = local {{ ... }}",
                )  # fmt: skip
                return


def _bus_name(value: Value) -> str | None:
    if isinstance(value, TypedBlock):
        return value.header.text
    if isinstance(value, Block):
        return "memory"
    if isinstance(value, Scalar) and value.kind == "ENV":
        return None
    scheme, colon, _ = (text_of(value) or "").partition("://")
    return {"rediss": "redis", "tls": "nats"}.get(scheme, scheme) if colon else text_of(value)


def _entries_of_bus(deployment: Declaration) -> list[Entry]:
    """Return what *deployment* says about deliveries: `durable`, and what stands in the block of its bus."""
    bus = deployment.block.get(BUS)
    block = block_of(bus.value) if bus is not None else None
    own = [entry for entry in deployment.block.entries if entry.key == "durable"]
    return [*own, *(block.entries if block is not None else ())]


def _kept(blocks: Sequence[Defaults], problems: Problems) -> list[Entry]:
    """Return the entries of all *blocks*, each key once; what one block says must not be said by another."""
    kept: dict[str, Entry] = {}
    for defaults in blocks:
        own = unique(defaults.block.entries)
        for entry in own:
            if entry.key in kept:
                report_double_key(entry, kept[entry.key].key_span, problems)
        kept = {entry.key: entry for entry in own} | kept
    return list(kept.values())
