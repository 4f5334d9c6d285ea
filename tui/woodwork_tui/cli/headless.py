"""A run without a screen, from the first record to the exit status (interfaces: Command line)."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from enum import Enum, auto
from types import FrameType
from typing import BinaryIO

from woodwork_engine.bus.interface import StopReport
from woodwork_tui.cli.input_lines import InputFeeder
from woodwork_tui.cli.record_output import RecordOutput
from woodwork_tui.cli.runnable import Runnable


class Happened(Enum):
    """What a run waits for."""

    INTERRUPTED = auto()
    TERMINATED = auto()
    HUNG_UP = auto()
    OUTPUT_CLOSED = auto()
    FED = auto()
    IDLE = auto()
    DUE = auto()
    FAILED = auto()
    STOPPED = auto()
    WRITTEN = auto()


SIGNALS = {
    signal.SIGINT: Happened.INTERRUPTED,
    signal.SIGTERM: Happened.TERMINATED,
    signal.SIGHUP: Happened.HUNG_UP,
}
STATUS = {happened: 128 + number for number, happened in SIGNALS.items()}


class HeadlessRun:
    """One run of *flow*: records to *out*, sentences to *say*.

    *lines* feed the named *inputs* instead of the inputs' own sources. It ends after *duration* seconds, when idle if
    *until_idle*, or by a signal; whichever comes first.
    """

    def __init__(
        self,
        flow: Runnable,
        out: BinaryIO,
        say: Callable[[str], None],
        *,
        lines: BinaryIO | None = None,
        inputs: Sequence[str] = (),
        duration: float | None = None,
        until_idle: bool = False,
        max_dlq: int = 0,
    ) -> None:
        self._flow = flow
        self._say = say
        self._duration = duration
        self._until_idle = until_idle
        self._max_dlq = max_dlq
        self._error: BaseException | None = None
        self._ending = False
        self._happened: queue.SimpleQueue[Happened] = queue.SimpleQueue()  # the one queue a signal handler may use
        self._output = RecordOutput(flow.events.reader(lossless=True), flow.transcript, out, say, self._output_failed)
        self._feeder = InputFeeder(lines, flow, inputs, say) if lines is not None else None

    def run(self) -> int:
        """Run to the end and return the exit status; the second signal ends it at once. Main thread only."""
        heeded = [number for number in SIGNALS if number != signal.SIGHUP or not is_ignored(number)]
        earlier = {number: signal.signal(number, self._signalled) for number in heeded}
        try:
            return self._run()
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)

    def _run(self) -> int:
        due = None if self._duration is None else time.monotonic() + self._duration
        self._flow.start()
        self._flow.ended().add_done_callback(lambda _: self._happened.put(Happened.STOPPED))
        self._begin(self._output.run, Happened.WRITTEN)
        if self._feeder is not None:
            self._begin(self._feeder.run, Happened.FED)
        elif self._until_idle:
            self._wait_for_idle()
        ended = self._await_end(due)
        self._ending = True
        if self._feeder is not None:
            self._feeder.stop()
        stopping = self._flow.stop(drain=ended not in (Happened.OUTPUT_CLOSED, Happened.FAILED))
        stopping.add_done_callback(lambda _: self._happened.put(Happened.STOPPED))
        cut = self._await(Happened.STOPPED)
        if cut is None:
            self._output.finish()
            cut = self._await(Happened.WRITTEN)
        if cut is not None:
            self._say("stopped at once; what was under way is lost")
            return STATUS[cut]
        return self._status(ended, stopping)

    def _begin(self, work: Callable[[], None], done: Happened) -> None:
        def body() -> None:
            try:
                work()
            finally:
                self._happened.put(done)

        threading.Thread(target=body, name=f"headless {done.name.lower()}", daemon=True).start()

    def _await_end(self, due: float | None) -> Happened:
        while True:
            try:
                happened = self._happened.get(timeout=None if due is None else max(0.0, due - time.monotonic()))
            except queue.Empty:
                return Happened.DUE
            if happened is Happened.STOPPED:  # nobody has stopped it
                return Happened.FAILED
            if happened is not Happened.FED:
                return happened
            if self._until_idle:
                self._wait_for_idle()

    def _await(self, wanted: Happened) -> Happened | None:
        """Wait for *wanted*; a signal comes back instead: it is the second one."""
        while (happened := self._happened.get()) is not wanted:
            if happened in STATUS:
                return happened
        return None

    def _wait_for_idle(self) -> None:
        self._flow.idle().add_done_callback(self._idle)

    def _idle(self, done: Future[None]) -> None:
        if self._ending:  # a flow that stops answers nobody, or with an error
            return
        self._error = CancelledError() if done.cancelled() else done.exception()
        self._happened.put(Happened.FAILED if self._error else Happened.IDLE)

    def _output_failed(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError):
            self._happened.put(Happened.OUTPUT_CLOSED)
            return
        self._error = error
        self._happened.put(Happened.FAILED)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self._happened.put(SIGNALS[signal.Signals(number)])

    def _status(self, ended: Happened, stopping: Future[StopReport]) -> int:
        if ended is Happened.OUTPUT_CLOSED:
            return 0
        left = False
        if stopping.cancelled() or stopping.exception():  # what ended the flow, before what came of that
            self._error = CancelledError() if stopping.cancelled() else stopping.exception()
        else:
            self._tell_left(stopping.result())
            left = sum(stopping.result().left.values()) > stopping.result().held
        if self._output.missed:
            self._say(f"{_counted(self._output.missed, 'event record')} could not be written in time")
        dead = sum(self._output.dead.values())
        if dead > self._max_dlq:
            reasons = ", ".join(f"{reason} {count}" for reason, count in self._output.dead.most_common())
            self._say(f"{_counted(dead, 'dead letter')} ({reasons}), more than --max-dlq {self._max_dlq}")
        if ended in STATUS:
            return STATUS[ended]
        if self._error is not None:
            self._say(f"the run failed: {self._error or 'the flow ended by itself'}")
            return 1
        if self._output.not_started:
            return 3
        if left and ended is Happened.IDLE:
            return 4
        broken = self._output.broken_off or (self._feeder is not None and self._feeder.broken)
        return 1 if dead > self._max_dlq or broken else 0

    def _tell_left(self, report: StopReport) -> None:
        if report.cancelled:
            self._say(f"{_counted(report.cancelled, 'attempt')} cut off")
        left = {name: count for name, count in report.left.items() if count}
        if left:
            places = ", ".join(f"{name} {count}" for name, count in left.items())
            total = sum(left.values())
            held = f", {'all' if report.held >= total else format(report.held, ',')} of them paused or parked"
            self._say(f"{_counted(total, 'message')} left behind{held if report.held else ''}: {places}")


def is_ignored(number: signal.Signals) -> bool:
    """Whether whoever started this process wants *number* to be ignored, as nohup does of SIGHUP."""
    return signal.getsignal(number) is signal.SIG_IGN


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
