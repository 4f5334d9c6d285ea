"""Faults that a bus could have, seeded one at a time into a copy of its source, and what has to find each (bus.md 2.2).

Run as a program, it does to whatever `woodwork_engine` is on the path what the model does, without shrinking.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "engine"
MODEL = "test_model.py"
EXAMPLES = 100
SEED = 1
PATIENCE = 40
"""Seconds after which a copy that neither passes nor fails counts as found: its fault made it hang."""

_SHOWN = re.compile(r"AssertionError|^E\s+assert |DeadlockError|TimeoutError|Failed: |ExceptionGroup", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One *was* in the *module* of the bus becomes *is_now*; the test file *found_by* has to fail then."""

    name: str
    module: str
    was: str
    is_now: str
    found_by: str = MODEL


FAULTS = (
    Fault(
        "a retry goes to the tail of its lane",
        "settlement",
        "        lane.state = LaneState.WAITING\n        lane.due",
        "        lane.queue.rotate(-1)\n        lane.state = LaneState.WAITING\n        lane.due",
    ),
    Fault(
        "attempts are not counted from one for the next message",
        "runner",
        "delivery.attempt = attempt = delivery.attempt + 1",
        'delivery.attempt = attempt = (locals().get("attempt") or delivery.attempt) + 1',
    ),
    Fault(
        "two runners work on one lane",
        "intake",
        "elif lane.state is IDLE:\n            lane.state",
        "elif lane.state is not READY:\n            lane.state",
    ),
    Fault(
        "whoever resumes a lane wakes nobody",
        "core",
        "            if not lane.endpoint.waking:\n                self.on_ready(lane.endpoint)\n",
        "",
    ),
    Fault(
        "a queue holds one more than its limit",
        "line",
        "endpoint.depth and depth >= endpoint.max_queue",
        "endpoint.depth and depth > endpoint.max_queue",
    ),
    Fault(
        "a lane holds one more than its limit",
        "line",
        "lane.depth and in_lane >= endpoint.session_limit",
        "lane.depth and in_lane > endpoint.session_limit",
    ),
    Fault(
        "a message is acknowledged before its outputs are accepted",
        "runner",
        "                            await self._room(endpoint, parcels)\n"
        "                            self._intake.accept(parcels)\n",
        "                            asyncio.get_running_loop().call_later(1, self._intake.accept, parcels)\n",
        "test_outputs.py",
    ),
    Fault(
        "whoever leaves the line does not call the next",
        "gate",
        "            del self.waiters[place]\n        self.call()\n",
        "            del self.waiters[place]\n",
        "test_limits.py",
    ),
    Fault(
        "a slot that becomes free is not handed on",
        "runner",
        "                        core.slots.call()\n                    if core.idle",
        "                        pass\n                    if core.idle",
    ),
    Fault(
        "a failed attempt keeps what it has staged",
        "settlement",
        "        delivery.forget_attempt()\n        endpoint.failed += 1",
        "        delivery.running = False\n        endpoint.failed += 1",
        "test_outputs.py",
    ),
    Fault(
        "a reload drops what is queued",
        "serving",
        "        endpoint.instance = instance\n        if",
        "        endpoint.instance = instance\n"
        "        for lane in endpoint.lanes.values():\n"
        "            lane.queue.clear()\n"
        "        if",
    ),
    Fault(
        "a held lane starts new attempts",
        "halts",
        "        lane.go = LaneState.HALTING\n",
        "",
    ),
    Fault(
        "life is not looked at when a retry is scheduled",
        "settlement",
        "now + delay >= delivery.expires_at and not lives_on",
        "now >= delivery.expires_at and not lives_on",
        "test_ttl.py",
    ),
    Fault(
        "what was started at most once is tried again",
        "settlement",
        "        if is_at_most_once(lane, delivery):\n            self.dropped",
        "        if delivery is None:\n            self.dropped",
        "test_delivery_modes.py",
    ),
    Fault(
        "what was handled before is handled again",
        "dedupe",
        "return seen is not None and",
        "return seen is None and",
        "test_dedupe.py",
    ),
    Fault(
        "a replay marks its letter before it has room",
        "replay",
        "            await self._intake.room(parcels,",
        "            core.dead.mark_replayed(letter, envelope.message_id, payload, by, len(parcels), note)\n"
        "            force = True\n"
        "            await self._intake.room(parcels,",
        "test_replay.py",
    ),
    Fault(
        "a durable message is accepted before it is kept",
        "keeping/admission",
        "problem = await waiting\n",
        "problem = None\n",
        "test_durable.py",
    ),
    Fault(
        "whoever is cancelled in line does not call the next",
        "gate",
        "            del self.waiters[place]\n        self.call()\n",
        "            del self.waiters[place]\n",
        "test_cancellation.py",
    ),
    Fault(
        "what has room at one target is accepted there before it has room at the next",
        "line",
        "                    place.move(still)\n",
        "                    place.move(still)\n"
        "                    if still.endpoint is parcels[-1][0].endpoint and len(parcels) > 1:\n"
        "                        lane = core.lane(parcels[0][0].endpoint, parcels[0][1].envelope.session_id, 0.0)\n"
        "                        core.push(lane, parcels[0][1])\n"
        "                        parcels = parcels[1:]\n",
        "test_cancellation.py",
    ),
    Fault(
        "a request that is cancelled leaves its instance busy",
        "sender",
        "            asked.running = False\n            instance.leave()\n",
        "            asked.running = False\n            if asked.staged is not None:\n"
        "                instance.leave()\n",
        "test_cancellation.py",
    ),
    Fault(
        "a letter is marked as replayed though its replay was cancelled",
        "replay",
        "        if not head:  # else",
        "        core.dead.mark_replayed(letter, envelope.message_id, payload, by, len(parcels), note)\n"
        "        force = True\n"
        "        if not head:  # else",
        "test_cancellation.py",
    ),
    Fault(
        "what is not kept yet is attempted where something wakes its lane",
        "keeping/admission",
        "return delivery.seq in self._unkept",
        "return False",
        "test_durable.py",
    ),
)


