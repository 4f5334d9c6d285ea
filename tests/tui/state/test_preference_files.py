"""The files of a person's settings: read again when they change, and a broken one costs only itself."""

from __future__ import annotations

import os

import pytest

from woodwork_tui.state.preference_files import PreferenceFiles

THEME = """
dark = true
[colors]
primary = "#d19a66"
success = "#98c379"
warning = "#e5c07b"
error = "#e06c75"
foreground = "#dcdfe4"
background = "#16181d"
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "themes").mkdir()
    return PreferenceFiles(tmp_path, lambda themes: [theme.name for theme in themes])


def put(files, name, text):
    """Write a file so that it is seen to be another one."""
    path = files.folder / name
    path.write_text(text)
    files.moment = getattr(files, "moment", 1_000) + 1
    os.utime(path, (files.moment, files.moment))


def test_without_any_file_our_themes_are_there_and_nothing_is_wrong(files):
    assert files.look()
    assert "woodwork-dark" in [theme.name for theme in files.themes]
    assert (files.problems, files.config.preferences.theme) == ((), None)


def test_files_are_read_again_only_when_one_changes(files):
    put(files, "config.toml", "ring = 2000")
    assert [files.look(), files.look()] == [True, False]
    put(files, "config.toml", "ring = 3000")
    assert files.look()
    assert files.config.preferences.ring == 3000


def test_a_theme_of_ones_own_can_be_chosen_by_its_files_name(files):
    put(files, "config.toml", 'theme = "mine"')
    put(files, "themes/mine.toml", THEME)
    files.look()
    assert files.config.preferences.theme == "mine"
    assert files.problems == ()


def test_a_theme_that_is_broken_while_it_is_edited_keeps_what_it_said_before(files):
    put(files, "themes/mine.toml", THEME)
    files.look()
    put(files, "themes/mine.toml", THEME + 'accent = "red"')
    files.look()
    mine = next(theme for theme in files.themes if theme.name == "mine")
    assert "accent" not in mine.colors
    assert str(files.problems[0]).endswith("mine.toml:1:1 accent is not written as #rrggbb")


def test_what_cannot_be_read_is_told_with_its_file(files):
    (files.folder / "config.toml").mkdir()
    files.look()
    assert str(files.problems[0]) == f"{files.folder}/config.toml:1:1 is a directory"


def test_settings_that_are_not_utf_8_are_told(files):
    (files.folder / "config.toml").write_bytes(b"\xff")
    files.look()
    assert "it is not UTF-8 text" in str(files.problems[0])


def test_a_variable_that_changes_nothing_is_told_and_the_theme_is_used(files):
    files = PreferenceFiles(files.folder, lambda themes: (), variables=lambda: {"footer-key-foreground"})
    put(files, "themes/mine.toml", THEME + '[variables]\nfooter-key-foregruond = "#ffffff"\n')
    files.look()
    assert "mine" in [theme.name for theme in files.themes]
    assert str(files.problems[0]).endswith("no variable 'footer-key-foregruond'; did you mean 'footer-key-foreground'?")
