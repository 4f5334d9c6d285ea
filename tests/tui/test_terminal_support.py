"""The pseudo-terminal helper itself, with small programs."""

from __future__ import annotations

import sys

import pytest

from support.terminal import NotShownError, Terminal


def python(program: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", program]


def test_the_screen_shows_what_the_program_draws_where_it_draws_it() -> None:
    with Terminal(python("print('\\x1b[2J\\x1b[3;5Hhere', end='')"), columns=20, lines=4) as terminal:
        assert terminal.wait_for("here").splitlines()[2] == "    here"


def test_keys_reach_the_program_and_its_exit_status_comes_back() -> None:
    with Terminal(python("import sys; print('ready'); sys.exit(int(input()))")) as terminal:
        terminal.wait_for("ready")
        terminal.press("7", "enter")
        assert terminal.wait_exit() == 7


def test_the_program_sees_the_size_and_its_changes() -> None:
    program = (
        "import os, signal\n"
        "show = lambda *_: os.write(1, '{} {}\\n'.format(*os.get_terminal_size(2)).encode())\n"
        "signal.signal(signal.SIGWINCH, show); show()\n"
        "while True: signal.pause()"
    )
    with Terminal(python(program), columns=90, lines=20) as terminal:
        terminal.wait_for("90 20")
        terminal.resize(70, 10)
        terminal.wait_for("70 10")


def test_ctrl_c_is_a_signal_as_in_a_persons_terminal() -> None:
    program = "import signal, sys; signal.signal(2, lambda *_: sys.exit(42)); print('ready'); signal.pause()"
    with Terminal(python(program)) as terminal:
        terminal.wait_for("ready")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 42


def test_standard_input_can_be_a_pipe_while_keys_come_from_the_terminal() -> None:
    program = "import sys; print('piped', sys.stdin.read(), 'typed', open('/dev/tty').readline())"
    with Terminal(python(program), piped_input=b"one") as terminal:
        terminal.press("two", "enter")
        terminal.wait_for("piped one typed two")


def test_what_never_appears_is_reported_with_the_screen() -> None:
    with Terminal(python("print('something else')")) as terminal, pytest.raises(NotShownError, match="something else"):
        terminal.wait_for("this")
