"""Where a person's settings and what is remembered of them are kept on this machine."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path, user_state_path

_NAME = "woodwork-tui"


def config_folder() -> Path:
    """Return the folder of `config.toml` and of a person's own `themes`; it may not be there."""
    return user_config_path(_NAME, appauthor=False)


def state_folder() -> Path:
    """Return the folder of what is remembered across flows; it may not be there."""
    return user_state_path(_NAME, appauthor=False)
