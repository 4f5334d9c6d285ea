"""What edited text would be as a flow, found in a thread; the latest answer is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from woodwork_tui.state.draft import Draft, Examine


class Drafting:
    """Asks *examine*, and knows which texts its latest answer is about."""

    def __init__(self, examine: Examine) -> None:
        self._examine = examine
        self._of: Mapping[str, str] = {}
        self._draft: Draft | None = None

    def of(self, edits: Mapping[str, str]) -> Draft | None:
        """Return the answer about *edits*, texts by absolute path, if there is one by now."""
        return self._draft if edits == self._of else None

    @property
    def latest(self) -> Draft | None:
        """The latest answer about any edits."""
        return self._draft

    def forget(self) -> None:
        """Drop the answer: nothing is edited."""
        self._of, self._draft = {}, None

    async def find(self, edits: Mapping[str, str], file: str) -> Draft:
        """Return the answer about *edits* of the flow *file*, found now if need be."""
        known = self.of(edits)
        if known is None:
            known = await asyncio.to_thread(self._examine, edits, file)
            self._of, self._draft = dict(edits), known
        return known
