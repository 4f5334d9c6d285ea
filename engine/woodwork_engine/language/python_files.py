"""What a person's Python file offers, found by reading it; it is never imported here."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from woodwork_engine.language.codes import Code
from woodwork_engine.language.suggestions import Suggestions, did_you_mean

_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a function cannot be had from a file."""

    code: Code
    summary: str
    help: str


@dataclass(frozen=True, slots=True)
class _Contents:
    """The names a file binds at its top level; *open* when there may be more than can be seen."""

    names: frozenset[str] = frozenset()
    open: bool = False
    problem: str | None = None


class PythonFiles:
    """Looks into Python files, each of them once."""

    def __init__(self, folder: str, suggestions: Suggestions) -> None:
        self._folder = os.path.abspath(folder)
        self._suggestions = suggestions
        self._read: dict[str, _Contents] = {}

    def path(self, written: str) -> str:
        """Return the absolute path of a file as the flow writes it."""
        return os.path.normpath(os.path.join(self._folder, written))

    def lack(self, written: str, names: Iterable[str] = ()) -> Lack | None:
        """Return what keeps *names* from being taken from the file, or None."""
        path = self.path(written)
        if "\0" in path or not os.path.isfile(path):
            return Lack(
                Code.MISSING_SCRIPT,
                f"{written} is not there",
                "create it, or mend the path; paths begin at the flow's folder",
            )
        contents = self._read.get(path) or self._read.setdefault(path, _contents(path))
        if contents.problem is not None:
            return Lack(Code.BAD_SCRIPT, f"{written} {contents.problem}", "mend the file")
        for name in names:
            if not contents.open and name not in contents.names:
                close = self._suggestions.close_to(name, sorted(contents.names))
                return Lack(
                    Code.MISSING_FUNCTION, f"{written} has no {name!r}", did_you_mean(close) or "add it to the file"
                )
        return None


def _contents(path: str) -> _Contents:
    try:
        if os.path.getsize(path) > _LARGEST:
            return _Contents(open=True)
        with open(path, "rb") as stream:
            source = stream.read()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a person's escapes is no matter of the flow
            tree = ast.parse(source, path)
    except SyntaxError as error:
        return _Contents(problem=f"is no valid Python: line {error.lineno or 1}: {error.msg}")
    except OSError as error:
        return _Contents(problem=f"cannot be read: {error.strerror}")
    except (ValueError, RecursionError, MemoryError) as error:
        return _Contents(problem=f"is no valid Python: {error or type(error).__name__}")
    names = frozenset(_bound(tree.body))
    return _Contents(names - {"*"}, open="*" in names or "__getattr__" in names)


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements bind where they stand; `*` for what cannot be known."""
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                yield node.id
            elif node.id in ("globals", "exec", "setattr"):
                yield "*"
        elif not isinstance(node, ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))
