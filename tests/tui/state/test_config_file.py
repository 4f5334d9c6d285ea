"""`config.toml`: what it may say, and that each thing that is wrong is told with its place and never more is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodwork_tui.state import config_file
from woodwork_tui.state.config_file import read_config
from woodwork_tui.state.preferences import Preferences

THEMES = ("woodwork-dark", "nord")


def told(text):
    return [str(each) for each in read_config(text, "config.toml", THEMES).diagnostics]


def test_an_empty_file_wants_nothing():
    assert read_config("", "config.toml", THEMES).preferences == Preferences()


def test_the_example_in_the_description_can_be_read_as_it_stands():
    example = "\n".join(line[4:] for line in config_file.__doc__.splitlines() if line.startswith("    "))
    found = read_config(example, "config.toml", ("woodwork-fjord",))
    assert found.diagnostics == ()
    assert found.preferences == Preferences(
        "woodwork-fjord", False, "reduced", "ago", 100_000, {"list.follow": "alt+f", "item.tap": "t,alt+t"}
    )


def test_names_of_actions_may_be_quoted():
    assert read_config('[keys]\n"item.tap" = "alt+t"', "config.toml", THEMES).preferences.keys == {"item.tap": "alt+t"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('theme = "nrod"', "config.toml:1:1 no theme 'nrod'; did you mean 'nord'?"),
        ("ascii = 1", "config.toml:1:1 ascii is true or false, not 1"),
        ('\nmotion = "none"', "config.toml:2:1 motion is full or reduced, not 'none'"),
        ('time = ["ago"]', "config.toml:1:1 time is clock, since or ago, not ['ago']"),
        ("ring = 5", "config.toml:1:1 ring is a number of deliveries from 1,000 to 1,000,000, not 5"),
        ("ring = true", "config.toml:1:1 ring is a number of deliveries from 1,000 to 1,000,000, not True"),
        ('thme = "nord"', "config.toml:1:1 no setting 'thme'; did you mean 'theme'?"),
        ("keys = 3", "config.toml:1:1 keys is no table; write [keys], and below it action = key"),
        ('[keys]\n# x\nlist.folow = "x"', "config.toml:3:1 no action 'list.folow'; did you mean 'list.follow'?"),
        ("[keys]\nitem.tap = 3", 'config.toml:2:1 \'item.tap\' is no key; write "alt+f", or ["t", "alt+t"]'),
        ('[keys.item]\ntap = "hyper+x"', "config.toml:2:1 terminals do not send 'hyper+x'"),
        ("theme = ", "config.toml:1:9 this is no TOML: Invalid value; nothing of the file counts"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_to_do(text, says):
    (only,) = told(text)
    assert only.startswith(says)


def test_one_mistake_costs_nothing_else():
    text = 'theme = "nord"\nring = 5\n[keys]\nitem.tap = "alt+t"\nlist.mark = "j"\n'
    found = read_config(text, "config.toml", THEMES)
    assert found.preferences == Preferences("nord", keys={"item.tap": "alt+t"})
    assert [each.span.line for each in found.diagnostics] == [2, 5]


@given(st.text(max_size=80) | st.text(alphabet='[]{}="\\\n.,0ab keys', max_size=60))
def test_no_text_whatever_fails(text):
    read_config(text, "config.toml", THEMES)


def test_the_example_in_the_readme_has_no_problems():
    readme = Path(__file__).parents[3] / "README.md"
    example = readme.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    found = read_config(example, "config.toml", ("woodwork-fjord",))
    assert found.diagnostics == ()
    assert found.preferences.keys == {"list.follow": "alt+f"}
