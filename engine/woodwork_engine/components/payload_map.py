"""The kind `map`: sends on what an expression makes of each payload."""

from __future__ import annotations

from woodwork_engine.components.component import Component
from woodwork_engine.components.expressions import Expression, ExpressionText
from woodwork_engine.components.handler import response_event
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Field, Kind, KindSettings, Role


class MapSettings(KindSettings):
    """What becomes of a payload."""

    value: ExpressionText = Field(
        description="a JMESPath expression; what it makes of the payload is sent on, as in {id: order.id}"
    )


class Map(Component):
    """Sends on what its expression makes of each payload; what finds nothing is sent on as null, never left out."""

    def __init__(self, settings: MapSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._value = Expression(settings.value)
        self._nulls = 0

    async def process(self, data: object) -> object:
        """Return the new payload; raises ExpressionError where the expression does not fit."""
        made = self._value.of(data)
        if made is None:  # to return it would be to send nothing
            self._nulls += 1
            await self.emit(response_event(Role.PROCESSOR), None)
        return made

    def summary(self) -> str | None:
        """Return how often the expression found nothing."""
        return f"{self._nulls:,} sent on as null: the expression found nothing" if self._nulls else None


KIND = Kind(
    name="map",
    role=Role.PROCESSOR,
    summary="changes each payload by an expression",
    settings=MapSettings,
    factory="woodwork_engine.components.payload_map:Map",
)
