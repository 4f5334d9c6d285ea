"""How a person wants the terminal: colours, characters, motion, times, keys, and how many deliveries are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from woodwork_tui.state.history import HISTORY_LIMIT

MOTIONS = ("full", "reduced")
TIMES = ("clock", "since", "ago")
SMALLEST_RING, LARGEST_RING = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is wanted; *theme* None: the default. *ring* counts deliveries, *keys* are those that are not usual."""

    theme: str | None = None
    ascii: bool = False
    motion: str = "full"
    time: str = "clock"
    ring: int = HISTORY_LIMIT
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def having(self, name: str, value: object) -> Preferences:
        """Return the preferences with *value*, as `read_setting` has read it, for *name*."""
        changes: dict[str, Any] = {name: value}
        return replace(self, **changes)


class SettingError(ValueError):
    """A setting that cannot have this value; the text says what it can have."""


def read_setting(name: str, value: object, themes: Iterable[str]) -> object:
    """Return *value* as the preference *name* takes it; text is read as it is typed. Raises SettingError."""
    reader = READERS.get(name)
    if reader is None:
        close = get_close_matches(name, READERS, n=1)
        raise SettingError(f"no setting {name!r}; " + (f"did you mean {close[0]!r}?" if close else _settings()))
    return reader(value, tuple(themes))


def choices(name: str, themes: Iterable[str]) -> tuple[str, ...]:
    """Return the words that the preference *name* can be set to; none where it takes a number."""
    known = {"theme": tuple(themes), "ascii": ("on", "off"), "motion": MOTIONS, "time": TIMES}
    return known.get(name.strip(), ())


def _settings() -> str:
    return f"there are {', '.join(READERS)}"


def _theme(value: object, themes: tuple[str, ...]) -> str:
    if value in themes:
        return str(value)
    close = get_close_matches(str(value), themes, n=1)
    raise SettingError(f"no theme {value!r}; " + (f"did you mean {close[0]!r}?" if close else "`:theme ` lists them"))


def _ascii(value: object, themes: tuple[str, ...]) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("on", "off"):
        return value == "on"
    raise SettingError(f"ascii is {'on or off' if isinstance(value, str) else 'true or false'}, not {value!r}")


def _word(name: str, words: tuple[str, ...]) -> Callable[[object, tuple[str, ...]], str]:
    def read(value: object, themes: tuple[str, ...]) -> str:
        if value in words:
            return str(value)
        raise SettingError(f"{name} is {', '.join(words[:-1])} or {words[-1]}, not {value!r}")

    return read


def _ring(value: object, themes: tuple[str, ...]) -> int:
    text = str(value).replace("_", "")
    number = int(text) if text.isdecimal() and len(text) < 12 and not isinstance(value, bool) else 0
    if SMALLEST_RING <= number <= LARGEST_RING:
        return number
    raise SettingError(f"ring is a number of deliveries from {SMALLEST_RING:,} to {LARGEST_RING:,}, not {value!r}")


READERS: Mapping[str, Callable[[object, tuple[str, ...]], object]] = {
    "theme": _theme,
    "ascii": _ascii,
    "motion": _word("motion", MOTIONS),
    "time": _word("time", TIMES),
    "ring": _ring,
}
"""What can be set, in `config.toml` and by `:set`; each reads a value or raises SettingError."""
