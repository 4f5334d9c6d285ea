"""Start a program in a real terminal and check what a person would see: a graph that moves, eight tabs, a clean end."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.terminal import NotShownError, Terminal

TABS = ("Flow", "Messages", "Sessions", "Queues", "Retries", "Dead letters", "main.ww", "Health")


def main(command: list[str]) -> int:
    """Look at every tab of *command* and leave it; raises NotShownError with the screen where something is missing."""
    with Terminal(command) as terminal:
        terminal.wait_for("Flow", "RUN")
        terminal.wait_until(lambda screen: re.search(r"[1-9][\d.]*/s", screen) is not None)
        terminal.wait_until(lambda screen: re.search(r"DLQ [1-9]", screen) is not None, within=60)
        for number, title in enumerate(TABS, 1):
            terminal.press(str(number))
            terminal.wait_for(f"[{number} ", title)
        print(terminal)
        terminal.press("ctrl+q")
        with suppress(NotShownError):  # it asks only where messages would be lost, and else has left already
            terminal.wait_for("Quit now", within=5)
            terminal.press("ctrl+q")
        status = terminal.wait_exit(within=30)
        if status or not terminal.restored():
            print(f"left with status {status}, terminal restored: {terminal.restored()}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
