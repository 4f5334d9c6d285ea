"""Colour themes of the terminal, each a TOML file here, and what reads them."""

from woodwork_themes.contrast import contrast, rgb
from woodwork_themes.loader import (
    FOLDER,
    ColorTheme,
    ThemeFileError,
    load_themes,
    read_theme,
    read_theme_file,
    theme_files,
)

__all__ = [
    "FOLDER", "ColorTheme", "ThemeFileError", "contrast", "load_themes", "read_theme", "read_theme_file", "rgb",
    "theme_files",
]  # fmt: skip
