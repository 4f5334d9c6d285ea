"""Filters while they are typed: what is wrong with one, and which one holds meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from woodwork_engine.errors import FilterError
from woodwork_engine.filter import compile_filter


def problem(read: Callable[[str], object], text: str) -> str | None:
    """Return what is wrong with the filter *text*, which *read* reads or raises FilterError; None for nothing."""
    try:
        read(text)
    except FilterError as error:
        return str(error)
    return None


def sound(filters: Mapping[str, str]) -> Mapping[str, str]:
    """Return those of *filters*, by tab, that are written as filters are."""
    return {tab: text for tab, text in filters.items() if problem(compile_filter, text) is None}


class LastGood:
    """The last filter text that *read* could read; it holds until the next one can be read."""

    def __init__(self, read: Callable[[str], object]) -> None:
        self.text = ""
        self._read = read
        self._tried = ""

    def take(self, text: str) -> str:
        """Return *text* where it can be read, else the last one that could."""
        if text != self._tried:
            self._tried = text
            if problem(self._read, text) is None:
                self.text = text
        return self.text
