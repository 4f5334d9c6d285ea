"""Names that say where messages go when the flow changes: `was`, and `on_remove = redirect:NAME` (bus.md G3)."""

from __future__ import annotations

from collections.abc import Sequence

from woodwork_engine.language.codes import Code
from woodwork_engine.language.part import Part
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.suggestions import Suggestions, did_you_mean
from woodwork_engine.language.values import text_of
from woodwork_engine.policy import redirect_of

WAS = "was"
_ON_REMOVE = "on_remove"


class MoveReader:
    """Reads what each component was called before; names that cannot be meant are reported."""

    def __init__(self, parts: Sequence[Part], problems: Problems, suggestions: Suggestions) -> None:
        self._parts = parts
        self._names = {part.name for part in parts}
        self._problems = problems
        self._suggestions = suggestions
        self._taken: dict[str, str] = {}

    def was(self, part: Part) -> str | None:
        """Return the earlier name of *part*, None where it has none, or not a possible one."""
        entry = part.get(WAS)
        if entry is None:
            return None
        name = text_of(entry.value)
        if name is None:
            complaint, advice = "'was' must be the name that this component had", "write one name"
        elif name == part.name:
            complaint, advice = f"'was' names {name!r} itself", "write the name that it had before, or remove it"
        elif name in self._names:
            complaint, advice = f"{name!r} is in this flow, so nothing else was it", "remove 'was', or the component"
        elif name in self._taken:
            complaint, advice = f"{self._taken[name]!r} was {name!r} already", "only one can take its messages over"
        else:
            self._taken[name] = part.name
            return name
        self._problems.error(Code.BAD_SETTING, complaint, entry.value.span, advice, component=part.name)
        return None

    def check_redirects(self) -> None:
        """Report an `on_remove` of a component that leads to no component, or to itself."""
        for part in self._parts:
            entry = part.get(_ON_REMOVE)
            name = None if entry is None else redirect_of(text_of(entry.value) or "")
            if entry is None or not name:
                continue
            if name == part.name:
                self._problems.error(
                    Code.BAD_SETTING, f"{name!r} cannot take over from itself", entry.value.span,
                    "name another component", component=part.name,
                )  # fmt: skip
            elif name not in self._names:
                close = self._suggestions.close_to(name, self._names)
                self._problems.error(
                    Code.UNKNOWN_NAME, f"'on_remove' names no component: {name!r}", entry.value.span,
                    did_you_mean(close) or "name a component of this flow", component=part.name,
                )  # fmt: skip
