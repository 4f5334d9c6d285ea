"""Foreign text on its way to the screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from woodwork_tui.text import GLYPHS, fit, glyph, one_line, pad, safe, visible


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("a\x00b\x7f", "a␀b␡"),
        ("\x9b31m", "\\x9b31m"),
        ("abc\u202egnp.exe", "abc⟨U+202E⟩gnp.exe"),
        ("\ud83d", "\\ud83d"),
        ("\u2028", "⟨U+2028⟩"),
        ("[/] [red]", "[/] [red]"),
    ],
)
def test_what_would_act_on_a_terminal_is_shown_instead(hostile, shown):
    assert visible(hostile) == shown


def test_line_breaks_and_tabs_are_folded_for_one_line():
    assert one_line("a\r\n   b\tc") == "a ⏎ b c"


def test_markup_in_a_payload_stays_text():
    assert safe('{"a":[true,false]} [/]').plain == '{"a":[true,false]} [/]'


def test_a_text_that_fits_is_not_cut_and_one_that_does_not_ends_in_an_ellipsis():
    assert fit("abc", 3) == "abc"
    assert fit("abcd", 3) == "ab…"
    assert fit("日本語", 4) == "日…"
    assert fit("x", 0) == ""


def test_a_line_of_a_megabyte_is_cut_before_it_is_looked_at():
    assert fit("\x1b" * 1_000_000, 10) == "␛" * 9 + "…"


def test_padding_fills_to_the_cell():
    assert pad("日本", 6) == "日本  "
    assert pad("7", 3, right=True) == "  7"


@given(st.text(alphabet=st.characters(), max_size=400), st.integers(0, 60))
def test_no_text_is_wider_than_it_may_be_nor_acts_on_the_terminal(text, width):
    line = fit(text, width)
    assert cell_len(line) <= width
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) <= 0xDFFF for c in line)


def test_every_state_has_a_mark_of_one_cell_in_both_sets():
    for state in GLYPHS:
        assert cell_len(glyph(state)) == 1
        assert glyph(state, ascii_only=True).isascii()
