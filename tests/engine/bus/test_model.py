"""Whatever is done to a bus, in whatever order: nothing lost, nothing twice, nothing out of order (bus.md 2.2)."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from support.bus_machine import BusMachine
from support.kept_machine import KeptMachine

TestBus = BusMachine.TestCase
TestBus.settings = settings(
    max_examples=100, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)

TestKept = KeptMachine.TestCase
TestKept.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
