"""Colour themes of the terminal, each a TOML file here, and what reads them."""

from woodwork_themes.loader import ColorTheme, ThemeFileError, load_themes, read_theme

__all__ = ["ColorTheme", "ThemeFileError", "load_themes", "read_theme"]
