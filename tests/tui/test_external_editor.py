"""`E` in a real terminal: the file goes to $EDITOR at the line, and what was saved there runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support.terminal import Terminal

COMMAND = [sys.executable, "-c", "import sys; from woodwork_tui.cli import main; sys.exit(main())"]
FLOW = """\
ask = input cli { to: say }
say = output console {}
"""
EDITOR = """\
#!{python}
import sys
print("EDITING", sys.argv[1:])
answer = input("typed into the editor: ")
with open(sys.argv[-1], "a") as file:
    file.write(answer + " = output console {{}}\\n")
sys.exit({status})
"""


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    (tmp_path / "main.ww").write_text(FLOW)
    return tmp_path


def edited_with(folder: Path, status: int = 0) -> Terminal:
    script = folder / "nano"
    script.write_text(EDITOR.format(python=sys.executable, status=status))
    script.chmod(0o755)
    return Terminal([*COMMAND, "main.ww"], folder=folder, env={"VISUAL": str(script)})


def test_the_terminal_goes_to_the_editor_and_comes_back_and_what_was_saved_is_live(flow: Path):
    with edited_with(flow) as shown:
        shown.wait_for("● RUN")
        shown.press("7")
        shown.wait_for("No problems")
        shown.press("enter")
        shown.wait_for("F1Help")
        shown.press("down", "esc")
        shown.wait_for("?Help")
        shown.press("E")
        shown.wait_for("EDITING ['+2', ")
        shown.press("notes", "enter")
        shown.wait_for("[7 File]", "notes = output console", "+notes", "rev 2")
        shown.press("1")
        shown.wait_for("[1 Flow]", "notes")


def test_an_editor_that_fails_is_told_and_the_app_goes_on(flow: Path):
    with edited_with(flow, status=3) as shown:
        shown.wait_for("● RUN")
        shown.press("7")
        shown.wait_for("No problems")
        shown.press("E")
        shown.wait_for("EDITING")
        shown.press("x", "enter")
        shown.wait_for("[7 File]", "nano ended with status 3.")


FAILING = """\
ask = input cli { to: say }
say = function python { path: "bad.py", function: process, retry: { max_retries: 1, base: 60s, jitter: none } }
bad = function python { path: "bad.py", function: process, retry: { max_retries: 0 } }
"""


CHOSEN = {"3": ("waterfall", "† dead"), "5": ("Attempts 1 of 2",)}
"""What a tab shows once there is something under its cursor, and not before."""


@pytest.mark.parametrize(("component", "tab"), [("say", "2"), ("say", "5"), ("bad", "2"), ("bad", "3"), ("bad", "6")])
def test_the_line_that_failed_is_opened_from_wherever_the_failure_is_listed(flow: Path, component: str, tab: str):
    (flow / "main.ww").write_text(FAILING)
    (flow / "bad.py").write_text("def process(data):\n    return check(data)\n\n\ndef check(data):\n    return 1 / 0\n")
    with edited_with(flow) as shown:
        shown.wait_for("● RUN")
        shown.press(f':inject {component} "hello"', "enter")
        shown.wait_until(lambda screen: "retry 1" in screen or "DLQ 1" in screen)
        shown.press(tab)
        shown.wait_for(f"[{tab} ", component, *CHOSEN.get(tab, ()))
        if tab == "6":
            shown.press("enter")
            shown.wait_for("1/1")
        shown.press("E")
        shown.wait_for("EDITING ['+6', ", "bad.py")
        shown.press("x", "enter")
        shown.wait_for(f"[{tab} ")


def test_what_has_not_failed_has_no_line_to_open(flow: Path):
    with edited_with(flow) as shown:
        shown.wait_for("● RUN")
        shown.press(':inject say "hello"', "enter")
        shown.wait_for("accepted as")
        shown.press("2")
        shown.wait_for("[2 ", "✓ ok")
        shown.press("E")
        shown.wait_for("It has no error with a line of code to open.")
