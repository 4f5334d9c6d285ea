"""The text in the editor, laid out as `woodwork-tui fmt` does it."""

from __future__ import annotations

from woodwork_tui.state.late import LOADING


def formatted(text: str, file: str) -> str | None:
    """Return *text* of *file* laid out; None where syntax errors leave nothing to lay out."""
    with LOADING:  # not before the first frame
        from woodwork_engine.language.formatting import format_text

    return format_text(text, file).text
