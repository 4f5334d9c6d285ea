"""The five tasks of a new user as the README of support-desk tells them, done key by key in a real terminal."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from support.terminal import Terminal

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-desk"
COMMAND = [sys.executable, "-c", "import sys; from woodwork_tui.cli import main; sys.exit(main())"]
EDITOR = """\
#!{python}
import pathlib
import sys
file = pathlib.Path(sys.argv[-1])
text = file.read_text()
assert file.name == "billing.py" and {before!r} in text
file.write_text(text.replace({before!r}, {after!r}))
"""
PATIENCE = 60.0
_QUOTED = re.compile(r"`([^`]+)`")


def tasks() -> str:
    return (EXAMPLE / "README.md").read_text().partition("## Five tasks")[2]


def steps() -> Iterator[tuple[list[str], str]]:
    """Yield the keys of each row of the tables and the first thing that is quoted beside them, or nothing."""
    for line in tasks().splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 2 and cells[0] != "press" and set(cells[0]) != {"-"}:
            seen = _QUOTED.search(cells[1])
            yield _QUOTED.findall(cells[0]), seen.group(1) if seen is not None else ""


def editor(folder: Path) -> Path:
    """Return an editor that writes what the README says."""
    after, before = re.findall(r"```python\n(.*?)\n```", tasks(), re.DOTALL)
    script = folder / "nano"
    script.write_text(EDITOR.format(python=sys.executable, before=before, after=after))
    script.chmod(0o755)
    return script


def test_a_new_user_sees_finds_mends_replays_and_checks_as_the_readme_says(tmp_path: Path) -> None:
    flow = tmp_path / "support-desk"
    shutil.copytree(EXAMPLE, flow, ignore=shutil.ignore_patterns(".woodwork", "__pycache__"))
    told = list(steps())
    assert len(told) > 10
    with Terminal([*COMMAND, "main.ww"], folder=flow, env={"VISUAL": str(editor(tmp_path))}) as shown:
        for keys, seen in told:
            for key in keys:
                shown.press(key)
                shown.watch(0.4)  # as a person would: what a key opens takes the keys that follow it
            if seen and keys != ["E"]:
                shown.wait_for(seen, within=PATIENCE)
