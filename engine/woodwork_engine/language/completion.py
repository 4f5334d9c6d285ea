"""Completion: what can be written at a place of a flow file, whose text is seldom whole while somebody types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from woodwork_engine.kinds import KindRegistry
from woodwork_engine.language.unfinished import Frame, Place, declared, declared_after, place_at
from woodwork_engine.language.vocabulary import DEFAULTS, DEPLOYMENT, Setting, Settings, Takes, inside, of_top
from woodwork_engine.role import Role

_KEYWORDS = {
    DEFAULTS: "settings of every component",
    DEPLOYMENT: "settings of the whole flow",
    "include": "what another file declares",
}
_VARIABLE = re.compile(r"\$(\{?)([A-Za-z_]\w*+)?\Z", re.ASCII)
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Sort(StrEnum):
    """What a candidate is."""

    KIND = "kind"
    KEY = "key"
    NAME = "name"
    VALUE = "value"
    VARIABLE = "variable"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to go on: the *text* that stands for what was typed, what it is, and *detail* about it in a few words."""

    text: str
    sort: Sort
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """The *candidates* for what stands from *start* (an offset in code points) to the place asked about: *typed*."""

    start: int
    typed: str = ""
    candidates: tuple[Candidate, ...] = ()


def complete(
    text: str,
    position: int,
    kinds: KindRegistry,
    *,
    names: Mapping[str, str] = _NOTHING,
    variables: Iterable[str] = (),
) -> Completion:
    """Return how *text* can go on at *position*, an offset in code points.

    *names* are components declared in other files, each with the words before its brace; *variables* are names of
    environment variables. In a comment, and where nothing certain can be said, there are no candidates.
    """
    variable = _VARIABLE.search(text, max(0, position - 200), position)
    if variable is not None:
        return _variable(text, position, variable, variables)
    place = place_at(text, position)
    if place is None:
        return Completion(position)
    start = place.start
    if place.in_header:
        found = [*_headers(kinds, place.key)]
    elif place.in_key:
        found = [*_keys(text, position, place, kinds)]
    else:
        found = [*_values(place, _setting(place, kinds), {**names, **declared(text)}, kinds)]
    typed = text[start:position]
    return Completion(start, typed, _fitting(found, typed))


def _fitting(found: Iterable[Candidate], typed: str) -> tuple[Candidate, ...]:
    """Return what begins with *typed*, else what holds it, in either case; what is there already is no candidate."""
    wanted = typed.lower()
    others = [each for each in found if each.text != typed]
    begins = tuple(each for each in others if each.text.lower().startswith(wanted))
    return begins or (tuple(each for each in others if wanted in each.text.lower()) if len(wanted) > 1 else ())


def _variable(text: str, position: int, match: re.Match[str], variables: Iterable[str]) -> Completion:
    braced, typed = match[1], match[2] or ""
    start = position - len(typed)
    if place_at(text, match.start()) is None:
        return Completion(position)
    end = "}" if braced and not text.startswith("}", position) else ""
    found = (Candidate(name + end, Sort.VARIABLE, "environment") for name in sorted(set(variables)))
    return Completion(start, typed, _fitting(found, typed))


def _headers(kinds: KindRegistry, name: str | None) -> Iterator[Candidate]:
    if name == DEPLOYMENT:
        yield Candidate("local", Sort.KIND, _KEYWORDS[DEPLOYMENT])
        return
    for kind in kinds:
        yield Candidate(kind.name, Sort.KIND, kind.summary)


def _keys(text: str, position: int, place: Place, kinds: KindRegistry) -> Iterator[Candidate]:
    if not place.frames:
        for word, told in _KEYWORDS.items():
            yield Candidate(word, Sort.KEY, told)
        return
    written = place.frames[-1].keys | (declared_after(text, position) if len(place.frames) == 1 else set())
    for key, setting in _settings(place.frames, kinds).items():
        if key not in written:
            yield Candidate(key, Sort.KEY, setting.description)


def _settings(frames: tuple[Frame, ...], kinds: KindRegistry) -> Settings:
    """Return the keys of the innermost block of *frames*."""
    settings = of_top(frames[0].key, frames[0].header, kinds)
    for frame in frames[1:]:
        if frame.is_block:
            settings = inside(frame.key, settings.get(frame.key))
    return settings


def _setting(place: Place, kinds: KindRegistry) -> Setting | None:
    """Return what is known of the key whose value stands at *place*."""
    frames = place.frames
    while frames and not frames[-1].is_block:
        frames = frames[:-1]
    return _settings(frames, kinds).get(place.key or "") if frames else None


def _values(
    place: Place, setting: Setting | None, names: Mapping[str, str], kinds: KindRegistry
) -> Iterator[Candidate]:
    if setting is None:
        return
    if setting.takes is Takes.NONE:
        for choice in setting.choices():
            yield Candidate(choice, Sort.VALUE, setting.description)
        return
    own = place.frames[0].key
    # who keeps conversations is named by `memory`, and so are kinds called after what they are for
    ordered = sorted(names.items(), key=lambda item: (not item[1].startswith(place.key or " "), item[0]))
    for name, header in ordered:
        kind = kinds.get(header)
        is_target = kind is None or kind.role is not Role.INPUT
        if name not in (own, DEPLOYMENT) and (is_target or setting.takes is Takes.ANY):
            yield Candidate(name, Sort.NAME, header)
