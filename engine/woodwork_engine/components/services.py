"""What the engine lends to the components of a flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from woodwork_engine.clock import Clock
from woodwork_engine.transcript import Transcript

Console = Callable[[str, str, str], None]
"""Shows one line to whoever watches a headless run: component, session, text."""


@dataclass(frozen=True, slots=True)
class Services:
    """What every component of one flow shares; *folder* is the flow file's, relative paths start there.

    *console* is None in the app. *headless* lets `input cli` read standard input.
    """

    transcript: Transcript
    console: Console | None
    clock: Clock
    folder: Path
    headless: bool = False
