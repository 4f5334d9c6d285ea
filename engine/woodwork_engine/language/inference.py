"""Routes for components that say nothing about where their messages go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from woodwork_engine.language.codes import Code
from woodwork_engine.language.part import Part
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.references import TO
from woodwork_engine.plan import TRANSCRIPT, Edge, EdgeKind
from woodwork_engine.role import Role

MOST_ROUTES = 20_000
"""Routes that are inferred in one flow."""

_RANKS = (Role.AGENT, Role.LLM, Role.PROCESSOR)


class Inference:
    """Makes the routes of one flow that were not written, and says why each is there."""

    def __init__(self, parts: Sequence[Part], written: Iterable[Edge], problems: Problems) -> None:
        self._parts = parts
        self._problems = problems
        edges = tuple(written)
        self._helpers = {edge.target for edge in edges if not edge.is_route}
        self._routed = {edge.target for edge in edges if edge.is_route}
        self._targets = [part.name for part in parts if part.role is Role.OUTPUT] or [TRANSCRIPT]
        self._candidates = self._first_rank()
        self._room = MOST_ROUTES

    def _first_rank(self) -> list[Part]:
        """Return the processors of the best rank there is; one that is another's model or tool is none."""
        for rank in _RANKS:
            if found := [part for part in self._parts if part.role is rank and part.name not in self._helpers]:
                return found
        return []

    def edges(self) -> Iterator[Edge]:
        """Yield the inferred routes in the order of the file."""
        for part in self._parts:
            if part.damaged or part.get(TO) is not None:
                continue
            if part.role is Role.INPUT:
                yield from self._from_input(part)
            elif part.kind is not None and part.kind.sends_by is not None:
                continue
            elif part.role in _RANKS and not self._only_helps(part):
                yield from self._to_outputs(part)

    def _only_helps(self, part: Part) -> bool:
        """Whether *part* is another's model or tool and nothing else: it answers whoever asks."""
        return part.name in self._helpers and part.name not in self._routed

    def _from_input(self, part: Part) -> Iterator[Edge]:
        if not self._candidates:
            yield from self._to_outputs(part)
            return
        first, *others = self._candidates
        what = "processor" if first.role is Role.PROCESSOR else first.role.value
        if others:
            self._problems.info(
                Code.INFERRED_CHOICE, f"{part.name!r} goes to {first.name!r}, the first {what} in the file", part.span,
                f"write to = {first.name}, or choose another of {_listed([other.name for other in others[:9]])}",
                component=part.name,
            )  # fmt: skip
        else:
            self._say(part, repr(first.name), f"the only {what}")
        yield self._edge(part, first.name)

    def _to_outputs(self, part: Part) -> Iterator[Edge]:
        targets = self._targets
        room, self._room = self._room, self._room - len(targets)
        if self._room < 0:
            if room >= 0:
                self._problems.error(
                    Code.TOO_LARGE, f"more than {MOST_ROUTES:,} routes would be inferred", part.span, "write 'to'"
                )
            return
        why = "the only output" if len(targets) == 1 else "all outputs"
        where = _listed([repr(name) for name in targets])
        self._say(part, where, "the flow has no output" if targets == [TRANSCRIPT] else why)
        for target in targets:
            yield self._edge(part, target)

    def _say(self, part: Part, where: str, why: str) -> None:
        self._problems.info(
            Code.INFERRED_ROUTE, f"{part.name!r} goes to {where}: {why}", part.span, "write 'to' to choose",
            component=part.name,
        )  # fmt: skip

    def _edge(self, part: Part, target: str) -> Edge:
        return Edge(part.name, target, EdgeKind.INFERRED, part.span, TO)


def _listed(names: Sequence[str], most: int = 4) -> str:
    """Return *names* in a row, cut after *most*."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
