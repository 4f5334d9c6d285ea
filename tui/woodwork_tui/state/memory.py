"""What is kept of how a person looks at one flow, from one run to the next: in `interface.json` in its state folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from woodwork_tui.actions import FILTERED_TABS, TABS
from woodwork_tui.state.kept_json import read_json, table, write_json

NAME = "interface.json"
MOST_COMMANDS = 200
_LONGEST = 2_000

TabWords = Mapping[str, object]
"""How one tab shows things: words of its own."""


def _nothing() -> Mapping[str, object]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Memory:
    """The *tab* in front, the *theme* where one was chosen for this flow, filters and looks by tab, and `:` lines."""

    tab: str = TABS[0]
    theme: str | None = None
    filters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tabs: Mapping[str, TabWords] = field(default_factory=lambda: MappingProxyType({}))
    commands: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return what is written."""
        return {
            "tab": self.tab,
            "theme": self.theme,
            "filters": dict(self.filters),
            "tabs": {name: dict(words) for name, words in self.tabs.items() if words},
            "commands": list(self.commands),
        }


def memory_of(kept: object) -> Memory:
    """Return the memory that *kept* holds, the content of a file; what makes no sense is as if it were not there."""
    found = table(kept)
    tab, theme, commands = found.get("tab"), found.get("theme"), found.get("commands")
    filters = {name: text for name, text in table(found.get("filters")).items() if _is_filter(name, text)}
    return Memory(
        tab if isinstance(tab, str) and tab in TABS else TABS[0],
        theme if isinstance(theme, str) else None,
        {name: str(text) for name, text in filters.items()},
        {name: table(words) for name, words in table(found.get("tabs")).items() if name in TABS},
        tuple(each for each in commands if _is_line(each))[-MOST_COMMANDS:] if isinstance(commands, list) else (),
    )


def _is_line(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST


def _is_filter(tab: str, text: object) -> bool:
    if tab not in FILTERED_TABS or not isinstance(text, str) or not _is_line(text):
        return False
    return tab != "flow"  # what is looked for in the picture is looked for anew


class MemoryFile:
    """The file in the state *folder* of a flow; without one, and before the engine has made it, nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def read(self) -> Memory:
        """Return what was kept; nothing special where there is none, or it is broken."""
        return Memory() if self._folder is None else memory_of(read_json(self._folder / NAME))

    def write(self, memory: Memory) -> bool:
        """Keep *memory*; return whether that could be done."""
        if self._folder is None or not self._folder.is_dir():
            return False
        return write_json(self._folder / NAME, memory.as_json())
