"""What is wrong with the text in the editor, before it is saved."""

from __future__ import annotations

from collections.abc import Callable

from woodwork_engine.source import Diagnostic

Diagnose = Callable[[str, str], tuple[Diagnostic, ...]]
"""Text and the flow file's name in, diagnostics out."""


def diagnose(text: str, file: str) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of *text* as the content of the flow file *file*; its includes are read from disk.

    It blocks, and belongs in a thread.
    """
    # Here and not above: the first frame must not wait for the parser, which the engine loads beside it.
    from woodwork_engine.components import builtin_kinds
    from woodwork_engine.language import check

    return check(text, builtin_kinds(), file=file).diagnostics
