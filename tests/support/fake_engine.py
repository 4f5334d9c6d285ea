"""An engine that runs nothing: it shows a scene and remembers what it was asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from support.scene import NOW, Scene, scene
from woodwork_engine.bus.dead_letter_queue import Imported
from woodwork_engine.bus.replay_order import BulkReplay, ReplayPreview
from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.dead_letter_filter import LetterChoice
from woodwork_engine.events import EventLog
from woodwork_engine.hold import HoldState, Scope
from woodwork_engine.snapshot import FlowState, JobState, Memory, ReplayJob, Revision, Snapshot
from woodwork_engine.transcript import Transcript


@dataclass(frozen=True)
class Replayed:
    """What a replay did."""

    accepted: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Left:
    """What a stopped flow left."""

    cancelled: int = 0
    left: MappingProxyType[str, int] = field(default_factory=lambda: MappingProxyType({}))


class FakeEngine:
    """Answers at once with what `answers` holds for the method (an exception fails it).

    A method named in `holds` is answered only by `answer`. `asked` are the calls, each a method and its keywords.
    `snap` replaces parts of the snapshot.
    """

    def __init__(self, shown: Scene | None = None, *, file: str = "main.ww") -> None:
        self.file = file
        self.scene = shown or scene()
        self.started = False
        self.asked: list[tuple[str, dict[str, object]]] = []
        self.answers: dict[str, object] = {}
        self.holds: set[str] = set()
        self.held_up: tuple[float, str] | None = None
        self.failed: BaseException | None = None
        self._snapshot = self.scene.snapshot
        self._waiting: dict[str, Future[object]] = {}

    @property
    def events(self) -> EventLog:
        return self.scene.events

    @property
    def transcript(self) -> Transcript:
        return self.scene.transcript

    def snap(self, **parts: object) -> None:
        """Let the snapshot differ in *parts* from now on; `totals` may be a dict of its parts."""
        totals = parts.get("totals")
        if isinstance(totals, dict):
            parts["totals"] = replace(self._snapshot.totals, **totals)
        self._snapshot = replace(self._snapshot, **parts)

    def answer(self, action: str, result: object = None) -> None:
        """Answer the *action* that was held."""
        _settle(self._waiting.pop(action), result)

    def start(self) -> None:
        self.started = True

    def snapshot(self) -> Snapshot:
        return self._snapshot

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        return self.scene.dead_letters

    def blocked(self) -> tuple[float, str] | None:
        return self.held_up

    def failure(self) -> BaseException | None:
        return self.failed

    def stop(self, *, drain: bool = True, deadline: float | None = None) -> Future[object]:
        self.snap(state=FlowState.DRAINING)
        return self._ask("stop", Left(), drain=drain)

    def inject(
        self, component: str, payload: object, *, session: str | None = None, event: str | None = None
    ) -> Future[object]:
        return self._ask("inject", "msg-new", component=component, payload=payload, session=session)

    def new_session(self, component: str) -> Future[object]:
        return self._ask("new_session", "s-07", component=component)

    def retry_now(self, message_id: str, target: str) -> Future[object]:
        return self._ask("retry_now", True, message_id=message_id, target=target)

    def kill_retry(self, message_id: str, target: str) -> Future[object]:
        return self._ask("kill_retry", True, message_id=message_id, target=target)

    def edit_retry(self, message_id: str, target: str, encoded: bytes) -> Future[object]:
        return self._ask("edit_retry", True, message_id=message_id, target=target, encoded=encoded)

    def replay(self, dlq_ids: Sequence[str], **how: object) -> Future[object]:
        return self._ask("replay", Replayed(tuple(f"msg-{name}+1" for name in dlq_ids)), dlq_ids=dlq_ids, **how)

    def discard(self, dlq_ids: Sequence[str]) -> Future[object]:
        return self._ask("discard", len(dlq_ids), dlq_ids=dlq_ids)

    def restore(self, dlq_ids: Sequence[str]) -> Future[object]:
        return self._ask("restore", len(dlq_ids), dlq_ids=dlq_ids)

    def reload(self) -> Future[object]:
        return self._ask("reload", Revision(3, NOW, "live", "~audit path"))

    def rollback(self, number: int) -> Future[object]:
        return self._ask("rollback", Revision(4, NOW, "live", f"back to rev {number}: ~audit path"), number=number)

    def resolve_removed(self, component: str, how: str) -> Future[object]:
        return self._ask("resolve_removed", 0, component=component, how=how)

    def memories(self, session: str) -> Future[object]:
        return self._ask("memories", (Memory("notes", (("person", f"hello from {session}"),)),), session=session)

    def pause(self, component: str | None = None, session: str | None = None) -> Future[object]:
        scope = Scope(component, session)
        return self._ask("pause", HoldState(scope, NOW), component=component, session=session)

    def resume(self, component: str | None = None, session: str | None = None) -> Future[object]:
        return self._ask("resume", 1, component=component, session=session)

    def step(self, component: str | None = None, session: str | None = None) -> Future[object]:
        return self._ask("step", "msg-1", component=component, session=session)

    def step_session(self, session: str) -> Future[object]:
        return self._ask("step_session", 4, session=session)

    def retry_stuck(self, component: str, session: str) -> Future[object]:
        return self._ask("retry_stuck", "msg-1+1", component=component, session=session)

    def purge(self, component: str, session: str) -> Future[object]:
        return self._ask("purge", 3, component=component, session=session)

    def add_breakpoint(self, component: str, *, source: str | None = None, condition: str = "") -> Future[object]:
        return self._ask("add_breakpoint", None, component=component, source=source, condition=condition)

    def remove_breakpoint(self, component: str, *, source: str | None = None, condition: str = "") -> Future[object]:
        return self._ask("remove_breakpoint", True, component=component, source=source, condition=condition)

    def release(self, message_id: str, target: str, *, encoded: bytes | None = None) -> Future[object]:
        return self._ask("release", True, message_id=message_id, target=target, encoded=encoded)

    def release_all(self) -> Future[object]:
        return self._ask("release_all", 2)

    def drop_held(self, message_id: str, target: str) -> Future[object]:
        return self._ask("drop_held", True, message_id=message_id, target=target)

    @property
    def letters(self) -> FakeLetters:
        return FakeLetters(self)

    def _ask(self, action: str, otherwise: object, **arguments: object) -> Future[object]:
        self.asked.append((action, arguments))
        future: Future[object] = Future()
        if action in self.holds:
            self._waiting[action] = future
        else:
            _settle(future, self.answers.get(action, otherwise))
        return future


class FakeLetters:
    """The commands about dead letters of a fake engine."""

    def __init__(self, engine: FakeEngine) -> None:
        self._ask = engine._ask

    def note(self, dlq_ids: Sequence[str], text: str, by: str = "person") -> Future[object]:
        return self._ask("note", len(dlq_ids), dlq_ids=dlq_ids, text=text)

    def purge(self, choice: LetterChoice, *, unresolved: bool = False) -> Future[object]:
        return self._ask("purge", len(choice.ids or ()), choice=choice, unresolved=unresolved)

    def export(self, choice: LetterChoice) -> Future[object]:
        return self._ask("export", iter(sorted(choice.ids or ())), choice=choice)

    def import_(self, lines: Sequence[str], by: str = "person") -> Future[object]:
        return self._ask("import_", Imported(tuple(filter(None, lines))), lines=lines)

    def preview(self, order: BulkReplay) -> Future[object]:
        count = len(order.choice.ids or ())
        return self._ask("preview", ReplayPreview(count, (("audit", count),), 1, 0, 0.2), order=order)

    def replay(self, order: BulkReplay) -> Future[object]:
        job = ReplayJob("job-1", JobState.RUNNING, len(order.choice.ids or ()))
        return self._ask("replay_many", job, order=order)

    def pause_job(self, job_id: str) -> Future[object]:
        return self._ask("pause_job", True, job_id=job_id)

    def resume_job(self, job_id: str) -> Future[object]:
        return self._ask("resume_job", True, job_id=job_id)

    def cancel_job(self, job_id: str) -> Future[object]:
        return self._ask("cancel_job", True, job_id=job_id)


def _settle(future: Future[object], result: object) -> None:
    if isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)
