"""The kind `throttle`: lets messages on no faster than at a rate."""

from __future__ import annotations

from typing import Literal

from woodwork_engine.components.component import Component
from woodwork_engine.components.handler import response_event
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Field, Kind, KindSettings, Rate, Role
from woodwork_engine.pace import Pace


class ThrottleSettings(KindSettings):
    """How fast messages go on."""

    rate: Rate = Field(description="messages that go on at most, as in 5/s, 300/m or 100/h")
    per: Literal["session", "all"] = Field(
        default="session", description="session: each session has this rate; all: they share it"
    )
    burst: int = Field(default=1, ge=1, le=100_000, description="messages that may go on at once after a rest")


class Throttle(Component):
    """Sends every payload on unchanged; it is the bus that holds messages to the pace, queued in their order."""

    def __init__(self, settings: ThrottleSettings, site: Site) -> None:
        super().__init__(settings, site)
        self.pace = Pace(settings.rate, settings.burst, settings.per == "session")

    async def process(self, data: object) -> object:
        """Return *data*."""
        if data is None:  # to return it would be to send nothing
            await self.emit(response_event(Role.PROCESSOR), None)
        return data


KIND = Kind(
    name="throttle",
    role=Role.PROCESSOR,
    summary="lets messages on no faster than at a rate",
    settings=ThrottleSettings,
    factory="woodwork_engine.components.throttle:Throttle",
)
