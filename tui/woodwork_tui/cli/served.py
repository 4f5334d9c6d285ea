"""An app that a server shows in a browser: how it is known, and that it ends with its server, however that ended."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

SERVER = "WOODWORK_SERVED_BY"
"""The variable that names the process of the server."""
_EVERY = 0.5
_PATIENCE = 15.0
"""Seconds for the flow to drain once its server is gone: more than `stop_timeout` is by default."""


def server() -> int | None:
    """Return the process that serves this app to a browser, None where the app has a terminal.

    What a flow starts finds the variable too, but has another parent.
    """
    return os.getppid() if os.environ.get(SERVER) == str(os.getppid()) else None


def end_with(server: int, end: Callable[[int, signal.Signals], None] = os.kill) -> threading.Thread:
    """Watch from a thread of its own whether *server* is still this process's parent; *end* it otherwise.

    A signal asks it to drain; when it still runs after that, it is killed.
    """

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == server:
            pause.wait(_EVERY)
        end(os.getpid(), signal.SIGTERM)
        pause.wait(_PATIENCE)
        end(os.getpid(), signal.SIGKILL)

    thread = threading.Thread(target=watch, name="server watch", daemon=True)
    thread.start()
    return thread
