"""Hooks and pipes as a flow declares them: `"file.py::function"`, or a block with event, script and function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from woodwork_engine.language.codes import Code
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.python_files import PythonFiles
from woodwork_engine.language.syntax import Block, Entry, Scalar, Value
from woodwork_engine.language.values import block_of, items_of, text_of
from woodwork_engine.plan import Script
from woodwork_engine.source import Span

Use = Literal["hook", "pipe"]
USES: dict[str, Use] = {"hooks": "hook", "pipes": "pipe"}
"""The keys that declare scripts."""

_SCRIPT = ("script_path", "script")
_FUNCTION = ("function_name", "function")
_FORM = '{ event = "...", script = "file.py", function = "name" }'


@dataclass(frozen=True, slots=True)
class _Written:
    """One hook or pipe as it was written."""

    use: Use
    path: str
    function: str
    events: Sequence[str | None]
    span: Span
    function_span: Span


class HookReader:
    """Reads `hooks` and `pipes` entries; a script that is not there is reported without running anything."""

    def __init__(self, problems: Problems, files: PythonFiles) -> None:
        self._problems = problems
        self._files = files

    def read(self, entry: Entry, component: str | None) -> tuple[Script, ...]:
        """Return the scripts that *entry* declares; with *component* errors keep only that from starting."""
        use = USES[entry.key]
        return tuple(
            script
            for item in items_of(entry.value)
            if not _is_null(item)
            for script in self._item(use, item, component)
        )

    def _item(self, use: Use, item: Value, component: str | None) -> Iterator[Script]:
        block = block_of(item)
        if block is not None:
            yield from self._block(use, block, component)
            return
        path, _, function = (text_of(item) or "").partition("::")
        if path and function:
            yield from self._scripts(_Written(use, path, function, (None,), item.span, item.span), component)
            return
        self._problems.error(
            Code.BAD_SCRIPT, f"a {use} is a file and a function in it", item.span,
            f'write "file.py::function" or {_FORM}', component=component,
        )  # fmt: skip

    def _block(self, use: Use, block: Block, component: str | None) -> Iterator[Script]:
        script, function = _first(block, _SCRIPT), _first(block, _FUNCTION)
        event = block.get("event")
        events = [text_of(item) for item in items_of(event.value)] if event is not None else [None]
        path, name = text_of(script) if script else None, text_of(function) if function else None
        if path is not None and function is None:
            path, _, name = path.partition("::")
        if not script or not path or not name or (event is not None and not (events and all(events))):
            self._problems.error(
                Code.BAD_SCRIPT, f"a {use} needs a script and a function, and its event is text", block.span,
                f"write {_FORM}", component=component,
            )  # fmt: skip
            return
        yield from self._scripts(_Written(use, path, name, events, block.span, (function or script).span), component)

    def _scripts(self, written: _Written, component: str | None) -> Iterator[Script]:
        use, path, function = written.use, written.path, written.function
        if use == "pipe" and None in written.events:
            self._problems.error(
                Code.PIPE_WITHOUT_EVENT, "a pipe needs an event", written.span,
                f'write {{ event = "input.received", script = "{path}", function = "{function}" }}',
                component=component,
            )  # fmt: skip
            return
        lack = self._files.lack(path, (function,))
        if lack is not None:
            self._problems.error(lack.code, lack.summary, written.function_span, lack.help, component=component)
        for event in written.events:
            yield Script(use, self._files.path(path), function, event, written.span)


def _is_null(item: Value) -> bool:
    return isinstance(item, Scalar) and item.kind == "NULL"


def _first(block: Block, keys: tuple[str, ...]) -> Value | None:
    return next((entry.value for key in keys if (entry := block.get(key)) is not None), None)
