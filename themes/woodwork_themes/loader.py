"""Reads themes from TOML: a name, dark or light, colours, and further variables of the screen's style sheet."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from types import MappingProxyType

COLORS = (
    "primary", "secondary", "accent", "success", "warning", "error", "foreground", "background", "surface", "panel",
    "boost",
)  # fmt: skip
REQUIRED = ("primary", "success", "warning", "error", "foreground", "background")

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


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
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ThemeFileError(f"theme {name}: {error}") from None
    colors, variables = data.get("colors", {}), data.get("variables", {})
    if not isinstance(data.get("dark"), bool):
        raise ThemeFileError(f"theme {name}: dark has to be true or false")
    if not isinstance(colors, dict) or not isinstance(variables, dict):
        raise ThemeFileError(f"theme {name}: colors and variables are tables")
    if missing := [key for key in REQUIRED if key not in colors]:
        raise ThemeFileError(f"theme {name}: no colour for {', '.join(missing)}")
    for key, color in colors.items():
        if key not in COLORS:
            raise ThemeFileError(f"theme {name}: {key} is none of {', '.join(COLORS)}")
        if not isinstance(color, str) or not _COLOR.fullmatch(color):
            raise ThemeFileError(f"theme {name}: {key} is not written as #rrggbb")
    plain = {str(key): str(value) for key, value in variables.items()}
    return ColorTheme(name, data["dark"], MappingProxyType(colors), MappingProxyType(plain))


def load_themes() -> tuple[ColorTheme, ...]:
    """Return the themes that come with the program, by name; the file's name is the theme's."""
    found = [each for each in files("woodwork_themes").iterdir() if each.name.endswith(".toml")]
    return tuple(
        read_theme(each.name.removesuffix(".toml"), each.read_text(encoding="utf-8"))
        for each in sorted(found, key=lambda each: each.name)
    )
