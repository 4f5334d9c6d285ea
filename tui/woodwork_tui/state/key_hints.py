"""Keys in words: the footer's hints that fit into a line, and the list that help shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from woodwork_tui.actions import Action, show_key
from woodwork_tui.state.header import WIDE
from woodwork_tui.text import pad

_LAST = ("app.palette", "app.quit")
"""Shown at the end, whatever has to go."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint of the footer: the key to press, how it is written, and what it does."""

    key: str
    shown: str
    word: str

    @property
    def text(self) -> str:
        """The whole hint."""
        return self.shown + self.word


def footer_hints(keys: Mapping[str, Action], width: int, *, ascii_only: bool = False) -> tuple[Hint, ...]:
    """Return hints for *keys* and what they do that fit into *width* cells: the first key of each, by importance."""
    wide = width >= WIDE
    first: dict[Action, str] = {}
    for key, each in keys.items():
        if each.hint:
            first.setdefault(each, key)
    ordered = sorted(first, key=lambda each: each.rank)
    last = _LAST if wide else _LAST[:1]
    ends = [_hint(each, first[each], wide, ascii_only) for each in ordered if each.id in last]
    room = width - 1 - sum(_cells(hint, wide) for hint in ends)
    shown = []
    for each in ordered:
        if each.id in _LAST:
            continue
        hint = _hint(each, first[each], wide, ascii_only)
        if _cells(hint, wide) > room:
            break
        room -= _cells(hint, wide)
        shown.append(hint)
    return (*shown, *ends)


def gap(width: int) -> str:
    """Return what stands between two hints."""
    return "  " if width >= WIDE else " "


def _cells(hint: Hint, wide: bool) -> int:
    return cell_len(hint.text) + (2 if wide else 1)


def _hint(action: Action, key: str, wide: bool, ascii_only: bool) -> Hint:
    word = "More" if action.id == "app.palette" and not wide else action.hint
    shown = show_key(key)
    if ascii_only and not shown.isascii():
        shown = key
    between = " " if len(shown) > 2 and (wide or ascii_only) else ""
    return Hint(key, shown, between + word)


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """What can be pressed in one place: where, and the actions."""

    title: str
    actions: Sequence[Action]


def help_lines(groups: Iterable[KeyGroup]) -> list[Text]:
    """Return the keys of *groups* as lines: key, what it does, and its form on the `:` line; styles are tones."""
    lines: list[Text] = []
    for group in groups:
        if not group.actions:
            continue
        if lines:
            lines.append(Text(""))
        lines.append(Text(group.title, style="title"))
        lines += [_help_line(each) for each in group.actions]
    return lines


def _help_line(action: Action) -> Text:
    keys = "  ".join(show_key(key) for key in action.key.split(",") if key)
    line = Text(f"  {pad(keys, 12)} ", style="accent")
    line.append(action.title, style="default")
    if action.command:
        line.append(f"   :{action.command}", style="muted")
    return line
