"""A cursor over a changing list: it stays on its row, or at the end while it follows (screens 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")


class ListCursor(Generic[Row]):
    """Which row is chosen. `index` is -1 and `key` None in an empty list.

    *place* tells the index of a key among rows, None where it is not there, if that is known faster than by looking.
    While `following` it stays on the last row; moving it off ends that, and `unseen` counts what came since.
    """

    def __init__(
        self,
        key: Callable[[Row], Hashable] | None = None,
        *,
        can_follow: bool = False,
        place: Callable[[Sequence[Row], Hashable], int | None] | None = None,
    ) -> None:
        self.rows: Sequence[Row] = ()
        self.index = -1
        self.key: Hashable | None = None
        self.can_follow = can_follow
        self.following = can_follow
        self.unseen = 0
        self._key_of = key
        self._place = place
        self._keys: Sequence[Hashable] | None = None

    @property
    def last(self) -> int:
        """The index of the last row, -1 for none."""
        return len(self.rows) - 1

    @property
    def row(self) -> Row | None:
        """The chosen row."""
        return self.rows[self.index] if 0 <= self.index < len(self.rows) else None

    def key_at(self, index: int) -> Hashable:
        """Return the key of row *index*."""
        if self._keys is not None:
            return self._keys[index]
        return self._key_of(self.rows[index]) if self._key_of else index

    def set_rows(self, rows: Sequence[Row], keys: Sequence[Hashable] | None, added: int) -> int:
        """Take *rows*, of which *added* are new; return by how many rows the chosen one has moved."""
        self.rows = rows
        self._keys = keys
        if not rows:
            self.index, self.key = -1, None
            return 0
        if self.following or self.key is None:
            self._put(self.last if self.following else 0)
            return 0
        self.unseen += added
        before = self.index
        found = self.find(self.key)
        if found is None:
            self._put(min(max(before, 0), self.last))
            return 0
        self.index = found
        return found - before

    def find(self, key: Hashable) -> int | None:
        """Return the index of *key*, looked for from the cursor outwards where nobody knows its place."""
        if self._place is not None:
            return self._place(self.rows, key)
        count = len(self.rows)
        near = min(max(self.index, 0), count - 1)
        for step in range(count):
            below, above = near - step, near + step
            if below < 0 and above >= count:
                break
            if below >= 0 and self.key_at(below) == key:
                return below
            if above < count and self.key_at(above) == key:
                return above
        return None

    def go(self, index: int) -> None:
        """Choose row *index*, or the nearest there is; the last one begins following, any other ends it."""
        if not self.rows:
            return
        index = min(max(index, 0), self.last)
        if self.can_follow:
            self.follow(index == self.last)
        self._put(index)

    def follow(self, following: bool) -> None:
        """Begin or end following."""
        self.following = following and self.can_follow
        if self.following:
            self.unseen = 0
            if self.rows:
                self._put(self.last)

    def _put(self, index: int) -> None:
        self.index = index
        self.key = self.key_at(index)
