"""Copying: over SSH, through tmux and screen, and into a file where a terminal would not take it."""

from __future__ import annotations

import base64
import re
import stat
from pathlib import Path

import pytest

from woodwork_tui.widgets.clipboard import LARGEST, copy, through_multiplexer


def written(sentence):
    """Return the file that *sentence* names; it is removed when it was read."""
    path = Path(sentence.rpartition("written to ")[2])
    mode, text = stat.S_IMODE(path.stat().st_mode), path.read_text()
    path.unlink()
    return mode, text


def test_what_was_copied_and_how_much_is_told():
    put = []
    assert copy(put.append, "a\ud800b", "The payload", {}) == "The payload copied (8 B)"
    assert put == ["a\\ud800b"]


def test_the_largest_text_that_terminals_take_is_copied_and_one_byte_more_is_written_to_a_private_file():
    put = []
    assert "copied" in copy(put.append, "x" * LARGEST, "It", {})
    assert len(base64.b64encode(put[0].encode())) < 100_000
    told = copy(put.append, "x" * (LARGEST + 1), "It", {})
    assert told.startswith("It has 73.2 KiB, too much for the clipboard; written to /")
    assert written(told) == (0o600, "x" * (LARGEST + 1))
    assert len(put) == 1


@pytest.mark.parametrize("env", [{"TERM_PROGRAM": "Apple_Terminal"}, {"TERM": "linux"}])
def test_on_a_terminal_without_a_clipboard_it_is_written_to_a_file_as_well(env):
    put = []
    told = copy(put.append, "text", "The id", env)
    assert next(iter(env.values())) in told
    assert written(told) == (0o600, "text")
    assert put == ["text"]


def test_without_a_multiplexer_nothing_is_wrapped():
    assert through_multiplexer("text", {"TERM": "xterm"}) == ""


def test_tmux_is_asked_to_hand_the_sequence_on():
    wrapped = through_multiplexer("text", {"TMUX": "/run/tmux/default,1,0"})
    inner = re.fullmatch("\x1bPtmux;(.*)\x1b\\\\", wrapped, re.DOTALL)[1].replace("\x1b\x1b", "\x1b")
    assert inner == f"\x1b]52;c;{base64.b64encode(b'text').decode()}\x07"


def test_screen_gets_it_in_pieces_that_it_takes():
    wrapped = through_multiplexer("x" * 2_000, {"STY": "1.pts"})
    pieces = re.findall("\x1bP(.*?)\x1b\\\\", wrapped, re.DOTALL)
    assert all(len(piece) <= 512 for piece in pieces)
    assert "".join(pieces) == f"\x1b]52;c;{base64.b64encode(b'x' * 2_000).decode()}\x07"
