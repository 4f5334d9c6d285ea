"""Themes: what comes with the program is complete and readable; a file that is neither is refused with a reason."""

from __future__ import annotations

import pytest

from woodwork_themes import ThemeFileError, load_themes, read_theme

TEXT_CONTRAST = 4.5
"""WCAG 2.2 AA for text."""

GOOD = """
dark = true
[colors]
primary = "#d19a66"
success = "#98c379"
warning = "#e5c07b"
error = "#e06c75"
foreground = "#dcdfe4"
background = "#16181d"
"""


def luminance(color):
    channels = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_there_is_a_dark_a_light_and_a_high_contrast_theme():
    themes = {theme.name: theme.dark for theme in load_themes()}
    assert themes == {"woodwork-contrast": True, "woodwork-dark": True, "woodwork-light": False}


@pytest.mark.parametrize("theme", load_themes(), ids=lambda theme: theme.name)
def test_every_colour_of_text_can_be_read_on_every_ground(theme):
    grounds = [theme.colors[key] for key in ("background", "surface", "panel")]
    for key in ("foreground", "primary", "accent", "success", "warning", "error"):
        for ground in grounds:
            assert contrast(theme.colors[key], ground) >= TEXT_CONTRAST, (key, ground)


def test_the_high_contrast_theme_has_seven_to_one():
    theme = next(theme for theme in load_themes() if theme.name == "woodwork-contrast")
    for key in ("foreground", "primary", "accent", "success", "warning", "error"):
        assert contrast(theme.colors[key], theme.colors["background"]) >= 7.0, key


def test_a_theme_is_read_as_data():
    theme = read_theme("mine", GOOD + '[variables]\nfooter-key-foreground = "#ffffff"\n')
    assert (theme.name, theme.dark, theme.colors["primary"]) == ("mine", True, "#d19a66")
    assert theme.variables == {"footer-key-foreground": "#ffffff"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dark = ", "theme mine: Invalid value"),
        (GOOD.replace("dark = true", ""), "theme mine: dark has to be true or false"),
        (GOOD.replace('primary = "#d19a66"\n', ""), "theme mine: no colour for primary"),
        (GOOD + 'purple = "#d19a66"\n', "theme mine: purple is none of primary"),
        (GOOD + 'accent = "red"\n', "theme mine: accent is not written as #rrggbb"),
        ("dark = true\ncolors = 1\n", "theme mine: colors and variables are tables"),
    ],
)
def test_a_theme_that_cannot_be_used_says_why(text, why):
    with pytest.raises(ThemeFileError) as caught:
        read_theme("mine", text)
    assert str(caught.value).startswith(why)
