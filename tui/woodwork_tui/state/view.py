"""What the app hands down to its tabs: one frozen value per tick."""

from __future__ import annotations

from dataclasses import dataclass, field

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.snapshot import Snapshot
from woodwork_engine.transcript import Transcript
from woodwork_tui.state.history import DeliveryHistory


@dataclass(frozen=True, slots=True)
class Selection:
    """What the person has chosen; shared by all tabs. A message is its delivery key (message id, target)."""

    node: str | None = None
    edge: tuple[str, str] | None = None
    session: str | None = None
    message: tuple[str, str] | None = None

    def __bool__(self) -> bool:
        return any((self.node, self.edge, self.session, self.message))


@dataclass(frozen=True, slots=True)
class View:
    """Everything a tab may show. `now` in seconds since the epoch; *filter* is the shown tab's filter expression.

    `deliveries` is a live ring: compare its `version` with the one shown last. `blocked` are the seconds the engine's
    loop has not answered, and who holds it.
    """

    snapshot: Snapshot = field(default_factory=Snapshot)
    now: float = 0.0
    selection: Selection = field(default_factory=Selection)
    deliveries: DeliveryHistory = field(default_factory=DeliveryHistory)
    dead_letters: tuple[DeadLetter, ...] = ()
    transcript: Transcript = field(default_factory=Transcript)
    filter: str = ""
    ascii: bool = False
    file: str = ""
    blocked: tuple[float, str] | None = None
