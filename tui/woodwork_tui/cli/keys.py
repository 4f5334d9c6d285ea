"""`woodwork-tui keys`: everything that can be done on the screen, with the person's keys and its `:` command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.cells import cell_len

from woodwork_tui.actions import ACTIONS, Action, show_key
from woodwork_tui.cli.requests import Keys
from woodwork_tui.places import config_folder
from woodwork_tui.state.preference_files import PreferenceFiles


def keys(request: Keys) -> int:
    """Print the registry of actions as a table, by group, with the keys of a person's settings; always 0."""
    files = PreferenceFiles(config_folder(), lambda themes: ())
    files.look()
    own = files.config.preferences.keys
    print("\n".join(_table([replace(each, key=own.get(each.id, each.key)) for each in ACTIONS])))
    return 0


def _table(actions: Sequence[Action]) -> Iterator[str]:
    rows = [(" ".join(map(show_key, each.key.split(","))) if each.key else "", each) for each in actions]
    keys_wide = max(cell_len(shown) for shown, _ in rows)
    titles_wide = max(cell_len(each.title) for each in actions)
    ids_wide = max(cell_len(each.id) for each in actions)
    for number, group in enumerate(dict.fromkeys(each.group for each in actions)):
        if number:
            yield ""
        yield group
        for shown, each in rows:
            if each.group == group:
                command = f":{each.command}" if each.command else ""
                cells = ((shown, keys_wide), (each.title, titles_wide), (each.id, ids_wide), (command, 0))
                yield ("  " + "  ".join(text + " " * (wide - cell_len(text)) for text, wide in cells)).rstrip()
