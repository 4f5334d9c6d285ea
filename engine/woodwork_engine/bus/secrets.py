"""Keeps secrets out of what a failed attempt leaves behind (bus.md D6)."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "•••"
_SHORTEST = 6  # a shorter value, such as "yes" or "8080", would be hidden wherever it happens to stand

_TELLING = re.compile(
    r"(?i)(\b[\w-]*(?:password|passwd|secret|token|api[_-]?key)['\"]?\s*[=:]\s*['\"])[^'\"\n]+"  # written as text
    r"|(\bbearer\s+)[\w.~+/=-]{6,}"
    r"|(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)"  # the password in a URL
)


class Secrets:
    """Hides values it was told, and what looks like a secret by where it stands."""

    def __init__(self) -> None:
        self._known: re.Pattern[str] | None = None

    def hide(self, values: Iterable[str]) -> None:
        """Hide *values*, instead of those told before; ones shorter than six characters are no secrets."""
        longest_first = sorted({value for value in values if len(value) >= _SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def conceal(self, text: str) -> str:
        """Return *text* with every secret replaced."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return _TELLING.sub(lambda found: (found[1] or found[2] or found[3]) + HIDDEN, text)
