"""Loads parts of the engine after the first frame, from whatever thread needs them first, one thread at a time.

Two threads that import halves of one circle of modules at once would each get a module that is not finished.
"""

from __future__ import annotations

import threading

LOADING = threading.RLock()
"""Held around each late import of the language."""
