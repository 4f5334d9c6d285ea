"""What the editor offers to go on with: the language's completion, told the names that are not in the text."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from woodwork_engine.plan import FlowPlan
from woodwork_tui.state.draft import known_kinds
from woodwork_tui.state.flow_paths import FlowPaths
from woodwork_tui.state.late import LOADING

if TYPE_CHECKING:
    from woodwork_engine.language.completion import Completion

Completer = Callable[[str, int], "Completion"]
"""A text and an offset in it in, what can be written there out."""


def completer(plan: FlowPlan | None, paths: FlowPaths, shown: str) -> Completer:
    """Return what completes the text of the file *shown*, an absolute path, of the flow that runs as *plan*."""
    others = {node.name: node.kind for node in plan.nodes if paths.path(node.span.file) != shown} if plan else {}
    folder = Path(paths.main_path).parent

    def complete(text: str, position: int) -> Completion:
        with LOADING:  # not before the first frame
            from woodwork_engine.language.completion import complete as find

        return find(text, position, known_kinds(), names=others, variables=_variables(folder))

    return complete


def _variables(folder: Path) -> Iterator[str]:
    """Yield the names of variables, never their values; what is in `.env` is read only when they are wanted."""
    with LOADING:
        from woodwork_engine.language import read_environment

    yield from {*os.environ, *read_environment(folder)}
