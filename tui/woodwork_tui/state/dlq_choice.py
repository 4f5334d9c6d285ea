"""Which dead letters a key acts on: the marked ones, else what the cursor stands on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import attrgetter

from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_tui.state.dlq_groups import Group
from woodwork_tui.state.dlq_kinds import Kinds

_id = attrgetter("dlq_id")


@dataclass(frozen=True, slots=True)
class Scope:
    """Letters that one choice of a dialog stands for; with *open_ended* more of the kind may die meanwhile."""

    label: str
    ids: tuple[str, ...]
    open_ended: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the person is: the letter under the cursor, its group, the kinds of all that is shown, and what is marked.

    With *whole* they are in the list of groups, and a group stands for all its letters.
    """

    current: DeadLetter | None
    group: Group | None
    kinds: Kinds
    marked: Collection[str]
    whole: bool
    filtered: bool

    def marked_here(self) -> tuple[str, ...]:
        """Return the marked letters that are shown."""
        return tuple(dlq_id for dlq_id in self.kinds if dlq_id in self.marked) if self.marked else ()

    def in_group(self) -> tuple[str, ...]:
        """Return the letters of the group."""
        return tuple(map(_id, self.group.letters)) if self.group is not None else ()

    def chosen(self) -> tuple[str, ...]:
        """Return the letters a key acts on."""
        if marked := self.marked_here():
            return marked
        if self.whole:
            return self.in_group()
        return (self.current.dlq_id,) if self.current is not None else ()

    def scopes(self) -> tuple[Scope, ...]:
        """Return the choices of a dialog, smallest first: marked (else the current one), its group, all shown."""
        found: list[Scope] = []
        if marked := self.marked_here():
            found.append(Scope(f"{len(marked):,} marked", marked))
        elif self.current is not None and not self.whole:
            found.append(Scope("this one", (self.current.dlq_id,)))
        for ids, words in ((self.in_group(), "in group"), (tuple(self.kinds), self._everything)):
            if ids and all(len(ids) != len(scope.ids) or set(ids) != set(scope.ids) for scope in found):
                found.append(Scope(f"{len(ids):,} {words}", ids, open_ended=True))
        return tuple(found)

    @property
    def _everything(self) -> str:
        return "filtered" if self.filtered else "listed"


def discardable(ids: Iterable[str], kinds: Kinds) -> tuple[str, ...]:
    """Return those of *ids* that can go to the trash: the open ones."""
    return tuple(one for one in ids if (kind := kinds.get(one)) is not None and kind.state is DeadState.OPEN)


def forgettable(ids: Iterable[str], kinds: Kinds) -> tuple[str, ...]:
    """Return those of *ids* that can be purged: all but those whose replay is under way."""
    return tuple(one for one in ids if (kind := kinds.get(one)) is not None and not kind.moving)


def toggled(marked: frozenset[str], ids: Iterable[str]) -> frozenset[str]:
    """Return *marked* with all *ids* marked, or with none of them where all were."""
    asked = frozenset(ids)
    return marked - asked if asked <= marked else marked | asked


def still_marked(marked: frozenset[str], kinds: Kinds, moving: Collection[str]) -> frozenset[str]:
    """Return those *marked* that are shown and not *moving*: a letter that is replayed or discarded loses its mark."""
    return marked.intersection(kinds).difference(moving) if marked else marked
