"""Dead letters that a person has given up: out of sight, and back again while they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from woodwork_engine.bus.core import BusCore
from woodwork_engine.dead_letter import DeadLetter


class Trash:
    """Discards and restores dead letters, each with its record."""

    def __init__(self, core: BusCore) -> None:
        self._core = core

    def discard(self, dlq_ids: Sequence[str], by: str = "person") -> tuple[DeadLetter, ...]:
        """Move open letters to the trash and return them."""
        letters = self._core.dead.discard(dlq_ids, by)
        for letter in letters:
            self._tell("discarded", letter, {"reason": "dead letter discarded", "dlq_id": letter.dlq_id})
        return letters

    def restore(self, dlq_ids: Sequence[str]) -> tuple[DeadLetter, ...]:
        """Take discarded letters back out of the trash and return them."""
        letters = self._core.dead.restore(dlq_ids)
        for letter in letters:
            self._tell("restored", letter, {"dlq_id": letter.dlq_id})
        return letters

    def _tell(self, kind: str, letter: DeadLetter, data: dict[str, object]) -> None:
        core = self._core
        if core.log is not None:
            core.log.append(core.clock.time(), kind, letter.envelope, letter.route.target, None, None, data)
