"""The names that a flow declares, and what is said about one that it does not."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from woodwork_engine.kinds import KindRegistry
from woodwork_engine.language import later
from woodwork_engine.language.codes import Code
from woodwork_engine.language.headers import CLI
from woodwork_engine.language.lines import Lines
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.suggestions import Suggestions, did_you_mean
from woodwork_engine.language.syntax import Value
from woodwork_engine.plan import TRANSCRIPT
from woodwork_engine.source import Fix, Span

_FIRST_WORD = re.compile(r"^[^\S\n]*+([A-Za-z_][A-Za-z0-9_-]*+)", re.MULTILINE)


class Names:
    """Tells declared names from others."""

    def __init__(
        self,
        declared: Collection[str],
        kinds: KindRegistry,
        texts: Mapping[str, str],
        lines: Lines,
        problems: Problems,
        suggestions: Suggestions,
        *,
        broken: bool,
    ) -> None:
        self._declared = declared
        self._kinds = kinds
        self._lines = lines
        self._problems = problems
        self._suggestions = suggestions
        # A declaration with a syntax error may be lost: a word that begins a line is then given the benefit of doubt.
        self._doubtful = {word for text in texts.values() for word in _FIRST_WORD.findall(text)} if broken else set()

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    def check(self, name: str, value: Value, key: str, *, target: bool) -> bool:
        """Whether *name*, written as *value* under *key*, can be referred to; else it is reported."""
        if name in self._declared or (target and name == TRANSCRIPT):
            return True
        if name not in self._doubtful:
            self._unknown(name, value, key, target=target)
        return False

    def _unknown(self, name: str, value: Value, key: str, *, target: bool) -> None:
        summary = f"{key!r} names no component"
        close = self._suggestions.close_to(name, self._declared)
        if close is not None:
            quote = self._quote(value.span)
            fix = Fix(value.span, f"{quote}{close}{quote}")
            self._problems.error(Code.UNKNOWN_NAME, summary, value.span, did_you_mean(close), fix=fix)
            return
        header = self._header_called(name) if target else None
        if header is None:
            self._problems.error(Code.UNKNOWN_NAME, summary, value.span, f"declare {name!r}, or mend the name")
            return
        declaration = f"{name} = {header} {{}}"
        self._problems.error(
            Code.UNKNOWN_NAME, summary, value.span, f"declare it: {declaration}",
            fix=self._appended(value.span.file, declaration),
        )  # fmt: skip

    def _quote(self, span: Span) -> str:
        mark = self._lines.written(span)[:1]
        return mark if mark in ("'", '"') else ""

    def _header_called(self, name: str) -> str | None:
        if name == "output":
            return CLI
        known = self._kinds.get(name) is not None or later.is_later(name) or name in later.ALIASES
        return name if known and " " not in name else None

    def _appended(self, file: str, declaration: str) -> Fix:
        end = self._lines.end(file)
        return Fix(end, declaration + "\n" if end.column == 1 else f"\n{declaration}\n")
