"""Where each setting of a policy was written: in the component, in `defaults`, or in the deployment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from woodwork_engine.language.syntax import Entry
from woodwork_engine.language.values import block_of
from woodwork_engine.plan import Layer, PolicyPlace

_OTHER_NAMES = {"max_queue_size": "max_queue"}
_RETRY = "retry"

Places = Mapping[str, PolicyPlace]
"""The place of each setting of one layer, those of `retry` by their own names."""


def places_of(layer: Layer, entries: Iterable[Entry], names: Iterable[str]) -> Places:
    """Return where the settings *names*, which *entries* of *layer* make, were written."""
    found: dict[str, PolicyPlace] = {}
    inner: list[Entry] = []
    for entry in entries:
        found[_OTHER_NAMES.get(entry.key, entry.key)] = PolicyPlace(layer, entry.key_span)
        block = block_of(entry.value) if entry.key == _RETRY else None
        inner.extend(block.entries if block is not None else ())
    found |= {entry.key: PolicyPlace(layer, entry.key_span) for entry in inner}
    wanted = set(names)
    return MappingProxyType({name: place for name, place in found.items() if name in wanted})


def nearest(layers: Iterable[Places]) -> Places:
    """Return the place of each setting in the first of *layers* that has it."""
    found: dict[str, PolicyPlace] = {}
    for layer in layers:
        for name, place in layer.items():
            found.setdefault(name, place)
    return MappingProxyType(found)
