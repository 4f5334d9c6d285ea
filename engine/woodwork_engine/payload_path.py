"""Paths into payloads: `files.0` leads to the first of `files`; one is read without decoding all that the bus keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from woodwork_engine.payload import field_reader

Row = TypeVar("Row")


def walk(value: object, path: tuple[str, ...]) -> object:
    """Return what *path* leads to in *value*; None where it leads nowhere."""
    for step in path:
        if type(value) is dict or isinstance(value, Mapping):  # the first is what nearly all are, and told faster
            value = value.get(step)
        elif isinstance(value, list | tuple) and len(step) < 9 and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


class EncodedPayload(Generic[Row]):
    """Reads the payload of a row, which *encoded* returns as the bus keeps it; one field of it without the others.

    *whole* reads all of it.
    """

    def __init__(self, encoded: Callable[[Row], bytes | None], whole: Callable[[Row], object]) -> None:
        self._encoded = encoded
        self._whole = whole

    def __call__(self, row: Row) -> object:
        """Return the payload."""
        return self._whole(row)

    def at(self, path: tuple[str, ...]) -> Callable[[Row], object]:
        """Return what reads *path* in the payload."""
        first, rest = path[0], path[1:]
        if first.isdecimal():  # a place in a list, or a field with such a name
            return lambda row: walk(self._whole(row), path)
        encoded, read = self._encoded, field_reader(first)

        def value(row: Row) -> object:
            found = encoded(row)
            return None if found is None else read(found)

        return (lambda row: walk(value(row), rest)) if rest else value
