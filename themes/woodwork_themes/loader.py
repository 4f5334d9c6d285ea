"""Reads themes from TOML: dark or light, colours, and further variables of the screen's style sheet.

    # ~/.config/woodwork-tui/themes/harbour.toml is the theme `harbour`; saving it shows it.
    dark = true

    [colors]                        # primary, success, warning, error, foreground, background have to be there
    primary = "#8fbcd4"
    accent = "#7fd0c4"
    success = "#a8cf94"
    warning = "#edcf8e"
    error = "#e8959b"
    foreground = "#e3e9f2"
    background = "#232a36"

    [variables]                     # variables of Textual's themes: a colour, a colour and its share, or a text style
    footer-key-foreground = "#7fd0c4"
    input-selection-background = "#8fbcd4 35%"
    block-cursor-text-style = "bold"

A file that cannot be used is refused with the reason; one that is in use keeps its colours until it is mended.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

COLORS = (
    "primary", "secondary", "accent", "success", "warning", "error", "foreground", "background", "surface", "panel",
    "boost",
)  # fmt: skip
REQUIRED = ("primary", "success", "warning", "error", "foreground", "background")
FOLDER = Path(__file__).parent
"""Where the themes are that come with the program."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_VARIABLE_COLOR = re.compile(r"(?:#[0-9a-fA-F]{6}|auto)(?: (?:100|[1-9]?[0-9])%)?")
_STYLE = re.compile(r"(?:none|bold|dim|italic|reverse|strike|underline)(?: (?:bold|dim|italic|reverse|underline))*")


class ThemeFileError(ValueError):
    """A theme file that cannot be used; the text says which and why."""


@dataclass(frozen=True, slots=True)
class ColorTheme:
    """A theme as data; *colors* maps the names of COLORS to `#rrggbb`, *variables* are passed on as they are."""

    name: str
    dark: bool
    colors: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def read_theme(name: str, text: str) -> ColorTheme:
    """Return the theme *name* written as TOML *text*; raises ThemeFileError."""
    if not _NAME.fullmatch(name):
        raise ThemeFileError(f"theme {name!r}: a theme's file is named in small letters, digits and hyphens")
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ThemeFileError(f"theme {name}: {error}") from None
    if unknown := [key for key in data if key not in ("dark", "colors", "variables")]:
        raise ThemeFileError(f"theme {name}: {unknown[0]} is none of dark, [colors], [variables]")
    colors, variables = data.get("colors", {}), data.get("variables", {})
    if not isinstance(data.get("dark"), bool):
        raise ThemeFileError(f"theme {name}: dark has to be true or false")
    if not isinstance(colors, dict) or not isinstance(variables, dict):
        raise ThemeFileError(f"theme {name}: colors and variables are tables")
    _check_colors(name, colors)
    for key, value in variables.items():
        _check_variable(name, key, value)
    return ColorTheme(name, data["dark"], MappingProxyType(colors), MappingProxyType(variables))


def _check_colors(name: str, colors: Mapping[str, object]) -> None:
    if missing := [key for key in REQUIRED if key not in colors]:
        raise ThemeFileError(f"theme {name}: no colour for {', '.join(missing)}")
    for key, color in colors.items():
        if key not in COLORS:
            close = get_close_matches(key, COLORS, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise ThemeFileError(f"theme {name}: {key} is none of {', '.join(COLORS)}{hint}")
        if not isinstance(color, str) or not _COLOR.fullmatch(color):
            raise ThemeFileError(f"theme {name}: {key} is not written as #rrggbb")


def _check_variable(name: str, key: str, value: object) -> None:
    """Refuse what the style sheet could not be read with: it would take the screen with it."""
    if not _NAME.fullmatch(key):
        raise ThemeFileError(f"theme {name}: {key!r} is no name of a variable")
    style = key.endswith("-style")
    if not isinstance(value, str) or not (_STYLE if style else _VARIABLE_COLOR).fullmatch(value):
        form = "a text style such as bold" if style else 'a colour: "#rrggbb", "#rrggbb 35%" or "auto 87%"'
        raise ThemeFileError(f"theme {name}: {key} is not {form}")


def read_theme_file(path: Path) -> ColorTheme:
    """Return the theme in the file *path*, named as the file is; raises ThemeFileError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else (error.strerror or error)
        raise ThemeFileError(f"theme {path.stem}: {why}") from error
    return read_theme(path.stem, text)


def theme_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of themes in *folder*, by name; none where there is no folder."""
    return tuple(sorted(path for path in folder.glob("*.toml") if not path.name.startswith(".")))


def load_themes() -> tuple[ColorTheme, ...]:
    """Return the themes that come with the program, by name."""
    return tuple(read_theme_file(path) for path in theme_files(FOLDER))
