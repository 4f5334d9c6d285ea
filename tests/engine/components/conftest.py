"""A workbench in a temporary folder, cleared away at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.workbench import Workbench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Workbench]:
    workbench = Workbench(tmp_path)
    yield workbench
    await workbench.close()
