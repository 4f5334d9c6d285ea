"""A flow file together with everything it includes, as one list of items."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType

from woodwork_engine.language.codes import Code
from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.reading import clean, read
from woodwork_engine.language.syntax import Declaration, Defaults, Include
from woodwork_engine.source import Span

MOST_FILES = 100
"""Files of which one flow may be made."""


class FlowFiles:
    """Reads the main file, then its includes where they stand.

    `items` are the declarations and defaults in order; `texts` maps the file of a span to its text; `paths` are the
    absolute paths that were read or looked for. *edits* maps absolute paths to texts that stand for those on the disk.
    """

    def __init__(self, problems: Problems, edits: Mapping[str, str] = MappingProxyType({})) -> None:
        self.items: list[Declaration | Defaults] = []
        self.texts: dict[str, str] = {}
        self.paths: dict[str, None] = {}
        self._problems = problems
        self._edits = edits
        self._seen: set[str] = set()

    def read_main(self, file: str) -> None:
        """Read *file* and what it includes."""
        self.paths[os.path.abspath(file)] = None
        text = self._read(file)
        if text is not None:
            self._add(text, file, (_identity(file),))

    def take_main(self, text: str, file: str) -> None:
        """Use *text* as the contents of *file*, and read what it includes."""
        self.paths[os.path.abspath(file)] = None
        cleaned = clean(text, file, self._problems)
        if cleaned is not None:
            self._add(cleaned, file, (_identity(file),))

    def _add(self, text: str, file: str, chain: tuple[str, ...]) -> None:
        self.texts[file] = text
        self._seen.add(chain[-1])
        for item in parse(text, file, self._problems).items:
            if isinstance(item, Include):
                self._include(item, file, chain)
            else:
                self.items.append(item)

    def _include(self, include: Include, file: str, chain: tuple[str, ...]) -> None:
        if not include.path or "\0" in include.path:
            self._refuse(Code.BAD_INCLUDE, "an include names one file", include.span, "write its path in quotes")
            return
        path = os.path.join(os.path.dirname(file), include.path)
        identity = _identity(path)
        if identity in chain:
            names = " includes ".join(os.path.basename(part) for part in (*chain[chain.index(identity) :], identity))
            self._refuse(
                Code.INCLUDE_CYCLE, f"the includes go in a circle: {names}", include.span, "remove one of them"
            )
            return
        if identity in self._seen:
            return
        if len(self.paths) >= MOST_FILES:
            self._refuse(
                Code.BAD_INCLUDE, f"a flow is made of at most {MOST_FILES} files", include.span, "join some of them"
            )
            return
        self.paths[os.path.abspath(path)] = None
        text = self._read(path, include.span)
        if text is not None:
            self._add(text, path, (*chain, identity))

    def _read(self, file: str, included_at: Span | None = None) -> str | None:
        edited = self._edits.get(os.path.abspath(file))
        if edited is not None:
            return clean(edited, file, self._problems)
        return read(file, file, self._problems, included_at)

    def _refuse(self, code: Code, summary: str, span: Span, advice: str) -> None:
        self._problems.error(code, summary, span, advice)


def _identity(path: str) -> str:
    """Return what is the same for two names of one file."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # a name that no file can have
        return os.path.abspath(path)
