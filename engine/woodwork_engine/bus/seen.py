"""The messages that one target has had, for a time and up to a number: the window of its deduplication (bus.md C3)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from woodwork_engine.message import MessageEnvelope
from woodwork_engine.policy import DedupePolicy


class Sighting(msgspec.Struct):
    """One message that was accepted: by the id *first*, last looked at *at* (s since the epoch).

    *handled* tells whether it was acknowledged, too. Plain data, so that a store can keep it.
    """

    session: str
    key: str
    first: str
    at: float
    handled: bool = False


def key_of(envelope: MessageEnvelope) -> str:
    """Return what makes *envelope* the same message as another one of its session: its dedupe key, else its id."""
    return envelope.dedupe_key or envelope.message_id


class Seen:
    """What was seen, oldest first, so that what is too old or too much goes from the front.

    For durable flows a store keeps `list()` and gives it back by `restore` before anything is accepted.
    """

    def __init__(self, policy: DedupePolicy) -> None:
        self.policy = policy
        self._sightings: OrderedDict[tuple[str, str], Sighting] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sightings)

    def accepted(self, envelope: MessageEnvelope, now: float) -> str | None:
        """Return the id under which the same message was accepted before, or None.

        A replay is meant to come again (bus.md E4).
        """
        found = self._find(envelope, now)
        return None if found is None or envelope.replay_of is not None else found.first

    def handled(self, envelope: MessageEnvelope, now: float) -> str | None:
        """Return the id of the same message where one was acknowledged here already, or None; a replay never was."""
        found = self._find(envelope, now)
        return found.first if found is not None and found.handled and envelope.replay_of is None else None

    def _find(self, envelope: MessageEnvelope, now: float) -> Sighting | None:
        found = self._sightings.get((envelope.session_id, key_of(envelope)))
        return None if found is None or found.at + self.policy.window <= now else found

    def accept(self, envelope: MessageEnvelope, now: float) -> None:
        """Remember that *envelope*, which was not seen before, is accepted *now*."""
        if envelope.replay_of is None or self._find(envelope, now) is None:
            self._put(Sighting(envelope.session_id, key_of(envelope), envelope.message_id, now))

    def acknowledge(self, envelope: MessageEnvelope, now: float) -> None:
        """Remember that *envelope* is acknowledged *now*: the same message need not be handled again."""
        found = self._find(envelope, now)
        first = envelope.message_id if found is None else found.first
        self._put(Sighting(envelope.session_id, key_of(envelope), first, now, handled=True))

    def forget(self, envelope: MessageEnvelope) -> None:
        """Let *envelope* not have been accepted: it was taken back."""
        self._sightings.pop((envelope.session_id, key_of(envelope)), None)

    def _put(self, sighting: Sighting) -> None:
        key = (sighting.session, sighting.key)
        self._sightings[key] = sighting
        self._sightings.move_to_end(key)
        if len(self._sightings) > self.policy.max_ids:
            self._sightings.popitem(last=False)

    def trim(self, now: float, most: int) -> int:
        """Let at most *most* of those go that the window no longer holds; return how many went (bus.md H4)."""
        gone = 0
        sightings, oldest = self._sightings, now - self.policy.window
        while gone < most and sightings:
            if len(sightings) <= self.policy.max_ids and next(iter(sightings.values())).at > oldest:
                break
            sightings.popitem(last=False)
            gone += 1
        return gone

    def list(self) -> tuple[Sighting, ...]:
        """Return what was seen, oldest first."""
        return tuple(self._sightings.values())

    def restore(self, sightings: Iterable[Sighting]) -> None:
        """Take over what an earlier process saw, oldest first; what this one saw since is newer."""
        newer = self.list()
        self._sightings.clear()
        for sighting in (*sightings, *newer):
            self._put(sighting)
