"""What is kept of dead letters: each of them, durable or not, as it is now (bus.md E3, I1)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from woodwork_engine.bus.dead_letters import DeadLetters
from woodwork_engine.bus.keeping.commits import Commits
from woodwork_engine.dead_letter import DeadLetter


class Letters:
    """Watches the dead letters of a bus."""

    def __init__(self, dead: DeadLetters, commits: Commits) -> None:
        self._dead = dead
        self._commits = commits

    def added(self, letter: DeadLetter) -> None:
        """Keep a new dead letter."""
        self._commits.turn.batch.facts["letters"] = msgspec.json.encode(self._dead.last_number)
        self.changed(letter)

    def changed(self, letter: DeadLetter) -> None:
        """Keep a dead letter as it is now."""
        self._commits.turn.batch.letters[letter.dlq_id] = letter
        self._commits.ask()

    def removed(self, dlq_ids: Sequence[str]) -> None:
        """Keep these letters no longer."""
        self._commits.turn.batch.letters |= dict.fromkeys(dlq_ids)
        self._commits.ask()
