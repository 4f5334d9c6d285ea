"""`woodwork-tui info`: versions, paths and the terminal (interfaces: Command line)."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path

from support.commands import woodwork

GROUPS = ["versions", "paths", "terminal", "environment"]


def test_json_has_every_group_with_what_is_true(tmp_path: Path) -> None:
    (tmp_path / "main.ww").write_text("")
    env = {"TERM": "xterm-test", "XDG_CONFIG_HOME": str(tmp_path / "config")}
    done = woodwork("info", "--json", folder=tmp_path, env=env)
    told = json.loads(done.out)
    assert (done.status, list(told)) == (0, GROUPS)
    assert told["versions"]["woodwork-tui"] == version("woodwork-tui")
    assert told["versions"]["python"].startswith(platform.python_version())
    assert told["versions"]["textual"] == version("textual")
    assert told["paths"]["flow"] == str(tmp_path / "main.ww")
    assert (Path(told["paths"]["program"]) / "cli").is_dir()
    assert told["paths"]["settings"] == str(tmp_path / "config" / "woodwork-tui" / "config.toml")
    assert told["paths"]["settings_there"] is False
    assert told["terminal"]["standard_output"] is False
    assert told["environment"]["TERM"] == "xterm-test"


def test_a_person_reads_the_same_as_a_table(tmp_path: Path) -> None:
    done = woodwork("info", folder=tmp_path)
    assert done.status == 0
    assert [line for line in done.out.splitlines() if line and not line.startswith(" ")] == GROUPS
    assert f"woodwork-tui       {version('woodwork-tui')}" in done.out
    assert "standard output    no" in done.out


def test_variables_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    done = woodwork("info", folder=tmp_path, env={"TERM_PROGRAM": "\x1b[2Jbad\nline"})
    assert "\x1b" not in done.out
    assert "bad ⏎ line" in done.out
