"""The command line as a person runs it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-c", "import sys; from woodwork_tui.cli import main; sys.exit(main())")


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it wrote."""

    status: int
    out: str
    said: str

    @property
    def records(self) -> list[dict[str, object]]:
        """Standard output as event records."""
        return [json.loads(line) for line in self.out.splitlines()]


def woodwork(
    *arguments: str | Path,
    piped: str | bytes = b"",
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 100,
) -> Done:
    """Run `woodwork-tui` with *arguments* and standard input *piped*."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=piped.encode() if isinstance(piped, str) else piped,
        capture_output=True,
        cwd=folder,
        env={**os.environ, "COLUMNS": "120", **(env or {})},
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
