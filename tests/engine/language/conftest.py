"""Checks in these tests see no bus that the machine's environment asks for."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WOODWORK_ENV", "REDIS_URL", "NATS_URL", "WW_TEST_UNSET", "HOME", "USER"):
        monkeypatch.delenv(name, raising=False)
