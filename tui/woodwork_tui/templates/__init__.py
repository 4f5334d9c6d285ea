"""Flows to begin with: each a folder of files that are copied as they are."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

MAIN = "main.ww"
_HERE = Path(__file__).parent

TEMPLATES: Mapping[str, str] = MappingProxyType(
    {
        "hello": "a prompt, a model that answers, a screen",
        "agent-tool": "an agent with a tool in Python and a memory",
        "fan-out": "one message to three, with retries where one fails now and then",
    }
)
"""The names of the templates, each with what it shows; the first is the one to begin with."""


def files(name: str) -> Mapping[str, str]:
    """Return the texts of the template *name* by file name, `main.ww` first; raises KeyError."""
    if name not in TEMPLATES:
        raise KeyError(name)
    found = sorted((_HERE / name).iterdir(), key=lambda path: (path.name != MAIN, path.name))
    return {path.name: path.read_text(encoding="utf-8") for path in found if path.is_file()}


def write(name: str, folder: Path, main: str = MAIN) -> tuple[Path, ...]:
    """Write the template *name* into *folder*, made if need be, its flow as *main*; return what was written.

    Raises FileExistsError with the name of a file that is there already, and then has written nothing; OSError else.
    """
    wanted = {folder / (main if file == MAIN else file): text for file, text in files(name).items()}
    there = next((path for path in wanted if path.exists() or path.is_symlink()), None)
    if there is not None:
        raise FileExistsError(str(there))
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        for path, text in wanted.items():
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                written.append(path)
                stream.write(text)
    except OSError:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise
    return tuple(written)
