"""What the start screen says: the flows opened last, what can be begun, and where to learn more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.text import Text

from woodwork_tui.actions import action, show_key
from woodwork_tui.state.recents import Recent, ago
from woodwork_tui.state.start import Start, shown
from woodwork_tui.text import one_line, pad, safe

_MARGIN = 12
"""Cells of the words on the left."""
_LONGEST_PATH, _SHORTEST_PATH = 44, 12
_SCRIPTS = (
    ("woodwork-tui check main.ww", "(exit 0 ok, 1 errors)"),
    ("woodwork-tui run main.ww", "(event records on stdout)"),
)


def recent_lines(recents: Sequence[Recent], now: float, width: int) -> Text:
    """Return a line for each of *recents*, with its number, in *width* cells; *now* in s since the epoch."""
    path = max(_SHORTEST_PATH, min(_LONGEST_PATH, width - _MARGIN - 25))
    lines = []
    for number, recent in enumerate(recents, 1):
        word, tone = recent.outcome()
        line = Text(f"{number}  ", style="accent", end="")
        name = _end_of(one_line(shown(Path(recent.path))), path)
        line.append(name + " " * max(0, path - cell_len(name)), style="default")
        line.append(f"  {pad(ago(max(0.0, now - recent.at)), 9)} ", style="muted").append(word, style=tone)
        lines.append(line)
    return _beside("Recent", lines)


def _end_of(text: str, width: int) -> str:
    """Return *text* in *width* cells; of a path the end tells most."""
    if cell_len(text) <= width:
        return text
    while cell_len(text) > width - 1:
        text = text[1:]
    return f"…{text}"


def offer_lines(start: Start, *, examples: bool) -> Text:
    """Return what can be done about *start*; with *examples* there is a place for them."""
    offers = [("start.open", "Open a file…"), ("start.again", "Look again"), ("app.leave", "Quit")]
    if start.create is not None:
        offers.insert(0, ("start.new", f"New {start.create} from a template…"))
    if start.instead is not None:
        offers.insert(0, ("start.instead", f"Open {start.instead} (did you mean that?)"))
    if examples:
        offers[-2:-2] = [("start.demo", "Run a demo in which one node fails")]
    return _beside("Start", [_offer(name, says) for name, says in offers])


def _offer(name: str, says: str) -> Text:
    line = Text(f"{show_key(action(name).key)}  ", style="accent", end="")
    return line.append_text(Text(safe(says).plain, style="default"))


def learn_lines(*, examples: bool, scripts: bool) -> Text:
    """Return where to learn more; with *scripts* also what serves without a screen."""
    keys = [("app.help", "Keys"), ("app.command", "Command line")]
    if examples:
        keys.insert(1, ("start.example", "Examples…"))
    line = Text("", end="")
    for name, says in keys:
        line.append(f"{show_key(action(name).key.split(',')[0])}  ", style="accent").append(f"{says}   ", "default")
    text = _beside("Learn", [line])
    if scripts:
        lines = [Text(f"{command:<30}", style="default").append(note, style="muted") for command, note in _SCRIPTS]
        text.append("\n\n").append_text(_beside("In scripts", lines))
    return text


def _beside(word: str, lines: Sequence[Text]) -> Text:
    """Return *lines* with *word* on the left of the first."""
    text = Text("")
    for number, line in enumerate(lines):
        text.append("\n" if number else "")
        text.append(f"{word if not number else '':<{_MARGIN}}", style="muted").append_text(line)
    return text
