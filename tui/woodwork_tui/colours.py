"""Themes that the app can take: ours, made from their files, and Textual's."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

from woodwork_themes import ColorTheme, load_themes

DEFAULT_THEME = "woodwork-dark"


def own_themes() -> tuple[Theme, ...]:
    """Return the themes that come with the program."""
    return tuple(_theme(each) for each in load_themes())


def theme_names() -> tuple[str, ...]:
    """Return the names that a theme can have: ours first."""
    return (*(each.name for each in load_themes()), *sorted(BUILTIN_THEMES))


def _theme(data: ColorTheme) -> Theme:
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