def seeded(fault: Fault, folder: Path) -> Path:
    """Copy the engine into *folder*, with *fault* in it; raises LookupError where its source reads otherwise by now."""
    shutil.copytree(
        ENGINE / "woodwork_engine", folder / "woodwork_engine", ignore=shutil.ignore_patterns("__pycache__")
    )
    path = folder / "woodwork_engine" / "bus" / f"{fault.module}.py"
    source = path.read_text()
    times = source.count(fault.was)
    if times != 1:
        raise LookupError(f"{fault.name}: what it replaces stands {times} times in {fault.module}.py; say it anew")
    path.write_text(source.replace(fault.was, fault.is_now))
    return folder


def run(found_by: str, engine: Path) -> tuple[bool, str]:
    """Run the test file *found_by* against the package in *engine*; return whether it passed, and what it printed."""
    path = ROOT / "tests" / "engine" / "bus" / found_by
    command = [sys.executable, "-B"]
    if found_by == MODEL:
        command += [__file__, str(path)]
    else:
        command += ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(ROOT)]
        command += ["-c", str(ROOT / "pyproject.toml"), str(path)]
    paths = os.pathsep.join([str(engine), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "0"}
    try:
        done = subprocess.run(
            command, env=environment, cwd=engine, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return False, "Failed: it hangs"
    return done.returncode == 0, done.stdout + done.stderr


def found(fault: Fault, folder: Path) -> str | None:
    """Return None when the test that is named finds *fault*, else what is wrong."""
    passed, printed = run(fault.found_by, seeded(fault, folder))
    if passed:
        return f"{fault.name}: {fault.found_by} passes all the same"
    if _SHOWN.search(printed) is None:
        return f"{fault.name}: {fault.found_by} fails, but not by what it asserts:\n{printed[-2000:]}"
    return None


def _do_what_the_model_does(path: str) -> None:
    import hypothesis.core
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis.stateful import run_state_machine_as_test

    spec = importlib.util.spec_from_file_location("model", path)
    model = importlib.util.module_from_spec(spec)
    sys.modules["model"] = model
    spec.loader.exec_module(model)
    hypothesis.core.global_force_seed = SEED  # as `--hypothesis-seed` does; derandomized, it tries far less
    run_state_machine_as_test(
        model.BusMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


if __name__ == "__main__":
    _do_what_the_model_does(sys.argv[1])
