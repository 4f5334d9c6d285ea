"""The state folder of an engine: opened, or the reason why the flow runs without one; and its log file (bus.md I)."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from woodwork_engine.errors import StoreError
from woodwork_engine.store.folder import LOG, NAME, StateFolder

LEVEL_VARIABLE = "WOODWORK_LOG_LEVEL"

log = logging.getLogger("woodwork_engine")


def folder_beside(file: str) -> Path:
    """Return the folder that holds the state of the flow in *file* where nothing else is said."""
    return Path(file).absolute().parent / NAME


class State:
    """What an engine keeps in *path*; *folder* is None where nothing is kept, and then *problem* says why, if asked.

    Raises StateFolderInUseError, and StoreError where what is kept there cannot be read.
    """

    def __init__(self, path: Path | None) -> None:
        self.folder: StateFolder | None = None
        self.problem: str | None = None
        self._handler: logging.Handler | None = None
        if path is None:
            return
        try:
            self.folder = StateFolder(path)
        except StoreError as error:
            if error.is_damaged:
                raise
            self.problem = str(error)
        else:
            self._begin_log(path / LOG)

    def _begin_log(self, file: Path) -> None:
        wanted = logging.getLevelName(os.environ.get(LEVEL_VARIABLE, "INFO").upper())
        self._handler = logging.FileHandler(file, encoding="utf-8", delay=True)
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        log.addHandler(self._handler)
        log.setLevel(wanted if isinstance(wanted, int) else logging.INFO)
        if not isinstance(wanted, int):
            log.warning("%s=%s is no level; there are DEBUG, INFO, WARNING and ERROR", LEVEL_VARIABLE, wanted)

    def tell_start(self, file: str, *, durable: bool) -> None:
        """Say in one line what becomes of what is queued (bus.md I1)."""
        if durable and self.folder is not None:
            log.info("%s: what is accepted is kept in %s until it is handled", file, self.folder.path)
        else:
            log.info("%s: queued messages live in this process and are gone when it dies", file)
        if self.problem is not None:
            log.warning("%s", self.problem)

    def tell(self, problem: str) -> None:
        """Write what went wrong into the log."""
        log.warning("%s", problem)

    def close(self) -> None:
        """Let the folder and its log go."""
        if self.folder is not None:
            self.folder.close()
            self.folder = None
        if self._handler is not None:
            log.removeHandler(self._handler)
            self._handler.close()
            self._handler = None
