"""One moment of a support desk, made by hand and always the same: what screens are tested and pictured with.

    moment = scene()
    moment.view()            the View a tab is shown; keywords replace its parts
    FakeEngine(moment)       (support.fake_engine) an engine that answers with it

Six components, six sessions, messages queued, handled, answered and dead, two retries, three dead letters, a
transcript, two revisions.
"""

from __future__ import annotations

from dataclasses import dataclass

from support.desk_flow import EARLIER_SOURCE, SOURCE, support_desk
from support.desk_numbers import STARTED, snapshot_of
from support.desk_traffic import ALLOWED, NOW, QUESTIONS, busy_desk
from support.traffic import Traffic
from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.events import EventLog
from woodwork_engine.plan import FlowPlan
from woodwork_engine.snapshot import Snapshot
from woodwork_engine.transcript import Transcript
from woodwork_tui.state.view import View

__all__ = ["ALLOWED", "EARLIER_SOURCE", "NOW", "SOURCE", "STARTED", "Scene", "scene", "support_desk"]


@dataclass(frozen=True)
class Scene:
    """The moment: what an engine would say, and the records it has written."""

    plan: FlowPlan
    traffic: Traffic
    snapshot: Snapshot
    dead_letters: tuple[DeadLetter, ...]
    transcript: Transcript

    @property
    def events(self) -> EventLog:
        """The event log."""
        return self.traffic.log

    def view(self, **parts: object) -> View:
        """Return the view of it; *parts* are fields of View."""
        shown: dict[str, object] = {
            "snapshot": self.snapshot,
            "now": NOW,
            "deliveries": self.traffic.fold(),
            "dead_letters": self.dead_letters,
            "transcript": self.transcript,
            "file": "main.ww",
        }
        return View(**{**shown, **parts})


def scene() -> Scene:
    """Return a new, equal scene."""
    desk = busy_desk()
    plan = support_desk()
    rows = tuple(desk.traffic.fold())
    snapshot = snapshot_of(plan, desk.traffic.log.seq, rows, desk.retries, len(desk.dead_letters))
    return Scene(plan, desk.traffic, snapshot, desk.dead_letters, _transcript())


def _transcript() -> Transcript:
    transcript = Transcript()
    transcript.add(NOW - 61.0, "s-06", "chat", "in", "hello?")
    for number in range(20, 24):
        text = f"Here is what I found: ticket {number}: {QUESTIONS[number % 4]}"
        transcript.add(NOW - 51.936 + 2.0 * number, f"s-{number % 5 + 1:02d}", "desk", "out", text)
    return transcript
