"""A run without a screen against a flow made by hand: records, signals, exit statuses (interfaces: Command line)."""

from __future__ import annotations

import io
import json
import signal
from collections.abc import Callable
from concurrent.futures import Future
from typing import BinaryIO, TypeVar

import pytest

from woodwork_engine.bus.interface import StopReport
from woodwork_engine.events import EventLog
from woodwork_engine.transcript import Transcript
from woodwork_tui.cli.headless import HeadlessRun

Answer = TypeVar("Answer")


class FakeFlow:
    """A flow that does what *at_start* says, is idle at once when *idles*, and leaves *report* behind."""

    def __init__(
        self,
        at_start: Callable[[FakeFlow], None] = lambda _: None,
        *,
        idles: bool = False,
        report: StopReport | None = None,
        stops: bool = True,
    ) -> None:
        self.events = EventLog()
        self.transcript = Transcript()
        self.report = report or StopReport()
        self.injected: list[object] = []
        self.drained: list[bool] = []
        self.end: Future[StopReport] = Future()
        self._at_start = at_start
        self._idles = idles
        self._stops = stops

    def start(self) -> None:
        self._at_start(self)

    def inject(self, component: str, payload: object, *, session: str | None = None) -> Future[str]:
        self.injected.append(payload)
        return done("m")

    def idle(self) -> Future[None]:
        return done(None) if self._idles else Future()

    def ended(self) -> Future[StopReport]:
        return self.end

    def stop(self, *, drain: bool = True) -> Future[StopReport]:
        self.drained.append(drain)
        self.events.append(9.0, "note")
        if not self._stops:
            signal.raise_signal(signal.SIGINT)
            return Future()
        return done(self.report)


def done(value: Answer) -> Future[Answer]:
    future: Future[Answer] = Future()
    future.set_result(value)
    return future


def dies(count: int) -> Callable[[FakeFlow], None]:
    def at_start(flow: FakeFlow) -> None:
        for _ in range(count):
            flow.events.append(1.0, "dead", target="audit", data={"reason": "exhausted", "dlq_id": "d"})

    return at_start


def fails_to_start(flow: FakeFlow) -> None:
    flow.events.append(1.0, "node_down", target="audit", data={"error": "audit.py:3 no module named x"})


class Ran:
    """A finished run: its status, the records it wrote and what it said."""

    def __init__(self, flow: FakeFlow, out: BinaryIO | None = None, **options: object) -> None:
        stream = out or io.BytesIO()
        self.said: list[str] = []
        self.status = HeadlessRun(flow, stream, self.said.append, **options).run()  # type: ignore[arg-type]
        written = stream.getvalue() if isinstance(stream, io.BytesIO) else b""
        self.records = [json.loads(line) for line in written.splitlines()]


def test_an_idle_run_ends_with_status_0_and_has_written_every_record() -> None:
    def emits(flow: FakeFlow) -> None:
        for number in range(3):
            flow.events.append(float(number), "note")

    ran = Ran(FakeFlow(emits, idles=True), until_idle=True)
    assert ran.status == 0
    assert [record["seq"] for record in ran.records] == [1, 2, 3, 4]  # the last one is written while stopping
    assert ran.said == []


def test_a_run_for_some_time_ends_and_states_what_it_left_behind() -> None:
    flow = FakeFlow(report=StopReport(cancelled=1, left={"agent": 1200, "audit": 0}))
    ran = Ran(flow, duration=0.0)
    assert ran.status == 0
    assert flow.drained == [True]
    assert ran.said == ["1 attempt cut off", "1,200 messages left behind: agent 1200"]


def test_messages_left_after_being_idle_are_status_4() -> None:
    ran = Ran(FakeFlow(idles=True, report=StopReport(left={"agent": 2})), until_idle=True)
    assert ran.status == 4


def test_what_waits_for_a_person_is_reported_and_prevents_nothing() -> None:
    ran = Ran(FakeFlow(idles=True, report=StopReport(left={"agent/s": 2}, held=2)), until_idle=True)
    assert ran.status == 0
    assert ran.said == ["2 messages left behind, all of them paused or parked: agent/s 2"]
    ran = Ran(FakeFlow(idles=True, report=StopReport(left={"agent/s": 2, "out/s": 1}, held=2)), until_idle=True)
    assert ran.status == 4
    assert ran.said == ["3 messages left behind, 2 of them paused or parked: agent/s 2, out/s 1"]


def test_more_dead_letters_than_allowed_are_status_1() -> None:
    ran = Ran(FakeFlow(dies(2), idles=True), until_idle=True, max_dlq=1)
    assert ran.status == 1
    assert ran.said == ["2 dead letters (exhausted 2), more than --max-dlq 1"]


def test_as_many_dead_letters_as_allowed_are_status_0() -> None:
    assert Ran(FakeFlow(dies(2), idles=True), until_idle=True, max_dlq=2).status == 0


def test_a_component_that_did_not_start_is_status_3_and_wins_over_dead_letters() -> None:
    def both(flow: FakeFlow) -> None:
        fails_to_start(flow)
        dies(1)(flow)

    ran = Ran(FakeFlow(both, idles=True), until_idle=True)
    assert ran.status == 3
    assert ran.said[0] == "audit did not start: audit.py:3 no module named x"


def test_a_component_that_starts_after_all_is_no_complaint() -> None:
    def mended(flow: FakeFlow) -> None:
        fails_to_start(flow)
        flow.events.append(2.0, "node_up", target="audit")

    assert Ran(FakeFlow(mended, idles=True), until_idle=True).status == 0


