"""What edited text would be as a flow, found in a thread, one text at a time; the latest answer is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from woodwork_tui.state.draft import Draft, Examine

SOONEST = 0.15
"""Seconds without a key after which edited text is checked; where a check takes longer, as long as that."""
_LATEST = 1.0


class Drafting:
    """Asks *examine*, and knows which texts its latest answer is about."""

    def __init__(self, examine: Examine) -> None:
        self.pause = SOONEST
        """Seconds without a key that are worth waiting for before a check."""
        self._examine = examine
        self._of: Mapping[str, str] = {}
        self._draft: Draft | None = None
        self._asking: asyncio.Task[Draft] | None = None

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
        """Return the answer about *edits* of the flow *file*, found now if need be.

        A check whose asker is gone is not waited for by anybody, but it goes on; two at once would only hold up typing.
        """
        while self._asking is not None and not self._asking.done():
            await asyncio.wait([self._asking])
        known = self.of(edits)
        if known is None:
            self._asking = asyncio.create_task(self._ask(dict(edits), file))
            known = await asyncio.shield(self._asking)
        return known

    async def _ask(self, edits: Mapping[str, str], file: str) -> Draft:
        began = time.monotonic()
        found = await asyncio.to_thread(self._examine, edits, file)
        self.pause = min(max(SOONEST, time.monotonic() - began), _LATEST)
        self._of, self._draft = edits, found
        return found
