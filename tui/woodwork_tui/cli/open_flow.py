"""`woodwork-tui [FILE]`: the app where there is a terminal for it, else a run without a screen."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

from woodwork_tui.cli.requests import Open, Run
from woodwork_tui.cli.served import end_with, server

_MAIN = "main.ww"
_USAGE = 2
_SWITCH = 0.0005
"""Seconds: with the default of 5 ms a busy engine thread leaves the screen 2 or 3 frames a second."""
_PATIENCE = 2.0


def open_flow(request: Open) -> int:
    """Show the flow that *request* names and return the exit status (interfaces: Command line)."""
    why = _no_screen()
    if why is not None:
        return _without_screen(request, why)
    from woodwork_tui.app import WoodworkApp  # with Textual: only when a screen is wanted
    from woodwork_tui.bridge import keeping, state_of
    from woodwork_tui.colours import DEFAULT_THEME, theme_names, theme_variables
    from woodwork_tui.places import config_folder, state_folder
    from woodwork_tui.state.memory import MemoryFile
    from woodwork_tui.state.preference_files import PreferenceFiles

    files = PreferenceFiles(config_folder(), theme_names, variables=theme_variables)
    files.look()
    wanted = files.config.preferences
    names = theme_names(files.themes)
    asked = request.theme or os.environ.get("TEXTUAL_THEME")
    kept = MemoryFile(state_of(request.file or _MAIN, request.state)).read().theme
    theme = asked or (kept if kept in names else None) or wanted.theme or DEFAULT_THEME
    if theme not in names:
        close = get_close_matches(theme, names, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
        _say(f"no theme {theme!r}; {hint}")
        return _USAGE
    sys.setswitchinterval(_SWITCH)
    if (serving := server()) is not None:
        end_with(serving)
    app = WoodworkApp(
        request.file,
        opener=keeping(request.state),
        ascii_only=request.ascii or wanted.ascii,
        theme=theme,
        preferences=files,
        fixed_theme=bool(asked),
        state=lambda file: state_of(file, request.state),
        remembered=state_folder(),
    )
    try:
        ending = app.run()
    finally:
        app.abandon(_PATIENCE)
    if ending is None:
        return app.return_code or 0
    for sentence in ending.told:
        _say(sentence)
    return ending.status


def _no_screen() -> str | None:
    """Return why the app cannot be shown here; takes keys from the controlling terminal if need be."""
    if server() is not None:
        return None
    if not _is_terminal(sys.stdout) or not _is_terminal(sys.stderr):
        return "standard output and standard error are not both a terminal"
    if os.environ.get("TERM") in ("dumb", "unknown"):
        return f"the terminal is {os.environ['TERM']!r}"
    return None if _is_terminal(sys.stdin) or _take_keys_from_terminal() else "there is no terminal to take keys from"


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _take_keys_from_terminal() -> bool:
    """Put the controlling terminal in the place of standard input, which is a pipe, a file or closed."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return False
    if terminal != 0:
        os.dup2(terminal, 0)
        os.close(terminal)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  lives as long as the process
    setattr(sys, "__stdin__", sys.stdin)  # noqa: B010  where Textual looks; None if it was closed, and typed as final
    return True


def _without_screen(request: Open, why: str) -> int:
    if sys.stdout is None or sys.stderr is None:
        return _USAGE
    file = request.file or _MAIN
    if request.file is None and not Path(_MAIN).exists():
        _say(f"{why}, so there is no screen, and no flow file was given nor is there a {_MAIN} here")
        return _USAGE
    _say(f"{why}, so the flow runs without a screen; event records go to standard output")
    from woodwork_tui.cli.run import run

    return run(Run(file, state=request.state))


def _say(sentence: str) -> None:
    with suppress(OSError):  # the terminal may have gone
        print(f"woodwork-tui: {sentence}", file=sys.stderr, flush=True)
