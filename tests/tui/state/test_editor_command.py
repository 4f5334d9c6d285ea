"""Which command opens a file at a line in the person's own editor."""

from __future__ import annotations

import pytest

from woodwork_tui.state.editor_command import editor_command


def command(environment: dict[str, str], installed: tuple[str, ...] = ()) -> list[str] | None:
    def find(name: str) -> str | None:
        return f"/usr/bin/{name}" if not installed or name in installed else None

    return editor_command("/flows/main.ww", 12, environment, find)


@pytest.mark.parametrize(
    ("editor", "opens"),
    [
        ("vim", ["vim", "+12", "/flows/main.ww"]),
        ("/usr/bin/nano -l", ["/usr/bin/nano", "-l", "+12", "/flows/main.ww"]),
        ("hx", ["hx", "/flows/main.ww:12"]),
        ("code", ["code", "--wait", "--goto", "/flows/main.ww:12"]),
        ("code -w", ["code", "-w", "--goto", "/flows/main.ww:12"]),
        ("subl", ["subl", "--wait", "/flows/main.ww:12"]),
        ("'my editor' --plain", ["my editor", "--plain", "/flows/main.ww"]),
    ],
)
def test_each_editor_is_told_the_line_in_its_own_way(editor: str, opens: list[str]):
    assert command({"EDITOR": editor}) == opens


def test_visual_wins_and_a_blank_one_does_not_count():
    assert command({"VISUAL": "hx", "EDITOR": "vim"}) == ["hx", "/flows/main.ww:12"]
    assert command({"VISUAL": " ", "EDITOR": "vim"}) == ["vim", "+12", "/flows/main.ww"]


def test_without_a_wish_the_first_usual_one_that_is_there_is_taken():
    assert command({}, ("vi", "vim")) == ["vim", "+12", "/flows/main.ww"]


@pytest.mark.parametrize("editor", ["nobody-has-this", "'unclosed"])
def test_an_editor_that_is_not_there_is_none(editor: str):
    assert command({"EDITOR": editor}, ("vim",)) is None


def test_without_any_editor_there_is_none():
    assert command({}, ("emacs-nobody",)) is None
