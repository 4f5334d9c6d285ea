"""The two ends of a benchmarked `.ww` flow: an input that sends what it was given, an output that counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from woodwork_engine.components import Component, Input
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Kind, KindRegistry, KindSettings, Role

Send = Callable[[dict[str, object]], Awaitable[object]]


class Load:
    """What the next flow is to do: *feed* is awaited with a function that sends, *take* gets what arrives."""

    feed: Callable[[Send], Awaitable[None]]
    take: Callable[[dict[str, object]], None]


class BenchInput(Input):
    """Sends the load, each message in the session it names."""

    def __init__(self, settings: KindSettings, site: Site) -> None:
        super().__init__(settings, site)

    async def run(self) -> None:
        """Send everything."""

        async def send(payload: dict[str, object]) -> None:
            await self.emit(self.event, payload, session=payload["sid"])

        await Load.feed(send)


class BenchOutput(Component):
    """Counts."""

    def __init__(self, settings: KindSettings, site: Site) -> None:
        super().__init__(settings, site)

    async def process(self, data: object) -> None:
        """Count one message."""
        Load.take(data)


def add_ends(kinds: KindRegistry) -> KindRegistry:
    """Make `input bench` and `output bench` known."""
    for name, role, made in (("input bench", Role.INPUT, BenchInput), ("output bench", Role.OUTPUT, BenchOutput)):
        kinds.register(Kind(name, role, "benchmark", KindSettings, f"{made.__module__}:{made.__name__}"))
    return kinds
