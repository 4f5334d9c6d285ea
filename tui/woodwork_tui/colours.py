"""Themes that the app can take: made from files of ours and the person's, and Textual's."""

from __future__ import annotations

from collections.abc import Iterable

from textual.theme import BUILTIN_THEMES, Theme

from woodwork_themes import ColorTheme, load_themes

DEFAULT_THEME = "woodwork-dark"


def own_themes() -> tuple[Theme, ...]:
    """Return the themes that come with the program."""
    return tuple(textual_theme(each) for each in load_themes())


def theme_names(themes: Iterable[ColorTheme] | None = None) -> tuple[str, ...]:
    """Return the names that a theme can have: those of *themes* (default: ours) first."""
    first = [each.name for each in (load_themes() if themes is None else themes)]
    return (*first, *(name for name in sorted(BUILTIN_THEMES) if name not in first))


def theme_variables() -> frozenset[str]:
    """Return the names of the variables that a theme can set."""
    return frozenset(BUILTIN_THEMES["textual-dark"].to_color_system().generate())


def textual_theme(data: ColorTheme) -> Theme:
    """Return *data* as Textual takes it."""
    colors = data.colors
    return Theme(
        data.name,
        primary=colors["primary"],
        secondary=colors.get("secondary"),
        warning=colors["warning"],
        error=colors["error"],
        success=colors["success"],
        accent=colors.get("accent"),
        foreground=colors["foreground"],
        background=colors["background"],
        surface=colors.get("surface"),
        panel=colors.get("panel"),
        boost=colors.get("boost"),
        dark=data.dark,
        variables=dict(data.variables),
    )
