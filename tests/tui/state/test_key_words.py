"""Hints and sentences name the keys that a person has, not the ones they have no longer."""

from __future__ import annotations

import pytest

from woodwork_tui.state.key_words import rekeyed

OWN = {"item.source": "f7", "list.follow": "alt+f", "app.inject": "f6,i", "item.view": "f8", "tab.health": "f9"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("d describe  e source", "d describe  F7 source"),
        ("e edit there  n next", "e edit there  n next"),
        ("v tree  z zoom (normal)  f full", "F8 tree  z zoom (normal)  f full"),
        ("Messages · view paused, 86 new (F to follow)", "Messages · view paused, 86 new (alt+f to follow)"),
        ("No messages since start. i to inject.", "No messages since start. F6 to inject."),
        ("8 Health", "F9 Health"),
        ("enter chooses  esc cancels", "enter chooses  esc cancels"),
        ("s-e to source, e", "s-e to source, e"),
        ("", ""),
    ],
)
def test_a_key_is_named_as_it_is_bound_where_the_words_say_what_it_does(text, shown):
    assert rekeyed(text, OWN) == shown


def test_without_keys_of_ones_own_every_text_stays():
    assert rekeyed("d describe  e source", {}) == "d describe  e source"
