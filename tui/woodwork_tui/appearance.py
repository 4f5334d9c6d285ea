"""How the app looks and which keys it takes: from `config.toml` and theme files, read again when they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from textual import constants
from textual.app import App

from woodwork_tui.colours import textual_theme, theme_names
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.state.leaving import Ending
from woodwork_tui.state.notices import remarks
from woodwork_tui.state.preference_files import PreferenceFiles
from woodwork_tui.state.preferences import Preferences, read_setting
from woodwork_tui.widgets.pane import Pane

EVERY = 1.0
"""Seconds between two looks at the files."""


class Appearance:
    """Brings the preferences in *files* to *app* and its *main* screen; None: there are no files.

    What a person sets while the app runs holds until they set it otherwise, or write it otherwise into a file.
    *resize* has that many deliveries kept; *fixed*: the command line has named the theme, whatever is remembered.
    """

    def __init__(
        self, app: App[Ending], main: MainScreen, files: PreferenceFiles | None, *, ascii_only: bool, fixed: bool
    ) -> None:
        self.ascii = ascii_only
        self.chosen: str | None = None
        """The theme that the person chose for this flow."""
        self.ring = Preferences().ring
        self.resize: Callable[[int], None] = lambda limit: None
        self._app = app
        self._main = main
        self._files = files
        self._fixed = fixed
        self._written = Preferences()
        self._looked = 0.0
        for theme in files.themes if files is not None else ():
            app.register_theme(textual_theme(theme))

    def begin(self) -> None:
        """Take over what the files say, but for colours and characters: the command line may have said otherwise."""
        if self._files is None:
            return
        self._written = self._files.config.preferences
        for name in ("motion", "time", "ring", "keys"):
            if getattr(self._written, name) != getattr(Preferences(), name):
                self._bring(name, getattr(self._written, name))
        self._tell()

    def follow(self, now: float) -> bool:
        """Look once a second whether a file has changed (*now* in s since the epoch), and do what it says then."""
        if self._files is None or 0 <= now - self._looked < EVERY:
            return False
        self._looked = now
        if not self._files.look():
            return False
        self._take_themes(self._files)
        before, self._written = self._written, self._files.config.preferences
        for field in fields(Preferences):
            wanted = getattr(self._written, field.name)
            if wanted != getattr(before, field.name) and wanted is not None:
                self._bring(field.name, wanted)
        self._tell()
        return True

    def _take_themes(self, files: PreferenceFiles) -> None:
        known = self._app.available_themes
        for data in files.themes:
            made = textual_theme(data)
            if known.get(data.name) != made:
                self._app.register_theme(made)
                if data.name == self._app.theme:
                    self._app.mutate_reactive(App.theme)
        self._main.themes = theme_names(files.themes)

    def _tell(self) -> None:
        problems = self._files.problems if self._files is not None else ()
        self._main.standing = remarks(problems, Path.home())

    @property
    def told(self) -> tuple[str, tuple[str, ...]]:
        """Where the person's settings are, and what is wrong with them."""
        if self._files is None:
            return "none", ()
        file = self._files.file
        there = "" if file.exists() else " (not there)"
        return f"{file}{there}", tuple(map(str, self._files.problems))

    def set(self, name: str, value: object) -> None:
        """Set the preference *name* to *value*, read as it is typed; raises SettingError."""
        read = read_setting(name, value, self._main.themes)
        if name == "theme":
            self.chosen = str(read)
        self._bring(name, read)

    def recall(self, theme: str | None) -> None:
        """Show *theme*, which the person chose for this flow before."""
        self.chosen = theme
        if theme in self._app.available_themes and not self._fixed:
            self._bring("theme", theme)

    def _bring(self, name: str, value: object) -> None:
        match name, value:
            case "theme", str():
                self._app.theme = value
            case "ascii", bool():
                self.ascii = value
                self._app.refresh_css(animate=False)
            case "motion", str():
                still = value == "reduced" or constants.TEXTUAL_ANIMATIONS == "none"
                self._app.animation_level = "none" if still else "full"
            case "time", str():
                self._main.tell_times(value)
            case "ring", int():
                self.ring = value
                self.resize(value)
            case "keys", _:
                self._app.set_keymap(dict(self._written.keys))
                for pane in self._main.query(Pane):
                    pane.tell_again()
