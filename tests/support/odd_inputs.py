"""Inputs that behave as no built-in one does: they break off, or do not end when told to."""

from __future__ import annotations

import asyncio
import threading

from woodwork_engine.components import Input, builtin_kinds
from woodwork_engine.kinds import Kind, KindRegistry, KindSettings, Role

let_go = threading.Event()
"""What a stubborn input waits for."""


class OddSettings(KindSettings):
    """What happens after the first message."""

    after: str = "fails"


class Breaking(Input):
    """Emits one message, then breaks off."""

    def __init__(self, settings: OddSettings, site: object) -> None:
        super().__init__(settings, site)
        self._after = settings.after
        self._site = site

    async def run(self) -> None:
        """Emit `first`, then do as the settings say."""
        await self.emit(self.event, "first", session="s")
        if self._after == "leaves":
            raise SystemExit(3)
        if not self._site.path("mended").exists():
            raise OSError("the wire was cut")


class Stubborn(Input):
    """Takes no notice of being told to end."""

    async def run(self) -> None:
        """Emit `first`, then wait for `let_go`."""
        await self.emit(self.event, "first", session="s")
        while not let_go.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue


def odd_kinds() -> KindRegistry:
    """Return the built-in kinds and `input breaking`, `input stubborn`."""
    registry = builtin_kinds()
    for name in ("breaking", "stubborn"):
        factory = f"{__name__}:{name.title()}"
        registry.register(Kind(f"input {name}", Role.INPUT, name, OddSettings, factory, finite=lambda _: True))
    return registry
