"""The tones in which states and asides are written can be read in each of our themes."""

from __future__ import annotations

import pytest
from textual.color import Color

from woodwork_themes import contrast, load_themes, rgb
from woodwork_tui.colours import textual_theme, theme_variables
from woodwork_tui.widgets.tones import tones

TEXT, DRAWN = 4.5, 2.9


@pytest.mark.parametrize("theme", load_themes(), ids=lambda theme: theme.name)
def test_every_tone_of_text_can_be_read_on_every_ground(theme):
    styles = tones(textual_theme(theme))
    for ground in ("background", "surface", "panel"):
        for tone in ("ok", "warn", "bad", "accent", "title", "muted"):
            assert contrast(tuple(styles[tone].color.triplet), rgb(theme.colors[ground])) >= TEXT, (tone, ground)
    assert contrast(tuple(styles["faint"].color.triplet), rgb(theme.colors["background"])) >= DRAWN


@pytest.mark.parametrize("theme", load_themes(), ids=lambda theme: theme.name)
def test_the_chosen_line_can_be_read_with_and_without_the_focus(theme):
    styles = tones(textual_theme(theme))
    cursor, resting = styles["cursor"], styles["resting"]
    assert contrast(tuple(cursor.color.triplet), tuple(cursor.bgcolor.triplet)) >= TEXT
    assert contrast(rgb(theme.colors["foreground"]), tuple(resting.bgcolor.triplet)) >= TEXT


def test_a_theme_whose_file_has_changed_has_other_tones():
    theme = load_themes()[0]
    before = tones(textual_theme(theme))["cursor"]
    changed = textual_theme(theme)
    changed.primary = "#123456"
    assert tones(changed)["cursor"].bgcolor == Color.parse("#123456").rich_color != before.bgcolor


def test_our_themes_set_no_variable_that_changes_nothing():
    known = theme_variables()
    assert {name for theme in load_themes() for name in theme.variables} <= known
