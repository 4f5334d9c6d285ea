"""What dead letters have in common as far as a replay is concerned, so that many can be judged at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from woodwork_engine.dead_letter import DeadLetter, DeadState


class Kind(NamedTuple):
    """Where a letter came from and died, and how it stands.

    *replays* counts how often it was replayed before it died here; *others* got the same message.
    """

    source: str | None
    event: str
    target: str
    state: DeadState
    moving: bool
    replays: int
    others: tuple[str, ...]

    def needs_force(self, max_replays: int) -> bool:
        """Whether replaying it once more has to be asked for (bus.md E5)."""
        return self.state is DeadState.REPLAYED or self.replays >= max_replays


Kinds = Mapping[str, Kind]
"""The kind of each letter that is listed, by its id."""


def kind_of(letter: DeadLetter) -> Kind:
    """Return the kind of *letter*."""
    route = letter.route
    others = tuple(name for name in route.targets_at_time if name != route.target)
    event = letter.envelope.event_type
    moving = letter.is_under_way
    return Kind(route.source, event, route.target, letter.state, moving, letter.replay.count, others)


def counted(ids: Iterable[str], kinds: Kinds) -> Counter[Kind | None]:
    """Return how many of *ids* are of each kind; of None are those that are no longer listed.

    Many letters share a kind, one and the same object, so they are told apart by identity first, which is fast.
    """
    every = tuple(map(kinds.get, ids))
    numbers = tuple(map(id, every))
    known = dict(zip(numbers, every, strict=True))
    found: Counter[Kind | None] = Counter()
    for number, count in Counter(numbers).items():
        found[known[number]] += count
    return found