@pytest.mark.usefixtures("hang_ups_are_heeded")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_first_signal_drains_and_reports(number: signal.Signals, status: int) -> None:
    flow = FakeFlow(lambda _: signal.raise_signal(number), report=StopReport(left={"audit": 3}))
    ran = Ran(flow)
    assert ran.status == status
    assert flow.drained == [True]
    assert ran.said == ["3 messages left behind: audit 3"]


def test_the_second_signal_ends_at_once() -> None:
    ran = Ran(FakeFlow(lambda _: signal.raise_signal(signal.SIGTERM), stops=False))
    assert ran.status == 130
    assert ran.said == ["stopped at once; what was under way is lost"]


def test_signal_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    Ran(FakeFlow(idles=True), until_idle=True)
    assert signal.getsignal(signal.SIGINT) is before


class ClosedPipe(io.RawIOBase):
    """A pipe nobody reads any more."""

    def write(self, data: object) -> int:
        raise BrokenPipeError


class FullDisk(io.RawIOBase):
    """A file that has no room left."""

    def write(self, data: object) -> int:
        raise OSError(28, "No space left on device")


def test_a_closed_pipe_ends_the_run_quietly() -> None:
    flow = FakeFlow(dies(1))
    ran = Ran(flow, out=ClosedPipe())  # type: ignore[arg-type]
    assert ran.status == 0
    assert ran.said == []
    assert flow.drained == [False]


def test_records_that_cannot_be_written_end_the_run_with_status_1() -> None:
    ran = Ran(FakeFlow(dies(1)), out=FullDisk(), max_dlq=9)  # type: ignore[arg-type]
    assert ran.status == 1
    assert "No space left on device" in ran.said[-1]


def test_input_lines_are_fed_and_then_the_run_waits_for_idle() -> None:
    flow = FakeFlow(idles=True)
    ran = Ran(flow, lines=io.BytesIO(b'{"payload": 1}\n{"payload": 2}\n'), inputs=("in",), until_idle=True)
    assert ran.status == 0
    assert flow.injected == [1, 2]


def test_a_broken_input_line_is_status_1_at_the_end() -> None:
    flow = FakeFlow(idles=True)
    ran = Ran(flow, lines=io.BytesIO(b'{\n{"payload": 2}\n'), inputs=("in",), until_idle=True)
    assert ran.status == 1
    assert flow.injected == [2]
    assert ran.said[0].startswith("input line 1 skipped")


def test_what_console_outputs_say_is_told_and_prompts_are_not() -> None:
    def talks(flow: FakeFlow) -> None:
        flow.transcript.add(1.0, "s-1", "in", "in", "hello")
        flow.transcript.add(2.0, "s-1", "out", "out", "hello to you")

    assert Ran(FakeFlow(talks, idles=True), until_idle=True).said == ["out [s-1] hello to you"]


def test_a_flow_that_fails_ends_the_run_with_status_1() -> None:
    class Failing(FakeFlow):
        def idle(self) -> Future[None]:
            future: Future[None] = Future()
            future.set_exception(RuntimeError("the engine is gone"))
            return future

    ran = Ran(Failing(), until_idle=True)
    assert ran.status == 1
    assert ran.said == ["the run failed: the engine is gone"]


def test_a_flow_that_ends_by_itself_ends_an_endless_run_with_what_ended_it() -> None:
    def breaks(flow: FakeFlow) -> None:
        flow.end.set_exception(LookupError("no bus"))

    class Broken(FakeFlow):
        def stop(self, *, drain: bool = True) -> Future[StopReport]:
            super().stop(drain=drain)
            return self.end

    flow = Broken(breaks)
    ran = Ran(flow)
    assert ran.status == 1
    assert ran.said == ["the run failed: no bus"]
    assert flow.drained == [False]


def note(event: str, **data: object) -> Callable[[FakeFlow], None]:
    """Return what writes a note about the input `in`."""

    def write(flow: FakeFlow) -> None:
        flow.events.append_state(1.0, "note", source="in", data={"event": event, **data})

    return write


def test_an_input_that_breaks_off_is_told_and_ends_the_run_with_status_1() -> None:
    broken = note("input.failed", error_type="OSError", message="the wire was cut")
    ran = Ran(FakeFlow(broken, idles=True), until_idle=True)
    assert ran.status == 1
    assert ran.said == ["in has broken off: OSError: the wire was cut"]


def test_an_input_that_begins_anew_is_no_complaint() -> None:
    def mended(flow: FakeFlow) -> None:
        note("input.failed", error_type="OSError", message="the wire was cut")(flow)
        flow.events.append(2.0, "node_up", target="in")

    assert Ran(FakeFlow(mended, idles=True), until_idle=True).status == 0


def test_messages_that_nobody_took_are_told_and_are_no_failure() -> None:
    refused = note("input.refused", refused=3, in_all=3, message="QueueFullError: step is full")
    ran = Ran(FakeFlow(refused, idles=True), until_idle=True)
    assert ran.status == 0
    assert ran.said == ["in: 3 messages refused, the last one because: QueueFullError: step is full"]


def test_a_component_that_fails_to_stop_is_told() -> None:
    def fails_to_stop(flow: FakeFlow) -> None:
        flow.events.append(1.0, "node_down", target="audit", data={"reason": "stopped", "problem": "stop() failed: no"})

    ran = Ran(FakeFlow(fails_to_stop, idles=True), until_idle=True)
    assert ran.status == 0
    assert ran.said == ["audit: stop() failed: no"]
