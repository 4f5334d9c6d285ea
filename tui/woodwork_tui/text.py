"""The one door through which foreign text reaches the screen: control characters made visible, widths measured."""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size
from rich.text import Text

_ELLIPSIS = "…"
_SHORTEST_CUT = 256

_HIDDEN = (
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # directions, separators
    "\U000e0000-\U000e007f"  # tags
)
_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{_HIDDEN}]+")
_BREAKS = re.compile(r"[ \t]*(?:\r\n|\n|\r)\s*")

GLYPHS = {
    "queued": ("·", "Q"),
    "handling": ("▸", ">"),
    "ok": ("✓", "+"),
    "retry": ("↻", "R"),
    "failed": ("✗", "X"),
    "dead": ("†", "D"),
    "held": ("‖", "H"),
    "breakpoint": ("●", "*"),
    "expired": ("×", "E"),
    "dropped": ("∅", "L"),
    "discarded": ("∅", "L"),
    "replayed": ("⤳", "F"),
    "unroutable": ("∅", "L"),
    "unseen": ("?", "?"),
    "idle": ("○", "-"),
    "backlog": ("▲", "^"),
    "retrying": ("↻", "R"),
    "failing": ("✗", "X"),
    "breaker_open": ("✗", "X"),
    "paused": ("‖", "H"),
    "parked": ("‖", "H"),
    "draining": ("▾", "v"),
    "not_started": ("✗", "X"),
    "running": ("●", "*"),
    "starting": ("○", "o"),
    "stopped": ("○", "-"),
    "active": ("●", "*"),
    "error": ("✗", "X"),
    "warning": ("▲", "!"),
    "info": ("·", "i"),
}
"""Each state's mark: Unicode and ASCII; a word stands beside it wherever there is room (screens 1.3)."""


_TONES = {
    "ok": "ok", "queued": "muted", "handling": "accent", "retry": "warn", "failed": "bad", "dead": "bad",
    "held": "warn", "expired": "bad", "dropped": "bad", "discarded": "muted", "replayed": "accent", "unroutable": "bad",
    "unseen": "muted", "idle": "muted", "backlog": "warn", "retrying": "warn", "failing": "bad", "parked": "warn",
    "breaker_open": "bad", "paused": "warn", "breakpoint": "accent",
    "draining": "warn", "not_started": "bad", "running": "ok", "starting": "warn", "stopped": "muted", "active": "ok",
    "error": "bad", "warning": "warn", "info": "muted",
}  # fmt: skip


def _shown_run(match: re.Match[str]) -> str:
    return "".join(map(_shown, match[0]))


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code < 0xA0:
        return f"\\x{code:02x}"
    if 0xD800 <= code <= 0xDFFF:
        return f"\\u{code:04x}"
    return f"⟨U+{code:04X}⟩"


def visible(text: str) -> str:
    """Return *text* with everything shown that would act on a terminal or hide from its reader.

    C0, C1 and DEL become pictures or escapes, direction overrides, invisible separators and lone surrogates their
    numbers. Line feeds and tabs stay.
    """
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(_shown_run, text)


def one_line(text: str) -> str:
    """Return *text* visible on one line: a line break becomes `⏎`, a tab a blank."""
    return visible(_BREAKS.sub(" ⏎ ", text).replace("\t", " "))


def fit(text: str, width: int) -> str:
    """Return *text*, one line, cut to *width* cells with an ellipsis; time does not depend on what is cut away."""
    if width <= 0:
        return ""
    most = max(_SHORTEST_CUT, 4 * width)
    cut = len(text) > most
    line = one_line(text[:most] if cut else text)
    if not cut and cell_len(line) <= width:
        return line
    return set_cell_size(line, min(width - 1, cell_len(line))).rstrip() + _ELLIPSIS


def fit_middle(text: str, width: int) -> str:
    """Return *text*, one line, in *width* cells; what is too long keeps its beginning and its end.

    For names: `stage_of_the_flow_01` and `..._02` stay apart.
    """
    tail = width // 3
    if tail < 2 or len(text) > _SHORTEST_CUT or cell_len(one_line(text)) <= width:
        return fit(text, width)
    line = one_line(text)
    end = line[-tail:]
    while cell_len(end) > tail:
        end = end[1:]
    return set_cell_size(line, width - 1 - cell_len(end)).rstrip() + _ELLIPSIS + end


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return *text* cut or filled with blanks to exactly *width* cells; *right* aligns it there."""
    line = fit(text, width)
    room = " " * max(0, width - cell_len(line))
    return room + line if right else line + room


def safe(text: str, *, width: int | None = None, style: str = "") -> Text:
    """Return *text* for a widget: never read as markup, never acting on the terminal.

    With *width* (cells) it is one line cut to that width, else every line is kept and tabs are widened.
    """
    shown = visible(text).expandtabs(4) if width is None else fit(text, width)
    return Text(shown, style=style, no_wrap=width is not None, end="")


def glyph(state: str, ascii_only: bool = False) -> str:
    """Return the mark of *state*, one cell wide."""
    return GLYPHS.get(state, ("·", "."))[ascii_only]


def tone(state: str) -> str:
    """Return the tone (a style name of `widgets.tones`) in which *state* is shown."""
    return _TONES.get(state, "muted")


def state_text(state: str, ascii_only: bool = False, word: str | None = None) -> Text:
    """Return mark and word of *state* in its tone; *word* stands for the state's own name."""
    label = state.replace("_", " ") if word is None else word
    return Text(f"{glyph(state, ascii_only)} {visible(label)}".rstrip(), style=tone(state), no_wrap=True, end="")
