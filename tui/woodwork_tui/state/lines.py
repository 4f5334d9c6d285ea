"""Lines of a detail: text, perhaps foreign, and the tone it is shown in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich.text import Text

from woodwork_tui.text import safe


class Line(NamedTuple):
    """One line of foreign or own text and its tone (`bad`, `muted`, `strong`...)."""

    text: str
    tone: str = ""


def painted(lines: Iterable[Line]) -> list[str | Text]:
    """Return *lines* for a LineView, foreign text made safe; lines without a tone stay text, which it folds faster."""
    return [safe(line.text, style=line.tone) if line.tone else line.text for line in lines]
