"""The flows that were opened last on this machine, and how each was when it was last looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from woodwork_engine.snapshot import Snapshot
from woodwork_engine.source import Severity
from woodwork_tui.state.kept_json import read_json, table, write_json
from woodwork_tui.state.problems import current_problems
from woodwork_tui.units import plural

NAME = "recent.json"
MOST = 9
"""As many as there are keys for."""
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Recent:
    """A flow file by its absolute *path*, opened last *at* (s since the epoch), with *rev* live and *errors* in it."""

    path: str
    at: float
    rev: int = 0
    errors: int = 0

    def outcome(self) -> tuple[str, str]:
        """Return how it was, and its tone: `rev 7 ✓`, `✗ 1 error`."""
        if self.errors:
            return f"✗ {plural(self.errors, 'error')}", "bad"
        return (f"rev {self.rev} ✓", "ok") if self.rev else ("", "muted")


def seen(path: str, at: float, snapshot: Snapshot) -> Recent:
    """Return the flow *path*, looked at *at*, as *snapshot* shows it."""
    errors = sum(each.severity is Severity.ERROR for each in current_problems(snapshot))
    return Recent(path, at, snapshot.rev, errors)


def ago(seconds: float) -> str:
    """Return how long ago something was in one rough word: `just now`, `12m ago`, `2h ago`, `3d ago`."""
    if seconds < 60:
        return "just now"
    for unit, name in ((_DAY, "d"), (3_600.0, "h"), (60.0, "m")):
        if seconds >= unit:
            return f"{int(seconds // unit)}{name} ago"
    return ""


class RecentFlows:
    """The list in *folder*, newest first; every change is written at once, so that a crash takes nothing."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME

    def read(self) -> tuple[Recent, ...]:
        """Return the flows whose files are still there."""
        return tuple(each for each in self._all() if _is_there(each.path))[:MOST]

    def put(self, recent: Recent) -> None:
        """Put *recent* first, in the place of what was known of its file; where that cannot be, nothing happens."""
        others = [each for each in self._all() if each.path != recent.path]
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        write_json(self._file, [asdict(each) for each in (recent, *others)[: 2 * MOST]])

    def _all(self) -> Sequence[Recent]:
        kept = read_json(self._file)
        found = (_recent(each) for each in kept) if isinstance(kept, list) else ()
        return [each for each in found if each is not None]


def _recent(kept: object) -> Recent | None:
    found = table(kept)
    path, at, rev, errors = (found.get(name) for name in ("path", "at", "rev", "errors"))
    if not isinstance(path, str) or not isinstance(at, int | float):
        return None
    made = Recent(path, float(at))
    if isinstance(rev, int) and isinstance(errors, int):
        made = replace(made, rev=rev, errors=errors)
    return made


def _is_there(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False
