"""Keys as people write them, and the names under which the terminal's events carry them."""

from __future__ import annotations

import unicodedata

_SPOKEN = {
    "esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "pgdown": "pagedown", "del": "delete",
    "ins": "insert", "bksp": "backspace",
}  # fmt: skip
_NAMED = frozenset(
    {
        "escape", "enter", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown", "up",
        "down", "left", "right", *(f"f{number}" for number in range(1, 25)),
    }
)  # fmt: skip
_CHARACTERS = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
_WITH_CONTROL = frozenset({"home", "end", "pageup", "pagedown", "up", "down", "left", "right", "delete"})
_WITH_SHIFT = _NAMED - {"escape", "enter", "space", "backspace"}
_ALIKE = {
    "ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+m": "enter", "ctrl+j": "enter", "ctrl+left_square_bracket": "escape",
}  # fmt: skip
_TAKEN = {
    "ctrl+c": "it copies what is selected, or quits",
    "ctrl+z": "the shell stops programs with it",
    "ctrl+space": "not every terminal sends it",
}


class KeyNameError(ValueError):
    """What was written is no key that can be used; the text says why."""


def key_name(written: str) -> str:
    """Return the name of the key *written* as `F`, `?`, `esc`, `ctrl+f`, `^f`, `shift+up`; raises KeyNameError."""
    text = written.strip() or written
    if len(text) == 2 and text[0] == "^":
        text = f"ctrl+{text[1]}"
    if len(text) == 1:
        return character_name(text)
    modifier, plus, base = text.partition("+")
    if not plus or not base:
        return _named(text.lower(), written)
    modifier = modifier.lower()
    base = character_name(base) if len(base) == 1 else _named(base.lower(), written)
    return _combined(modifier, base, written)


def character_name(character: str) -> str:
    """Return the name of the key that types *character*: letters and digits are their own."""
    if character == " ":
        return "space"
    if not character.isprintable():
        raise KeyNameError(f"{character!r} is no key")
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return _CHARACTERS.get(name, name)


def types_text(key: str) -> bool:
    """Whether the key called *key* puts a character into a line of text."""
    return "+" not in key and key not in _NAMED - {"space"}


def _named(name: str, written: str) -> str:
    name = _SPOKEN.get(name, name)
    if name not in _NAMED and name not in _PUNCTUATION:
        raise KeyNameError(f"no key {written!r}; keys are written F, ?, esc, f5, ctrl+f, shift+up")
    return name


def _combined(modifier: str, base: str, written: str) -> str:
    if modifier == "shift" and len(base) == 1:
        raise KeyNameError(f"{written!r} is written as the capital letter {base.upper()!r}")
    able = {
        "ctrl": base in _WITH_CONTROL or (len(base) == 1 and base.isascii() and base.isalpha()) or base in _CONTROLS,
        "shift": base in _WITH_SHIFT,
        "alt": len(base) == 1,
    }
    key = f"{modifier}+{base.lower() if modifier == 'ctrl' else base}"
    if other := _ALIKE.get(key):
        raise KeyNameError(f"terminals cannot tell {written!r} from {other}")
    if why := _TAKEN.get(key):
        raise KeyNameError(f"{written!r} cannot be used: {why}")
    if not able.get(modifier, False):
        raise KeyNameError(f"terminals do not send {written!r}; take ctrl with a letter, or a function key")
    return key


_CONTROLS = frozenset(map(character_name, "[\\]^_@")) | {"space"}
_PUNCTUATION = frozenset(character_name(chr(code)) for code in range(0x21, 0x7F) if not chr(code).isalnum())
