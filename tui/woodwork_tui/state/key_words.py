"""Keys named in hints and sentences, as a person has bound them: `d describe  e source`, `(F to follow)`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from woodwork_tui.actions import ACTIONS, Action, show_key

_HINT = re.compile(r"(?<!\S)(\S{1,5}) (\w+)(?= {2,}|$| \()")
"""A key and what it does, in a list of such hints: two blanks stand between them."""
_SENTENCE = re.compile(r"(?<![\w:])([^\s(]{1,5}) to (\w+)")
"""A key and what it is good for, in a sentence."""


def rekeyed(text: str, keymap: Mapping[str, str]) -> str:
    """Return *text* with the keys that *keymap* gives actions instead of their own.

    A key is taken for that of an action where the word beside it is a word of that action's.
    """
    if not keymap:
        return text
    return _rekeyed(text, tuple(sorted(keymap.items())))


@lru_cache(maxsize=512)
def _rekeyed(text: str, keymap: tuple[tuple[str, str], ...]) -> str:
    own = dict(keymap)

    def hint(found: re.Match[str]) -> str:
        return f"{_bound(found[1], found[2], own)} {found[2]}"

    def sentence(found: re.Match[str]) -> str:
        return f"{_bound(found[1], found[2], own)} to {found[2]}"

    return _SENTENCE.sub(sentence, _HINT.sub(hint, text))


def _bound(shown: str, word: str, own: Mapping[str, str]) -> str:
    with_key = [each for each in ACTIONS if shown in map(show_key, each.key.split(","))]
    meant = next((each for each in with_key if _says(each, word)), with_key[0] if len(with_key) == 1 else None)
    if meant is None or meant.id not in own:
        return shown
    return show_key(own[meant.id].split(",")[0])


def _says(action: Action, word: str) -> bool:
    said = f"{action.hint} {action.title} {action.call}".lower()
    return word.lower().removesuffix("s") in said
