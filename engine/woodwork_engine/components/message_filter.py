"""The kind `filter`: sends on the messages for which an expression holds."""

from __future__ import annotations

from typing import Annotated

from woodwork_engine.components.component import Component
from woodwork_engine.components.expressions import Expression, ExpressionText
from woodwork_engine.components.handler import response_event
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Field, Kind, KindSettings, Reference, Role

LEFT_OUT = "filter.left_out"
"""The note about a message that is not kept, and its event where it goes elsewhere."""


class FilterSettings(KindSettings):
    """Which messages are kept, and where the others go."""

    keep: ExpressionText = Field(
        description="a JMESPath expression over the payload; messages for which it holds go on, as in total > `100`"
    )
    else_: Annotated[str | tuple[str, ...], Reference(routes=True, event=LEFT_OUT)] = Field(
        default=(), alias="else", description="where the others go; without it they end here, each with a note"
    )


class Filter(Component):
    """Returns what is to be kept; the others go to `else`, or end here with a note and are counted."""

    def __init__(self, settings: FilterSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._keep = Expression(settings.keep)
        others = settings.else_
        self._others = (others,) if isinstance(others, str) else tuple(dict.fromkeys(others))
        self._kept = self._left_out = 0

    async def process(self, data: object) -> object:
        """Send *data* on if it is to be kept; raises ExpressionError where the expression does not fit."""
        if self._keep.holds(data):
            self._kept += 1
            if data is None:  # to return it would be to send nothing
                await self.emit(response_event(Role.PROCESSOR), None)
            return data
        self._left_out += 1
        if not self._others:
            self.note(LEFT_OUT, {"keep": self._keep.text})
        for name in self._others:
            await self.send_to_component(name, LEFT_OUT, data)
        return None

    def summary(self) -> str:
        """Return how many were kept and how many were not, and where those went."""
        others = f"sent to {', '.join(self._others)}" if self._others else "ended here"
        return f"{self._kept:,} kept, {self._left_out:,} {others}"


KIND = Kind(
    name="filter",
    role=Role.PROCESSOR,
    summary="keeps the messages for which an expression holds",
    settings=FilterSettings,
    factory="woodwork_engine.components.message_filter:Filter",
)
