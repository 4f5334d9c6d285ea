"""`config.toml`: a person's preferences as they wrote them, and everything that is wrong with it, each with its place.

    theme = "woodwork-fjord"      # one of `:theme`, or of the folder `themes` beside this file
    ascii = false                 # ASCII characters only
    motion = "reduced"            # full or reduced: nothing pulses, nothing slides
    time = "ago"                  # clock, since (the row before) or ago: how lists tell times at first; ^t changes it
    ring = 100_000                # deliveries that the Messages tab keeps

    [keys]                        # action = key, or keys; `?` in the app and `woodwork-tui keys` name the actions
    list.follow = "alt+f"
    item.tap = ["t", "alt+t"]

What is wrong is left out, and the rest counts. In lists h j k l g G keep their meaning whatever else is set.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.state.keymap import keymap
from woodwork_tui.state.preferences import Preferences, SettingError, read_setting

NAME = "config.toml"
_KEYS = "keys"
_TOML_PLACE = re.compile(r"\s*\(at line (\d+), column (\d+)\)|\s*\(at end of document\)")
_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_ENTRY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*?)\s*$""")


@dataclass(frozen=True, slots=True)
class Config:
    """What a file says: the *preferences* it makes, and what is wrong with the rest of it."""

    preferences: Preferences = field(default_factory=Preferences)
    diagnostics: tuple[Diagnostic, ...] = ()


def read_config(text: str, file: str, themes: Iterable[str]) -> Config:
    """Return what *text*, the content of *file*, asks for; *themes* are the names that a theme may have."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Config(diagnostics=(_not_toml(text, file, str(error)),))
    except RecursionError:
        return Config(diagnostics=(_not_toml(text, file, "nested too deeply (at line 1, column 1)"),))
    places = _Places(text, file)
    keys, refused = _keys(data.get(_KEYS, {}), places)
    wanted, found = _settings(Preferences(keys=keys), data, places, tuple(themes))
    problems = tuple(sorted((*found, *refused), key=lambda each: each.span))
    return Config(wanted, problems)


def _not_toml(text: str, file: str, error: str) -> Diagnostic:
    place = _TOML_PLACE.search(error)
    lines = text.splitlines() or [""]
    line, column = (int(place[1]), int(place[2])) if place and place[1] else (len(lines), len(lines[-1]) + 1)
    says = _TOML_PLACE.sub("", error)
    return _error("CF101", f"this is no TOML: {says}", Span.point(file, line, column), "nothing of the file counts")


def _settings(
    wanted: Preferences, data: Mapping[str, object], places: _Places, themes: tuple[str, ...]
) -> tuple[Preferences, list[Diagnostic]]:
    found = []
    for name, value in data.items():
        if name == _KEYS:
            continue
        try:
            wanted = wanted.having(name, read_setting(name, value, themes))
        except SettingError as error:
            problem, _, remedy = str(error).partition("; ")
            found.append(_error("CF102", problem, places.of((name,)), remedy or None))
    return wanted, found


def _keys(data: object, places: _Places) -> tuple[Mapping[str, str], list[Diagnostic]]:
    if not isinstance(data, dict):
        return {}, [_error("CF103", "keys is no table", places.of((_KEYS,)), "write [keys], and below it action = key")]
    wishes: dict[str, tuple[str, ...]] = {}
    found = []
    for name, value in _flat(data):
        written = [value] if isinstance(value, str) else value
        if isinstance(written, list) and all(isinstance(each, str) for each in written):
            wishes[name] = tuple(written)
        else:
            problem = f"{name!r} is no key"
            found.append(_error("CF103", problem, places.of((_KEYS, name)), 'write "alt+f", or ["t", "alt+t"]'))
    made = keymap(wishes)
    found += [
        _error("CF104", each.problem, places.of((_KEYS, each.action)), each.remedy or None) for each in made.refused
    ]
    return MappingProxyType(dict(made.keys)), found


def _flat(table: Mapping[str, object], before: str = "") -> Iterable[tuple[str, object]]:
    """Yield the entries of *table* and of the tables in it, which dots in a name make."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _error(code: str, summary: str, span: Span, remedy: str | None) -> Diagnostic:
    return Diagnostic(Severity.ERROR, code, summary, span, remedy)


class _Places:
    """Where each entry of a TOML text stands: the parser does not tell."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._found: dict[tuple[str, ...], Span] = {}
        table = ""
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                table = _plain(header[1])
                self._put(table, number, header.start(1) + 1, header.end(1) + 1)
            elif entry := _ENTRY.match(line):
                name = _plain(entry[1])
                self._put(f"{table}.{name}" if table else name, number, entry.start(1) + 1, entry.end(2) + 1)

    def _put(self, name: str, line: int, start: int, end: int) -> None:
        first, _, rest = name.partition(".")
        key = (first, rest) if rest else (first,)
        self._found.setdefault(key, Span(self._file, line, start, line, max(end, start + 1)))

    def of(self, path: tuple[str, ...]) -> Span:
        """Return where *path* is set; where that cannot be seen, its table or the beginning."""
        return self._found.get(path) or self._found.get(path[:1]) or Span.point(self._file)


def _plain(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))
