"""The files in which a person says how they want the terminal: `config.toml`, and themes beside it and ours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from pathlib import Path

from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_themes import FOLDER, ColorTheme, ThemeFileError, read_theme_file, theme_files
from woodwork_tui.state.config_file import NAME, Config, read_config

THEMES = "themes"
_MOST_READ = 1 << 20

Names = Callable[[Iterable[ColorTheme]], Iterable[str]]
"""Returns every name that a theme can have where these are read from files."""

Variables = Callable[[], Collection[str]]
"""Returns the names of the variables that a theme can set."""

_Print = tuple[tuple[str, int, int], ...]


class PreferenceFiles:
    """What stands in *folder*, the settings in its file *name*; `look` reads again what has changed.

    A theme in its folder `themes` goes before one of ours.

    A theme file that cannot be used keeps what it said before.
    """

    def __init__(self, folder: Path, names: Names, name: str = NAME, variables: Variables | None = None) -> None:
        self.folder = folder
        self.text = ""
        """What the file of settings says."""
        self.config = Config()
        self.themes: tuple[ColorTheme, ...] = ()
        self.problems: tuple[Diagnostic, ...] = ()
        """What is wrong with the files, each with its place."""
        self.file = folder / name
        """The file of settings; it may not be there."""
        self._names = names
        self._variables = variables
        self._print: _Print | None = None

    def look(self) -> bool:
        """Read what has changed since the last look; return whether anything has."""
        print_ = self._fingerprint()
        if print_ == self._print:
            return False
        self._print = print_
        self.themes, broken = self._read_themes()
        self.config = self._read_config()
        self.problems = (*self.config.diagnostics, *broken)
        return True

    def _fingerprint(self) -> _Print:
        found = []
        for path in (self.file, *theme_files(FOLDER), *theme_files(self.folder / THEMES)):
            try:
                seen = path.stat()
            except OSError:
                continue
            found.append((str(path), seen.st_mtime_ns, seen.st_size))
        return tuple(found)

    def _read_themes(self) -> tuple[tuple[ColorTheme, ...], list[Diagnostic]]:
        before = {theme.name: theme for theme in self.themes}
        found: dict[str, ColorTheme] = {}
        broken = []
        for path in (*theme_files(FOLDER), *theme_files(self.folder / THEMES)):
            theme: ColorTheme | None
            try:
                theme = read_theme_file(path)
            except ThemeFileError as error:
                broken.append(_problem(path, str(error).removeprefix(f"theme {path.stem}: ")))
                theme = before.get(path.stem)
            if theme is not None:
                broken += self._without_effect(path, theme)
                found[theme.name] = theme if theme != before.get(theme.name) else before[theme.name]
        return tuple(found.values()), broken

    def _without_effect(self, path: Path, theme: ColorTheme) -> Iterable[Diagnostic]:
        """Yield what is set in *theme*, one of the person's own, and changes nothing."""
        if path.parent == FOLDER or not theme.variables or self._variables is None:
            return
        known = self._variables()
        for name in theme.variables:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else "; Textual's documentation of themes lists them"
                yield _problem(path, f"no variable {name!r}{hint}")

    def _read_config(self) -> Config:
        path, self.text = self.file, ""
        try:
            with path.open(encoding="utf-8") as stream:
                self.text = stream.read(_MOST_READ)
        except FileNotFoundError:
            return Config()
        except UnicodeDecodeError:
            return Config(diagnostics=(_problem(path, "it is not UTF-8 text"),))
        except OSError as error:
            return Config(diagnostics=(_problem(path, (error.strerror or str(error)).lower()),))
        return read_config(self.text, str(path), self._names(self.themes))


def _problem(path: Path, says: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, "CF105", says, Span.point(str(path)))
