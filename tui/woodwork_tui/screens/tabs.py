"""Which class shows which tab; a tab is imported when it is first shown, which keeps the first frame fast."""

from __future__ import annotations

from importlib import import_module

from woodwork_tui.screens.tab import Tab


def make_tab(name: str) -> Tab:
    """Return a new tab called *name* (`flow`, `messages`, ...)."""
    module = import_module(f"woodwork_tui.screens.{name}")
    made = getattr(module, f"{name.capitalize()}Tab")()
    if not isinstance(made, Tab):
        raise TypeError(f"screens/{name}.py has no tab")
    return made
