"""What holds for every test: one time zone, nothing animated, no colours or settings taken from the person's shell."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator

import pytest

os.environ["TZ"] = "UTC"
time.tzset()
os.environ["TEXTUAL_ANIMATIONS"] = "none"  # read once, when textual is imported
HOME = tempfile.mkdtemp(prefix="woodwork-tests-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
    os.environ[name] = HOME
for name in [name for name in os.environ if name.startswith("OTEL_")]:
    os.environ.pop(name)
for name in ("NO_COLOR", "TEXTUAL_THEME", "COLORTERM", "WOODWORK_LOG_LEVEL"):
    os.environ.pop(name, None)


@pytest.fixture
def hang_ups_are_heeded() -> Iterator[None]:
    """Let SIGHUP mean something, here and in programs that are started, although the tests may run under nohup."""
    earlier = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, earlier)
