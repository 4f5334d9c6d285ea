"""What the text in the editor would be as a flow, before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from woodwork_engine.plan import FlowPlan
from woodwork_engine.source import Diagnostic
from woodwork_tui.state.late import LOADING

if TYPE_CHECKING:
    from woodwork_engine.kinds import KindRegistry


@dataclass(frozen=True, slots=True)
class Draft:
    """What a check of edited text found: the flow it would be, None where an error blocks it, and what is wrong."""

    plan: FlowPlan | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


Examine = Callable[[Mapping[str, str], str], Draft]
"""Edited texts by absolute path and the flow file's name in, what they would be out."""


@cache
def known_kinds() -> KindRegistry:
    """Return the kinds a flow can be made of."""
    with LOADING:  # here and not above: the first frame must not wait for what the engine loads beside it
        from woodwork_engine.components import builtin_kinds

    return builtin_kinds()


def examine(edits: Mapping[str, str], file: str) -> Draft:
    """Return what the flow *file* would be with *edits*, texts by absolute path, in place of what is on the disk.

    It blocks, and belongs in a thread.
    """
    with LOADING:  # for the reason given above
        from woodwork_engine.language import check_file

    checked = check_file(file, known_kinds(), edits=edits)
    return Draft(checked.plan, checked.diagnostics)
