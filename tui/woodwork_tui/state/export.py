"""Deliveries of a list as JSON lines for a file: which ones, under which name, and what is said of it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.message_pages import row_object
from woodwork_tui.units import plural, size


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be written: *rows*, oldest first, which people know as *name* (`messages`, `s-02`)."""

    name: str
    rows: Sequence[DeliveryRow]

    def file_name(self, now: float) -> str:
        """Return a name for the file that nothing else has: `messages-20251125-120341.jsonl`."""
        safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in self.name[:40]).strip(".")
        return f"{safe or 'export'}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}.jsonl"

    def lines(self) -> Iterator[str]:
        """Yield one JSON object a line, under the names of event records."""
        for row in self.rows:
            yield json.dumps(row_object(row), ensure_ascii=False, default=str) + "\n"


def write(export: Export, file: str) -> str:
    """Write *export* to *file*, which must not exist yet; return a sentence about it. Raises OSError, for `trouble`."""
    path = Path(os.path.expanduser(file)).absolute()
    written = 0
    with path.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as target:
        for line in export.lines():
            written += target.write(line)
    return f"{plural(len(export.rows), 'message')} ({size(written)}) in {path}"


def trouble(error: OSError, file: str) -> str:
    """Return what kept *file* from being written, and what to do."""
    if isinstance(error, FileExistsError):
        return f"{file} exists already; nothing was written. Give another name."
    return f"{file} was not written: {error.strerror or error}. Give another name."
