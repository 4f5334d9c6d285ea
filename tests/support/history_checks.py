"""What must hold of the records of any history of a bus (bus.md 2.2)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from woodwork_engine.hold import BY_LETTER
from woodwork_engine.record import Record

ENDS = ("ok", "dead", "dropped", "discarded")
NO_STORY = ("blocked", "replayed", "held", "released", "note")
MOST_ATTEMPTS = 3


def component(name: str) -> str:
    """Return what a component was called at first, which is numbered anew each time it is renamed."""
    return name.rstrip("0123456789")


@dataclass
class _Lane:
    ahead: list[str] = field(default_factory=list)
    running: str | None = None
    since: int = 0


class Checks:
    """One life of a bus: *stops* and *hurried* are what the machine did, *unordered* the components without order.

    A life that was *cut* has no end; one that has *recovered* begins with what the one before has left.
    """

    def __init__(
        self,
        records: tuple[Record, ...],
        stops: list[int],
        hurried: set[tuple[str, str]],
        unordered: str = "",
        *,
        cut: bool = False,
    ) -> None:
        self.records = records
        self.stops = stops
        self.hurried = {(message_id, component(name)) for message_id, name in hurried}
        self.unordered = unordered
        self.cut = cut
        self.in_front = {
            record.message_id
            for before, record in pairwise(records)
            if record.type == "replayed" and before.type == "resumed" and before.details()["by"] == BY_LETTER
        }
        """Replays of the letter on which their lane was stopped (bus.md E4)."""
        self.stories: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self.met: set[tuple[str, str]] = set()
        """Messages that were moved to where the same message was sent, too: two deliveries with one key."""
        for record in records:
            if record.message_id and record.target and record.type not in NO_STORY and not _of_a_letter(record):
                self._tell(record)

    def _tell(self, record: Record) -> None:
        key = (record.message_id, component(record.target))
        if record.type == "moved":
            before = (record.message_id, component(record.details()["from"]))
            if before == key:
                return
            if key in self.stories:
                self.met.add(key)
            self.stories[key] += self.stories.pop(before)
            if before in self.met:
                self.met.add(key)
        self.stories[key].append(record)

    def all(self) -> None:
        """Check everything."""
        for key, story in self.stories.items():
            self.beginnings_and_ends(story)
            if key not in self.met:
                self.attempts_are_contiguous(story)
                self.waits_are_kept(story)
        self.in_order_and_one_at_a_time()
        if not self.cut:
            self.children_exactly_once()

    def beginnings_and_ends(self, story: list[Record]) -> None:
        """Conservation: accepted once, ended once, and nothing before or after."""
        kinds = [record.type for record in story]
        if kinds in (["dead"], ["dropped"]):  # refused
            return
        begun = kinds.count("queued") + kinds.count("restored")
        ended = sum(kind in ENDS for kind in kinds)
        assert kinds[0] in ("queued", "restored"), story
        assert ended == begun or (self.cut and ended <= begun), story
        assert begun == 1 or kinds.count("moved"), story
        assert ended < begun or kinds[-1] in ENDS, story

    def attempts_are_contiguous(self, story: list[Record]) -> None:
        """From 1, one by one, at most three; the same one again only where a stop came in between."""
        last, restored = None, story[0].type == "restored"
        for record in story:
            if record.type != "started":
                continue
            if last is not None and record.attempt == last.attempt:
                assert any(last.seq <= stop < record.seq for stop in self.stops), story
            elif last is not None or not restored:
                assert record.attempt == (1 if last is None else last.attempt + 1), story
            last = record
        assert last is None or last.attempt <= MOST_ATTEMPTS

    def waits_are_kept(self, story: list[Record]) -> None:
        """A retry is not early; one that would be too late is given up in the step that says so."""
        for before, record in pairwise(story):
            if before.type == "retry_scheduled" and record.type == "started":
                key = (record.message_id, component(record.target))
                stopped = any(before.seq <= stop < record.seq for stop in self.stops)
                assert stopped or key in self.hurried or record.ts >= before.details()["due"] - 1e-6, story
            if record.type == "dead" and record.details()["reason"] == "expired_before_retry":
                assert before.type == "failed", story
                assert record.ts == before.ts, story

    def in_order_and_one_at_a_time(self) -> None:
        """An attempt starts only when everything accepted earlier in its lane is settled, and none is running."""
        lanes: dict[tuple[str, str], _Lane] = defaultdict(_Lane)
        for record in self.records:
            if not record.message_id or not record.target or record.type in NO_STORY or _of_a_letter(record):
                continue
            name = component(record.target)
            lane = lanes[record.session_id, name]
            if record.type == "moved":
                before = lanes[record.session_id, component(record.details()["from"])]
                if before is lane:
                    continue
                before.ahead.remove(record.message_id)
                if before.running == record.message_id:
                    before.running = None
                lane.ahead.append(record.message_id)
            else:
                self._follow(lane, record, ordered=name not in self.unordered)
        assert self.cut or not any(lane.ahead for lane in lanes.values())

    def _follow(self, lane: _Lane, record: Record, *, ordered: bool) -> None:
        ahead = lane.ahead
        if record.type in ("queued", "restored") and record.message_id in self.in_front and ordered:
            ahead.insert(0, record.message_id)
        elif record.type in ("queued", "restored"):
            ahead.append(record.message_id)
        elif record.type == "started" and ordered:
            stopped = any(lane.since <= stop < record.seq for stop in self.stops)
            assert lane.running is None or stopped, (lane.running, record)
            begun_before = ahead[0] in self.in_front and record.attempt > 1  # a step had begun it
            assert record.message_id in ahead[: 1 + begun_before], (ahead, record)
            lane.running, lane.since = record.message_id, record.seq
        elif record.type == "failed":
            lane.running = None
        elif record.type in ENDS and record.message_id in ahead:
            if lane.running == record.message_id:
                lane.running = None
            ahead.remove(record.message_id)

    def children_exactly_once(self) -> None:
        """An acknowledgement comes with its outputs, each once, and nothing else is emitted inside (bus.md C4)."""
        announced: list[str] = []
        children: list[str] = []
        for record in self.records:
            if (
                record.type == "emitted"
                and record.causation_id
                and ("/" in record.message_id or "~" in record.message_id)
            ):
                children.append(record.message_id)
            elif record.type == "ok":
                announced += record.details()["outputs"]
                assert len(announced) == len(children), ("acknowledged without its outputs", record)
        assert sorted(announced) == sorted(children)
        assert len(set(children)) == len(children)


def _of_a_letter(record: Record) -> bool:
    """Whether *record* is about a dead letter, whose delivery has ended before."""
    return record.type in ("discarded", "restored") and "dlq_id" in record.details()
