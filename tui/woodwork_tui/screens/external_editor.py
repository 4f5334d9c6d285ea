"""Hands the terminal to the person's own editor, and takes it back when that has ended."""

from __future__ import annotations

import os
import subprocess

from textual.app import App, SuspendNotSupported

from woodwork_tui.state.editor_command import editor_command

_NONE = "No editor was found; set EDITOR to the command of one, as in EDITOR=nano."


def open_in_editor(app: App[object], path: str, line: int) -> str:
    """Open *path* at *line* (from 1) with *app* suspended, and wait for the end; return what went wrong, or nothing.

    The app stands still meanwhile: whatever it painted would be painted over the editor. The flow runs on.
    """
    command = editor_command(path, line, os.environ)
    if command is None:
        return _NONE
    try:
        with app.suspend():
            status = subprocess.call(command)  # noqa: S603 - what the person has chosen as their editor
    except SuspendNotSupported:
        return "This terminal cannot be handed to an editor; open the file in another one, what is saved is taken."
    except OSError as error:
        return f"{command[0]} cannot be run: {error.strerror or error}."
    app.refresh(layout=True)
    return f"{command[0]} ended with status {status}." if status else ""
