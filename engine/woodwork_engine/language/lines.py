"""The lines of the files that were read, to quote what a span covers."""

from __future__ import annotations

from collections.abc import Mapping

from woodwork_engine.source import Span


class Lines:
    """Lines by file and number; each file is split once."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._split: dict[str, list[str]] = {}

    def of(self, file: str) -> list[str]:
        """Return the lines of *file*, none when it was not read."""
        if file not in self._split:
            self._split[file] = self._texts[file].split("\n") if file in self._texts else []
        return self._split[file]

    def written(self, span: Span) -> str:
        """Return the text that *span* covers."""
        lines = self.of(span.file)[span.line - 1 : span.end_line]
        if not lines:
            return ""
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "\n".join(lines)

    def end(self, file: str) -> Span:
        """Return the place of no width at the end of *file*."""
        lines = self.of(file) or [""]
        column = len(lines[-1]) + 1
        return Span(file, len(lines), column, len(lines), column)
