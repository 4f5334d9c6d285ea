"""Which dead letters a key acts on: the marked ones, else what the cursor stands on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from woodwork_engine.dead_letter import DeadLetter, DeadState
from woodwork_tui.state.dlq import is_under_way
from woodwork_tui.state.dlq_replay import Scope, scopes
from woodwork_tui.units import plural


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the person is: the letter under the cursor, its group, all that is shown, and what is marked.

    With *whole* they are in the list of groups, and a group stands for all its letters.
    """

    current: DeadLetter | None
    group: Sequence[DeadLetter]
    shown: Sequence[DeadLetter]
    marked: Collection[str]
    whole: bool
    filtered: bool

    def chosen(self) -> tuple[DeadLetter, ...]:
        """Return the letters a key acts on."""
        if marked := tuple(letter for letter in self.shown if letter.dlq_id in self.marked):
            return marked
        if self.whole:
            return tuple(self.group)
        return (self.current,) if self.current is not None else ()

    def scopes(self) -> tuple[Scope, ...]:
        """Return what the replay dialog offers, beginning with the letters chosen."""
        return scopes(
            marked=self.marked,
            current=None if self.whole else self.current,
            group=self.group,
            shown=self.shown,
            filtered=self.filtered,
        )


def discardable(letters: Iterable[DeadLetter]) -> tuple[str, ...]:
    """Return the ids of those *letters* that can go to the trash: the open ones."""
    return tuple(letter.dlq_id for letter in letters if letter.state is DeadState.OPEN)


def toggled(marked: frozenset[str], letters: Iterable[DeadLetter]) -> frozenset[str]:
    """Return *marked* with all *letters* marked, or with none of them where all were."""
    ids = frozenset(letter.dlq_id for letter in letters)
    return marked - ids if ids <= marked else marked | ids


def still_marked(marked: frozenset[str], listed: Iterable[DeadLetter]) -> frozenset[str]:
    """Return those *marked* that can still be acted on: a letter that is replayed or discarded loses its mark."""
    return marked & frozenset(one.dlq_id for one in listed if not is_under_way(one)) if marked else marked


def origin_of(letters: Iterable[DeadLetter]) -> str:
    """Return from where a re-emit of *letters* starts, for people: one name, or how many there are."""
    sources = list(dict.fromkeys(letter.route.source or "outside" for letter in letters))
    return sources[0] if len(sources) == 1 else plural(len(sources), "component")
