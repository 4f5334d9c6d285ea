"""Fields of filters are completed from those that the tab can be asked for."""

from __future__ import annotations

import pytest

from woodwork_engine.filter import compile_filter
from woodwork_tui.actions import FILTERED_TABS
from woodwork_tui.state.filter_fields import FIELDS, completed


def test_every_tab_that_lists_something_has_fields():
    assert set(FIELDS) == set(FILTERED_TABS)
    assert all({"age", "state"} <= set(names) for names in FIELDS.values())


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("sta", ("state:",)),
        ("state:dead se", ("state:dead session:", "state:dead sess:")),
        ("!pay", ("!payload:",)),
        ("state:d", ()),
        ("payload.us", ()),
        ('"sta', ()),
        ("", ()),
        ("state:dead ", ()),
        ("zz", ()),
    ],
)
def test_a_word_that_begins_a_field_goes_on_as_that_field(text, ways):
    assert completed(text, FIELDS["messages"]) == ways


@pytest.mark.parametrize("tab", FILTERED_TABS)
def test_every_field_can_be_written_in_a_filter(tab):
    for name in FIELDS[tab]:
        assert compile_filter(f"{name}:x").terms[0].field == name
