"""The dead letters that are listed now, filtered and grouped; kept up to date by looking only at what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from operator import is_not
from typing import Generic, TypeVar

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.errors import FilterError
from woodwork_tui.state.dlq import in_trash, last_discarded, listed
from woodwork_tui.state.dlq_filter import DlqFilter, dlq_filter
from woodwork_tui.state.dlq_groups import Group, GroupBy, group_key, grouped

_EVERYTHING = dlq_filter("")
_LONG = 1_000
_PAUSE = 0.25  # s between two looks at a long list that keeps changing

Answer = TypeVar("Answer")


class Remembered(Generic[Answer]):
    """What *ask* says of a letter, asked once as long as the letter stays the same."""

    def __init__(self, ask: Callable[[DeadLetter], Answer]) -> None:
        self._ask = ask
        self._known: dict[str, tuple[DeadLetter, Answer]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __call__(self, letter: DeadLetter) -> Answer:
        """Return the answer for *letter*."""
        known = self._known.get(letter.dlq_id)
        if known is None or known[0] is not letter:
            known = self._known[letter.dlq_id] = (letter, self._ask(letter))
        return known[1]

    def keep(self, letters: Iterable[DeadLetter], most: int) -> None:
        """Forget all but *letters* once more than *most* are known."""
        if len(self._known) > most:
            self._known = {one.dlq_id: self._known[one.dlq_id] for one in letters if one.dlq_id in self._known}


class DeadIndex:
    """Which letters are listed, which of them match, and their groups.

    A filter that cannot be read leaves the last good one active.
    """

    def __init__(self) -> None:
        self.listed: tuple[DeadLetter, ...] = ()
        self.shown: tuple[DeadLetter, ...] = ()
        self.groups: tuple[Group, ...] = ()
        self.trash = 0
        self.undoable: tuple[str, ...] = ()
        self._letters: tuple[DeadLetter, ...] = ()
        self._asked: tuple[str, str | None, GroupBy] = ("", None, GroupBy.REASON)
        self._filter: DlqFilter = _EVERYTHING
        self._looked = 0.0
        self._matches = Remembered(_EVERYTHING.lasting)
        self._keys = {by: Remembered(partial(group_key, by=by)) for by in GroupBy}

    def update(self, letters: tuple[DeadLetter, ...], query: str, session: str | None, by: GroupBy, now: float) -> bool:
        """Follow *letters*, all that are kept, oldest first; return whether anything may have changed."""
        asked = (query, session, by)
        hurried = len(letters) > _LONG and asked == self._asked and abs(now - self._looked) < _PAUSE
        changed = not hurried and _differ(letters, self._letters)
        ripe = self._filter.ages is not None and now - self._looked >= 1.0
        if not changed and asked == self._asked and not ripe:
            return False
        if changed:
            self._take(letters)
        if asked != self._asked:
            self._ask(query)
        self._asked = asked
        self._looked = now
        self.shown = self._matching(session, now)
        key = self._keys[by]
        self.groups = grouped(((key(letter), letter) for letter in self.shown), by)
        return True

    def group(self, key: object) -> Group | None:
        """Return the group called *key*, else the first one, else None."""
        first = self.groups[0] if self.groups else None
        return next((group for group in self.groups if group.key == key), first)

    def find(self, delivery: tuple[str, str]) -> tuple[Group, DeadLetter] | None:
        """Return the newest letter shown of *delivery*, a message id and its target, and the letter's group."""
        for group in self.groups:
            for letter in reversed(group.letters):
                if (letter.envelope.message_id, letter.route.target) == delivery:
                    return group, letter
        return None

    def _take(self, letters: tuple[DeadLetter, ...]) -> None:
        self._letters = letters
        self.listed = listed(letters)
        self.trash = in_trash(letters)
        self.undoable = last_discarded(letters) if self.trash else ()
        most = 2 * len(letters) + 1_000
        self._matches.keep(letters, most)
        for keys in self._keys.values():
            keys.keep(letters, most)

    def _ask(self, query: str) -> None:
        if query != self._asked[0]:
            with suppress(FilterError):  # the last good one stays; whoever types is told by check_filter
                self._filter = dlq_filter(query)
                self._matches = Remembered(self._filter.lasting)

    def _matching(self, session: str | None, now: float) -> tuple[DeadLetter, ...]:
        of_age = self._filter.ages(now) if self._filter.ages is not None else None
        return tuple(
            letter
            for letter in self.listed
            if (session is None or letter.envelope.session_id == session)
            and self._matches(letter)
            and (of_age is None or of_age(letter))
        )


def _differ(new: tuple[DeadLetter, ...], old: tuple[DeadLetter, ...]) -> bool:
    return new is not old and (len(new) != len(old) or any(map(is_not, new, old)))
