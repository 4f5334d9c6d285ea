"""Pipes: a person's functions that may change a payload before its component sees it (bus.md C6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from woodwork_engine.components.calls import Call
from woodwork_engine.errors import Halt


@dataclass(frozen=True, slots=True)
class PipeFunction:
    """One declared pipe: *label* as `file.py::function`, *event* a pattern, None for every event."""

    label: str
    event: str | None
    call: Call


class Pipes:
    """All pipes of one component, in the order they were declared; a failure in one is the attempt's failure."""

    def __init__(self, functions: Sequence[PipeFunction]) -> None:
        self._functions = tuple(functions)

    async def apply(self, event: str, data: object) -> object:
        """Return *data* after every pipe declared for *event*; one that returns None keeps what it was given.

        Raises what a pipe raises: Halt says that the message ends here, anything else is a failure.
        """
        for pipe in self._functions:
            if pipe.event is None or fnmatchcase(event, pipe.event):
                try:
                    changed = await pipe.call(data)
                except Halt as halt:
                    halt.pipe = pipe.label
                    raise
                if changed is not None:
                    data = changed
        return data
