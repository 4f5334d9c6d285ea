"""`woodwork-tui info`: versions, paths and the terminal, for a report of a fault (interfaces: Command line)."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from woodwork_tui.cli.requests import Info
from woodwork_tui.places import config_folder, state_folder
from woodwork_tui.state.config_file import NAME
from woodwork_tui.state.surroundings import PROGRAM, terminal, variables, versions
from woodwork_tui.text import one_line

_MAIN = "main.ww"
Group = Mapping[str, object]


def info(request: Info) -> int:
    """Print what there is to know; always 0."""
    groups: Mapping[str, Group] = {
        "versions": versions(),
        "paths": _paths(),
        "terminal": terminal(),
        "environment": variables(),
    }
    print(json.dumps(groups, indent=2) if request.json else _table(groups))
    return 0


def _paths() -> Group:
    """Return where things are; a file or folder that is not there is None where that is no fault."""
    settings, remembered, flow = config_folder() / NAME, state_folder(), Path(_MAIN).absolute()
    return {
        "program": str(PROGRAM),
        "interpreter": sys.executable,
        "folder": str(Path.cwd()),
        "flow": str(flow) if flow.is_file() else None,
        "settings": str(settings),
        "settings_there": settings.is_file(),
        "themes": str(config_folder() / "themes"),
        "remembered": str(remembered),
    }


def _table(groups: Mapping[str, Group]) -> str:
    wide = max(len(name) for group in groups.values() for name in group)
    told: list[str] = []
    for title, group in groups.items():
        told += ["", title] if told else [title]
        told += [f"  {name.replace('_', ' '):<{wide}}  {_said(value)}" for name, value in group.items()]
        if not group:
            told.append("  nothing is set")
    return "\n".join(told)


def _said(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "none" if value is None else "yes" if value else "no"
    return one_line(str(value))
