"""Did you mean: the known word most like a wrong one, within a budget, so that a file of wrong words stays cheap."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

BUDGET = 20_000
"""Pairs of words that one check compares."""
_LONGEST = 64


class Suggestions:
    """Finds close words until its budget is spent; then there are no more suggestions."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._left = budget

    def close_to(self, word: str, known: Collection[str]) -> str | None:
        """Return the one of *known* that is most like *word*, or None."""
        if len(known) > self._left or not word or len(word) > _LONGEST:
            return None
        self._left -= len(known)
        folded: dict[str, str] = {}
        for name in known:
            if len(name) <= _LONGEST:
                folded.setdefault(name.lower(), name)
        return next((folded[match] for match in get_close_matches(word.lower(), folded, n=1)), None)


def did_you_mean(suggestion: str | None) -> str | None:
    """Return the question for *suggestion*."""
    return f"did you mean {suggestion!r}?" if suggestion else None
