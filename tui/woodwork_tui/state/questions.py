"""A question before something is done: in which words, and to what exactly."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from woodwork_tui.state.lines import Line

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Question(Generic[Key]):
    """What is asked: *lines* tell it, *doing* is what the button says, *keys* are exactly what it acts on."""

    title: str
    lines: tuple[Line, ...]
    doing: str
    keys: tuple[Key, ...]
