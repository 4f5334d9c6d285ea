"""Hooks and pipes as a flow declares them: `"file.py::function"`, or a block with event, script and function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
        text = text_of(item)
        path, _, function = (text or "").partition("::")
        if not path or not function:
            self._problems.error(
                Code.BAD_SCRIPT, f"a {use} is a file and a function in it", item.span,
                f'write "file.py::function" or {_FORM}', component=component,
            )  # fmt: skip
            return
        yield from self._scripts(use, path, function, (None,), item.span, component)

    def _block(self, use: Use, block: Block, component: str | None) -> Iterator[Script]:
        path, function = _first_text(block, _SCRIPT), _first_text(block, _FUNCTION)
        event = block.get("event")
        events = [text_of(item) for item in items_of(event.value)] if event is not None else [None]
        if path is not None and function is None and "::" in path:
            path, _, function = path.partition("::")
        if not path or not function or (event is not None and not all(events)):
            self._problems.error(
                Code.BAD_SCRIPT, f"a {use} needs a script and a function, and events are text", block.span,
                f"write {_FORM}", component=component,
            )  # fmt: skip
            return
        yield from self._scripts(use, path, function, events, block.span, component)

    def _scripts(
        self,
        use: Use,
        path: str,
        function: str,
        events: Sequence[str | None],
        span: Span,
        component: str | None,
    ) -> Iterator[Script]:
        if use == "pipe" and None in events:
            self._problems.error(
                Code.PIPE_WITHOUT_EVENT, "a pipe needs an event", span,
                f'write {{ event = "input.received", script = "{path}", function = "{function}" }}',
                component=component,
            )  # fmt: skip
            return
        lack = self._files.lack(path, (function,))
        if lack is not None:
            self._problems.error(lack.code, f"{use}: {lack.summary}", span, lack.help, component=component)
        for event in events:
            yield Script(use, self._files.path(path), function, event, span)


def _is_null(item: Value) -> bool:
    return isinstance(item, Scalar) and item.kind == "NULL"


def _first_text(block: Block, keys: tuple[str, ...]) -> str | None:
    entry = next((entry for key in keys if (entry := block.get(key)) is not None), None)
    return None if entry is None else text_of(entry.value)
