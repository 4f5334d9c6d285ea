"""The state folder of an engine: opened, or the reason why the flow runs without one; and its log file (bus.md I)."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from woodwork_engine.errors import StoreError
from woodwork_engine.plan import FlowPlan
from woodwork_engine.role import Role
from woodwork_engine.store.folder import LOG, NAME, StateFolder

LEVEL_VARIABLE = "WOODWORK_LOG_LEVEL"

LIVES_HERE = "queued messages live in this process and are gone when it dies; durable = true keeps them"

log = logging.getLogger("woodwork_engine")


def folder_beside(file: str) -> Path:
    """Return the folder that holds the state of the flow in *file* where nothing else is said."""
    return Path(file).absolute().parent / NAME


def what_is_kept(plan: FlowPlan, folder: Path | None) -> str:
    """Return in one line what becomes of messages queued in the flow *plan* when its process dies (bus.md I1).

    *folder* is its state folder, None for none.
    """
    handlers = [node for node in plan.nodes if node.role is not Role.INPUT]
    kept = [node.name for node in handlers if node.policy.durable]
    if folder is None or not kept:
        return LIVES_HERE
    if len(kept) == len(handlers):
        return f"what is accepted is kept in {folder} until it is handled"
    return f"what {', '.join(kept)} accepts is kept in {folder}; other queued messages live in this process"


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

    def keeping(self, plan: FlowPlan | None) -> str:
        """Return in one line what becomes of what is queued in the flow *plan* when the process dies (bus.md I1)."""
        return "" if plan is None else what_is_kept(plan, None if self.folder is None else self.folder.path)

    def tell_start(self, file: str, plan: FlowPlan | None) -> None:
        """Write into the log what `keeping` returns, and why there is no state folder where one was asked for."""
        if plan is not None:
            log.info("%s: %s", file, self.keeping(plan))
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
