"""`woodwork-tui keys`: the registry of actions as a table (interfaces: Command line)."""

from __future__ import annotations

from support.commands import woodwork
from woodwork_tui.actions import ACTIONS, show_key


def test_every_action_is_listed_with_its_keys_its_title_and_its_command() -> None:
    done = woodwork("keys")
    assert done.status == 0
    for action in ACTIONS:
        (line,) = [line for line in done.out.splitlines() if f" {action.id} " in f"{line} "]
        assert all(show_key(key) in line.split() for key in action.key.split(",") if key)
        assert line.endswith(f":{action.command}" if action.command else action.id)


def test_columns_stand_under_each_other() -> None:
    rows = [line for line in woodwork("keys").out.splitlines() if line.startswith("  ")]
    assert len({line.index(action.title) for action in ACTIONS for line in rows if f" {action.id} " in f"{line} "}) == 1


def test_keys_are_those_of_the_persons_settings(tmp_path) -> None:
    (tmp_path / "woodwork-tui").mkdir()
    (tmp_path / "woodwork-tui" / "config.toml").write_text('[keys]\nlist.sort = "f9"\n')
    lines = woodwork("keys", env={"XDG_CONFIG_HOME": str(tmp_path)}).out.splitlines()
    assert next(line for line in lines if " list.sort" in line).startswith("  F9 ")
