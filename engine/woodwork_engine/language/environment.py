"""Environment variables: the `.env` beside a flow, and settings whose variables are replaced by their values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from woodwork_engine.errors import StartError
from woodwork_engine.language.reading import LARGEST
from woodwork_engine.plan import Node, Setting, Template, Variable

ENV_FILE = ".env"

_LINE = re.compile(r"\s*+(?:export\s++)?+([A-Za-z_][A-Za-z0-9_]*+)\s*+=\s*+(.*)")
_QUOTED = re.compile(r"""(?:"((?:[^"\\]|\\.)*+)"|'([^']*+)')\s*+(?:#.*)?""")
_COMMENT = re.compile(r"\s#.*")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def read_environment(folder: Path) -> Mapping[str, str]:
    """Return the process's variables over those of `.env` in *folder*; a file that cannot be read counts as empty."""
    text = env_text(folder)
    return {**(env_values(text)[0] if text else {}), **os.environ}


def env_text(folder: Path) -> str | None:
    """Return the text of `.env` in *folder*, None when there is none; bytes that are no UTF-8 are replaced."""
    path = folder / ENV_FILE
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        return path.read_bytes().decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return None


def env_values(text: str) -> tuple[dict[str, str], tuple[int, ...]]:
    """Return the variables that *text* sets, and the numbers of the lines that set none."""
    values: dict[str, str] = {}
    bad = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None or "\0" in line:
            bad.append(number)
        else:
            values[match[1]] = _value(match[2])
    return values, tuple(bad)


def _value(written: str) -> str:
    quoted = _QUOTED.fullmatch(written.strip())
    if quoted is None:
        return _COMMENT.sub("", f" {written}").strip()
    if quoted[1] is None:
        return quoted[2]
    return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], escape[1]), quoted[1])


def variables(setting: Setting) -> Iterator[Variable]:
    """Yield every variable in *setting*, at any depth."""
    if isinstance(setting, Variable):
        yield setting
    elif isinstance(setting, Template):
        yield from (part for part in setting.parts if isinstance(part, Variable))
    elif isinstance(setting, tuple):
        for item in setting:
            yield from variables(item)
    elif isinstance(setting, Mapping):
        for item in setting.values():
            yield from variables(item)


def resolve_settings(node: Node, environment: Mapping[str, str]) -> dict[str, object]:
    """Return the settings of *node* as plain dicts and lists, variables replaced.

    Raises StartError for a variable that is not set.
    """
    return {key: _resolved(value, node.name, environment) for key, value in node.settings.items()}


def _resolved(setting: Setting, name: str, environment: Mapping[str, str]) -> object:
    if isinstance(setting, Variable):
        if setting.name not in environment:
            raise StartError(f"{setting.span} {name}: ${setting.name} is not set; set it or put it into {ENV_FILE}")
        return environment[setting.name]
    if isinstance(setting, Template):
        return "".join(str(_resolved(part, name, environment)) for part in setting.parts)
    if isinstance(setting, tuple):
        return [_resolved(item, name, environment) for item in setting]
    if isinstance(setting, Mapping):
        return {key: _resolved(item, name, environment) for key, item in setting.items()}
    return setting
