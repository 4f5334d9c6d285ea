"""Records that wait until what they are about is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from woodwork_engine.delivery import Delivery
from woodwork_engine.message import MessageEnvelope


class _Record:
    __slots__ = ("envelope", "target", "tell")

    def __init__(self, tell: Callable[[], object], envelope: MessageEnvelope, target: str | None) -> None:
        self.tell: Callable[[], object] | None = tell
        """What writes it; None when it is written."""
        self.envelope = envelope
        self.target = target


class Untold:
    """Writes records in their order, or first those of one delivery, with which something happens already."""

    __slots__ = ("_about", "_all")

    def __init__(self) -> None:
        self._all: list[_Record] = []
        self._about: defaultdict[int, list[_Record]] | None = None
        """The same by the identity of the envelope; nearly always nobody asks for it."""

    def add(self, tell: Callable[[], object], envelope: MessageEnvelope, target: str | None) -> None:
        """Write a record with *tell* later; it is about *envelope*, or about its delivery to *target*."""
        record = _Record(tell, envelope, target)
        self._all.append(record)
        if self._about is not None:
            self._about[id(envelope)].append(record)

    def tell(self) -> None:
        """Write them all."""
        records = self._all
        self.forget()
        for record in records:
            if record.tell is not None:
                record.tell()

    def tell_of(self, delivery: Delivery) -> None:
        """Write those of the acceptance of *delivery*."""
        if self._about is None:
            self._about = defaultdict(list)
            for record in self._all:
                self._about[id(record.envelope)].append(record)
        for record in self._about.get(id(delivery.envelope), ()):
            if record.tell is not None and record.target in (None, delivery.target):
                record.tell()
                record.tell = None

    def forget(self) -> None:
        """Write none of them."""
        self._all = []
        self._about = None
