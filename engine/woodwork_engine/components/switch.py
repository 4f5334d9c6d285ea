"""The kind `switch`: sends each message the way of the first case that holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, field_validator

from woodwork_engine.components.component import Component
from woodwork_engine.components.expressions import Expression, ExpressionText
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Field, Kind, KindSettings, Reference, Role

UNMATCHED = "switch.unmatched"
"""The note about a message that no case takes, where there is no `else`."""
_CASE, _ELSE = "case", "else"
_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Case(BaseModel):
    """One way out: when it is taken, and where it leads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: ExpressionText = Field(description="a JMESPath expression over the payload; the first one that holds counts")
    to: Annotated[str | tuple[str, ...], Reference(routes=True)] = Field(
        description="where messages go for which it holds: names of components"
    )
    name: str | None = Field(
        default=None,
        description="what the case is called: its messages have the event case.NAME, else case.1 and so on",
    )

    @field_validator("name")
    @classmethod
    def _a_word(cls, name: str | None) -> str | None:
        if name is not None and not _WORD.fullmatch(name):
            raise ValueError("a case is called by letters, digits, _ and -, at most 40, as in large")
        return name


class SwitchSettings(KindSettings):
    """The cases in their order, and where everything else goes."""

    cases: Annotated[tuple[Case, ...], Reference(routes=True, event=_CASE, blocks=True)] = Field(
        description='the ways out in order, as [{ when = "rush", to = desk }]: the first that holds is taken'
    )
    else_: Annotated[str | tuple[str, ...], Reference(routes=True, event=_ELSE)] = Field(
        default=(),
        alias="else",
        description="where messages go that no case takes; without it they end here, with a note",
    )

    @field_validator("cases")
    @classmethod
    def _sound(cls, cases: tuple[Case, ...]) -> tuple[Case, ...]:
        if not cases:
            raise ValueError("a switch needs a case; write [{ when = ..., to = ... }]")
        names = _events(cases)
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two cases are called {twice.removeprefix('case.')}; give each a name of its own")
        return cases


def _events(cases: Sequence[Case]) -> tuple[str, ...]:
    """Return the event type that the messages of each case get."""
    return tuple(f"{_CASE}.{case.name or number}" for number, case in enumerate(cases, 1))


class Switch(Component):
    """Emits each payload unchanged under the event of the first case that holds; its routes carry one event each."""

    def __init__(self, settings: SwitchSettings, site: Site) -> None:
        super().__init__(settings, site)
        events = _events(settings.cases)
        whens = (Expression(case.when) for case in settings.cases)
        self._cases = tuple(zip(events, whens, strict=True))
        self._has_else = bool(settings.else_)
        self._taken = dict.fromkeys(events, 0)
        self._others = 0

    async def process(self, data: object) -> object:
        """Send *data* one way; raises ExpressionError where an expression that is looked at does not fit."""
        for event, when in self._cases:
            if when.holds(data):
                self._taken[event] += 1
                await self.emit(event, data)
                return data
        self._others += 1
        if self._has_else:
            await self.emit(_ELSE, data)
            return data
        self.note(UNMATCHED, {"cases": len(self._cases)})
        return None

    def summary(self) -> str:
        """Return how many messages took each case."""
        taken = ", ".join(f"{event.removeprefix('case.')} {count:,}" for event, count in self._taken.items())
        return f"{taken}; {self._others:,} {'took else' if self._has_else else 'took none and ended here'}"


KIND = Kind(
    name="switch",
    role=Role.PROCESSOR,
    summary="sends each message the way of the first case that holds",
    settings=SwitchSettings,
    factory="woodwork_engine.components.switch:Switch",
    sends_by="cases",
)
