"""Themes: what comes with the program is complete and readable; a file that is neither is refused with a reason."""

from __future__ import annotations

import pytest

from woodwork_themes import ThemeFileError, contrast, load_themes, loader, read_theme, read_theme_file, rgb, theme_files

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


def test_contrast_is_what_wcag_says_it_is():
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21.0)
    assert contrast(rgb("#ffffff"), rgb("#777777")) == pytest.approx(4.478, abs=0.001)
    assert contrast(rgb("#d19a66"), rgb("#d19a66")) == 1.0


def test_there_are_six_themes_dark_light_high_contrast_and_without_colour_among_them():
    themes = {theme.name: theme.dark for theme in load_themes()}
    assert themes == {
        "woodwork-contrast": True,
        "woodwork-dark": True,
        "woodwork-dune": False,
        "woodwork-fjord": True,
        "woodwork-graphite": True,
        "woodwork-light": False,
    }


@pytest.mark.parametrize("theme", load_themes(), ids=lambda theme: theme.name)
def test_every_colour_of_text_can_be_read_on_every_ground(theme):
    grounds = [theme.colors[key] for key in ("background", "surface", "panel")]
    for key in ("foreground", "primary", "secondary", "accent", "success", "warning", "error"):
        for ground in grounds:
            assert contrast(rgb(theme.colors[key]), rgb(ground)) >= TEXT_CONTRAST, (key, ground)


def test_the_high_contrast_theme_has_seven_to_one():
    theme = next(theme for theme in load_themes() if theme.name == "woodwork-contrast")
    for key in ("foreground", "primary", "accent", "success", "warning", "error"):
        assert contrast(rgb(theme.colors[key]), rgb(theme.colors["background"])) >= 7.0, key


def test_the_theme_without_colour_has_none():
    theme = next(theme for theme in load_themes() if theme.name == "woodwork-graphite")
    assert all(len(set(rgb(color))) == 1 for color in theme.colors.values())


def test_a_theme_is_read_as_data():
    theme = read_theme("mine", GOOD + '[variables]\nfooter-key-foreground = "#ffffff"\n')
    assert (theme.name, theme.dark, theme.colors["primary"]) == ("mine", True, "#d19a66")
    assert theme.variables == {"footer-key-foreground": "#ffffff"}


def test_the_example_in_the_description_can_be_read_as_it_stands():
    example = "\n".join(line[4:] for line in loader.__doc__.splitlines() if line.startswith("    "))
    theme = read_theme("harbour", example)
    assert theme.colors["primary"] == "#8fbcd4"
    assert theme.variables["block-cursor-text-style"] == "bold"


def test_the_themes_of_a_folder_are_its_toml_files_by_name(tmp_path):
    for name in ("b.toml", "a.toml", ".hidden.toml", "notes.txt"):
        (tmp_path / name).write_text(GOOD)
    assert [read_theme_file(path).name for path in theme_files(tmp_path)] == ["a", "b"]
    assert theme_files(tmp_path / "missing") == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dark = ", "theme mine: Invalid value"),
        (GOOD.replace("dark = true", ""), "theme mine: dark has to be true or false"),
        (GOOD.replace('primary = "#d19a66"\n', ""), "theme mine: no colour for primary"),
        (GOOD + 'purple = "#d19a66"\n', "theme mine: purple is none of primary"),
        (GOOD + 'acent = "#d19a66"\n', "theme mine: acent is none of primary, secondary, accent"),
        (GOOD + 'accent = "red"\n', "theme mine: accent is not written as #rrggbb"),
        ("dark = true\ncolors = 1\n", "theme mine: colors and variables are tables"),
        ("name = 1\n" + GOOD, "theme mine: name is none of dark, [colors], [variables]"),
        (GOOD + '[variables]\ntext-muted = "} * {"\n', 'theme mine: text-muted is not a colour: "#rrggbb"'),
        (GOOD + '[variables]\nlink-style = "huge"\n', "theme mine: link-style is not a text style such as bold"),
        (GOOD + '[variables]\n"a; b" = "bold"\n', "theme mine: 'a; b' is no name of a variable"),
    ],
)
def test_a_theme_that_cannot_be_used_says_why(text, why):
    with pytest.raises(ThemeFileError) as caught:
        read_theme("mine", text)
    assert str(caught.value).startswith(why)


def test_a_file_that_cannot_be_read_is_named_with_its_reason(tmp_path):
    (tmp_path / "odd.toml").write_bytes(b"\xff")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "Loud Name.toml").write_text(GOOD)
    for name, why in (("odd", "it is not UTF-8 text"), ("folder", "Is a directory"), ("Loud Name", "small letters")):
        with pytest.raises(ThemeFileError, match=why) as caught:
            read_theme_file(tmp_path / f"{name}.toml")
        assert name in str(caught.value)
