"""The `.ww` language: text to diagnostics, syntax tree and FlowPlan."""

from woodwork_engine.language.checked import Checked
from woodwork_engine.language.checker import check, check_file
from woodwork_engine.language.environment import read_environment, resolve_settings
from woodwork_engine.language.formatting import Formatted, format_text
from woodwork_engine.language.rendering import render_text

__all__ = [
    "Checked", "Formatted", "check", "check_file", "format_text", "read_environment", "render_text", "resolve_settings",
]  # fmt: skip
