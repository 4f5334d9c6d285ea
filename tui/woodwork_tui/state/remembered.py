"""What was found out about a dead letter, kept as long as the letter stays the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from woodwork_engine.dead_letter import DeadLetter

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
