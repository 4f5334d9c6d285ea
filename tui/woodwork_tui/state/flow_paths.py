"""Which file a place means: diagnostics and tracebacks carry names as they were written."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlowPaths:
    """The files of a flow: *main* as it was given, *files* absolute."""

    main: str = ""
    files: tuple[str, ...] = ()

    @property
    def main_path(self) -> str:
        """The absolute path of the main file."""
        return os.path.abspath(self.main)

    def path(self, name: str) -> str:
        """Return the absolute path of the file called *name*: relative ones start beside the main file, or here."""
        if name == self.main:
            return self.main_path
        beside = os.path.abspath(os.path.join(os.path.dirname(self.main_path), name))
        here = os.path.abspath(name)
        if here != beside and (here in self.files or (beside not in self.files and os.path.exists(here))):
            return here
        return beside

    def title(self, path: str) -> str:
        """Return *path* as people know it: relative to the flow's folder where it lies inside."""
        folder = os.path.dirname(self.main_path)
        return os.path.relpath(path, folder) if os.path.commonpath([folder, path]) == folder else path
