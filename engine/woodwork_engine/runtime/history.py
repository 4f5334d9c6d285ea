"""What became of each load of a flow's file, bounded."""

from __future__ import annotations

from dataclasses import replace

from woodwork_engine.snapshot import Revision

REVISIONS_KEPT = 50


class History:
    """Revisions, oldest first; at most one of them is live, and that one is never forgotten."""

    def __init__(self) -> None:
        self.all: tuple[Revision, ...] = ()

    def add(self, revision: Revision) -> Revision:
        """Append *revision* and return it; one that is live takes that from the one before."""
        earlier = self.all
        if revision.result == "live":
            earlier = tuple(replace(one, result="ok") if one.result == "live" else one for one in earlier)
        surplus = len(earlier) + 1 - REVISIONS_KEPT
        if surplus > 0:
            live = [one for one in earlier[:surplus] if one.result == "live"]
            earlier = (*live, *earlier[surplus + len(live) :])
        self.all = (*earlier, revision)
        return revision
