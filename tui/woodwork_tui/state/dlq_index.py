"""Which dead letters are listed now: follows what is kept by looking only at what changed, a slice at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import compress, repeat
from operator import is_not

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.dead_letter_filter import Matches
from woodwork_engine.errors import FilterError
from woodwork_tui.state.dlq_filter import DlqFilter, dlq_filter
from woodwork_tui.state.dlq_groups import Group, group_key
from woodwork_tui.state.dlq_kinds import Kinds
from woodwork_tui.state.dlq_listing import Change, Listing, Wish
from woodwork_tui.state.remembered import Remembered

_EVERYTHING = dlq_filter("")
_LONG = 1_000
_PAUSE = 0.25  # s between two looks at a long list that keeps changing
_AT_ONCE = 100
"""Letters that are looked at between two looks at the clock."""
_LONG_AGES = 5.0  # s after which the ages of a long list are looked at again

Clock = Callable[[], float]


class DeadIndex:
    """Which letters are listed, which of them match, and their groups.

    `update` says what is wanted and `work` does it, for as long as it is given; until a new wish is fulfilled what was
    listed before stays. A filter that cannot be read leaves the last good one active.
    """

    def __init__(self) -> None:
        self.version = 0
        """Changes whenever what is listed does."""
        self._letters: tuple[DeadLetter, ...] = ()
        self._wish = Wish()
        self._filter: DlqFilter = _EVERYTHING
        self._looked = 0.0
        self._matches: Matches = self._filter.lasting
        self._listing = Listing(self._wish, self._matches, None, 0.0)
        self._coming: Listing | None = None

    # what there is

    @property
    def wish(self) -> Wish:
        """What is listed now."""
        return self._listing.wish

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups, the largest first."""
        return self._listing.groups

    @property
    def kinds(self) -> Kinds:
        """The kind of every letter that is shown, by id."""
        return self._listing.kinds

    @property
    def listing(self) -> Listing:
        """What is shown."""
        return self._listing

    @property
    def shown(self) -> int:
        """How many letters match."""
        return len(self._listing.kinds)

    @property
    def of(self) -> int:
        """How many letters there would be without a filter."""
        return self._listing.trash if self.wish.trash else self._listing.unresolved

    @property
    def progress(self) -> float | None:
        """How much of what is wanted has been done, from 0 to 1; None where all has."""
        busy = self._coming or self._listing
        return 1.0 - busy.left / max(busy.left, len(self._letters), 1) if self.busy else None

    @property
    def busy(self) -> bool:
        """Whether there is something to do."""
        return self._coming is not None or not self._listing.done

    def group(self, key: object) -> Group | None:
        """Return the group called *key*, else the first one, else None."""
        first = self.groups[0] if self.groups else None
        return next((group for group in self.groups if group.key == key), first)

    def find(self, delivery: tuple[str, str]) -> tuple[Group, DeadLetter] | None:
        """Return the newest letter shown of *delivery*, a message id and its target, and the letter's group."""
        found: DeadLetter | None = None
        for letter in self._listing.letters():
            if (letter.envelope.message_id, letter.route.target) == delivery and (
                found is None or letter.at > found.at
            ):
                found = letter
        group = self.group(group_key(found, self.wish.by)) if found is not None else None
        return (group, found) if group is not None and found is not None else None

    # keeping up

    def update(self, letters: tuple[DeadLetter, ...], wish: Wish, now: float) -> bool:
        """Want *wish* of *letters*, all that are kept, oldest first; return whether there is something to do."""
        asked = wish != self._wish
        hurried = len(letters) > _LONG and not asked and abs(now - self._looked) < _PAUSE
        if letters is not self._letters and not hurried:
            self._follow(letters, now)
        if asked or self._is_ripe(now):
            self._want(wish, now)
        return self.busy

    def work(self, seconds: float, clock: Clock) -> bool:
        """Do what is to be done, for about *seconds* by *clock*; return whether all was, so that `groups` are new."""
        end = clock() + seconds
        busy = self._coming or self._listing
        if busy is self._listing and busy.done:
            return False
        while not busy.done and clock() < end:
            busy.step(_AT_ONCE) if busy.left else busy.settle(_AT_ONCE)
        self.version += 1
        if busy.done:
            self._listing, self._coming = busy, None
        return busy.done

    def _is_ripe(self, now: float) -> bool:
        """Whether a filter about ages has to be asked again."""
        if self._filter.ages is None or self._coming is not None:
            return False
        return now - self._listing.made_at >= (1.0 if len(self._letters) <= _LONG else _LONG_AGES)

    def _want(self, wish: Wish, now: float) -> None:
        if wish.query != self._wish.query:
            with suppress(FilterError):  # the last good one stays; whoever types is told by check_filter
                self._filter = dlq_filter(wish.query)
                again = self._filter.ages is not None  # then it is asked of the same letters again and again
                self._matches = Remembered(self._filter.lasting) if again else self._filter.lasting
        self._wish = wish
        if isinstance(self._matches, Remembered):
            self._matches.keep(self._letters, 2 * len(self._letters) + _LONG)
        of_age = self._filter.ages(now) if self._filter.ages is not None else None
        self._coming = Listing(wish, self._matches, of_age, now)
        self._coming.begin(self._letters)

    def _follow(self, letters: tuple[DeadLetter, ...], now: float) -> None:
        self._looked = now
        if not self._letters and not self.busy:
            self._letters = letters
            self._listing.begin(letters)
            return
        changes = _changes(self._letters, letters)
        self._letters = letters
        for listing in filter(None, (self._listing, self._coming)):
            listing.hand(changes)


def _changes(old: tuple[DeadLetter, ...], new: tuple[DeadLetter, ...]) -> list[Change]:
    """Return what differs: letters keep their places, and new ones come last, unless some have gone."""
    if len(new) >= len(old):
        places = list(compress(range(len(old)), map(is_not, old, new)))
        changed = list(zip(map(old.__getitem__, places), map(new.__getitem__, places), strict=True))
        if all(before.dlq_id == after.dlq_id for before, after in changed):
            return [*changed, *zip(repeat(None), new[len(old) :], strict=False)]
    here, there = set(map(id, new)), set(map(id, old))
    gone = {letter.dlq_id: letter for letter in old if id(letter) not in here}
    came = [(gone.pop(letter.dlq_id, None), letter) for letter in new if id(letter) not in there]
    return [*came, *zip(gone.values(), repeat(None), strict=False)]
