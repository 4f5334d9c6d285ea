"""Text folded beside a label, its later lines moved in by the label's width."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

_NARROWEST = 8
_CONSOLE = Console()  # Text.wrap wants one, and asks it nothing for text that is not justified


def hanging(label: Text, text: Text, width: int) -> list[Text]:
    """Return *label* and *text* in lines of *width* cells, broken at blanks; both are visible already."""
    indent = label.cell_len
    lines = text.wrap(_CONSOLE, max(_NARROWEST, width - indent))
    folded = []
    for number, line in enumerate(lines):
        line.rstrip()
        folded.append(Text.assemble(" " * indent if number else label, line))  # each part keeps its own style
    return folded
