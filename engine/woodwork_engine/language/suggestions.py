"""Did you mean: the known word most like a wrong one, within a budget, so that a file of wrong words stays cheap."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

BUDGET = 20_000
"""Pairs of words that one check compares."""
_LONGEST = 64


class Suggestions:
    """Finds close words until its budget is spent; then there are no more suggestions."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._left = budget

    def close_to(self, word: str, known: Iterable[str]) -> str | None:
        """Return the one of *known* that is most like *word*, or None."""
        candidates = [name for name in known if len(name) <= _LONGEST]
        self._left -= len(candidates)
        if self._left < 0 or not word or len(word) > _LONGEST:
            return None
        folded: dict[str, str] = {}
        for name in candidates:
            folded.setdefault(name.lower(), name)
        return next((folded[match] for match in get_close_matches(word.lower(), folded, n=1)), None)


def did_you_mean(suggestion: str | None) -> str | None:
    """Return the question for *suggestion*."""
    return f"did you mean {suggestion!r}?" if suggestion else None
