"""The same with a journal: a process may die at any moment, and the next one goes on with what was kept (bus.md I2)."""

from __future__ import annotations

import asyncio
import copy
from collections import defaultdict
from dataclasses import replace

from hypothesis.stateful import rule

from support.bus import make_bus
from support.bus_machine import NAMES, POLICIES, BusMachine
from support.history_checks import ENDS, component
from support.journals import FakeJournal
from woodwork_engine.bus.keeping.recovery import CRASHES
from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.policy import FlowPolicy

KEPT = {name: replace(policy, durable=True) for name, policy in POLICIES.items()}
Place = tuple[str, str]
"""A session and a component."""


class KeptMachine(BusMachine):
    """Every component is durable."""

    policies = KEPT
    unordered = NAMES  # a message is told when it is kept, and others may have come behind it until then

    def make(self) -> InMemoryMessageBus:
        self.journal = getattr(self, "journal", None) or FakeJournal()
        flow = FlowPolicy(max_inflight=3, max_messages=12, max_hops=9, durable=True)
        bus = make_bus(self.policies["a"], flow=flow, log=self.log, seed=self.seed)
        bus.keep_in(self.journal)
        return bus

    def in_line_are(self, waiting: int, pending: int, jobs: int) -> None:
        """Who has not come back waits for room or for the journal; a job may."""
        assert 0 <= waiting <= pending + jobs, "B4"

    @rule()
    def crash(self) -> None:
        """The process dies; of its last turn some may not be written yet."""
        left = self._as_it_is()
        kept = left.deliveries()
        self._nothing_is_missing(kept)
        order = _lanes((row.envelope.session_id, row.target, row.envelope.message_id) for row in kept)
        records = self.log.reader().read().records
        renamed = dict(self.bus.core.renamed)
        self.do(self._die())
        self.check(records, cut=True)
        self.journal, self.stops, self.hurried = left, [], set()
        self.had.clear()
        self.publishing.clear()
        self.do(self.start())
        again = _lanes(
            (lane.session.id, endpoint.name, delivery.envelope.message_id)
            for endpoint in self.bus.core.endpoints.values()
            for lane in endpoint.lanes.values()
            for delivery in lane.queue
        )
        poisoned = {(one.target, one.envelope.message_id) for one in kept if one.crashes >= CRASHES}
        for place, ids in order.items():
            left_to_do = [one for one in ids if (place[1], one) not in poisoned]
            assert left_to_do == again.get(place, []), "I2: in its order"
        self._take_over(renamed)
        self.reload(self.routes)

    def _take_over(self, renamed: dict[str, str]) -> None:
        """Do what a flow does whose file says with `was` what its components were called (bus.md G3)."""
        for old, new in renamed.items():
            if old not in self.bus.core.endpoints or not self.bus.relocation.rename(old, new):
                self.bus.core.renamed[old] = new

    def _as_it_is(self) -> FakeJournal:
        left = FakeJournal()
        left.rows = {seq: copy.copy(row) for seq, row in self.journal.rows.items()}
        left.dead, left.seen = dict(self.journal.dead), dict(self.journal.seen)
        left.facts, left.marks = dict(self.journal.facts), dict(self.journal.marks)
        return left

    def _nothing_is_missing(self, kept: list[object]) -> None:
        """What was accepted and has not ended is kept; what has ended and is kept still, has ended just now."""
        keys = {(row.envelope.message_id, component(row.target)) for row in kept}
        parents = {row.envelope.message_id for row in kept}
        returned = {task.result() for task in self.publishing if task.done() and _is_fine(task)}
        there = set()
        for endpoint in self.bus.core.endpoints.values():
            for lane in endpoint.lanes.values():
                for delivery in lane.queue:
                    envelope, key = delivery.envelope, (delivery.envelope.message_id, component(delivery.target))
                    there.add(key)
                    unwritten = envelope.causation_id in parents or envelope.replay_of is not None
                    begun_at_most_once = not delivery.seq
                    assert key in keys or unwritten or begun_at_most_once or envelope.message_id not in returned, "I2"
        ended = {
            (record.message_id, component(record.target)): record
            for record in self.log.reader().read().records
            if record.type in ENDS and record.target
        }
        now = self.bus.core.clock.time()
        for key in keys - there:
            assert key in ended, "I2: what is kept was accepted"
            assert ended[key].ts == now, "I2: ended, and kept nevertheless"

    async def _die(self) -> None:
        self.bus.core.keeper.commits._journal = FakeJournal()
        await self.bus.stop(drain=False)
        await asyncio.gather(*self.publishing, return_exceptions=True)


def _lanes(places: object) -> dict[Place, list[str]]:
    found: dict[Place, list[str]] = defaultdict(list)
    for session, target, message_id in places:
        found[session, target].append(message_id)
    return dict(found)


def _is_fine(task: asyncio.Task[str]) -> bool:
    return not task.cancelled() and task.exception() is None
