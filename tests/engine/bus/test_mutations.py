"""The test of the tests: each fault that is seeded into a copy of the bus is found (bus.md 2.2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.mutations import ENGINE, FAULTS, Fault, found, run

AT_ONCE = 2


@pytest.mark.timeout(600)
def test_every_seeded_fault_is_found_and_the_source_itself_has_none(tmp_path: Path) -> None:
    def look(numbered: tuple[int, Fault]) -> str | None:
        number, fault = numbered
        return found(fault, tmp_path / str(number))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        missed = [said for said in pool.map(look, enumerate(FAULTS)) if said is not None]
        sound = list(pool.map(lambda name: (name, *run(name, ENGINE)), sorted({f.found_by for f in FAULTS})))
    assert missed == []
    assert [f"{name}: {printed[-2000:]}" for name, passed, printed in sound if not passed] == []
