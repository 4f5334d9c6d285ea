"""Which flow file is meant, what keeps it from being opened, and how a new one is made."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from woodwork_tui.templates import MAIN, write

_MOST_LISTED = 500
_MOST_READ = 1 << 20


@dataclass(frozen=True, slots=True)
class Start:
    """What was asked for and what came of it.

    *file* is to be opened at once, or None: then *problem* says why not in one sentence. *create* is where a new file
    can be made, *instead* a file that was perhaps meant.
    """

    file: str | None = None
    problem: str = ""
    create: str | None = None
    instead: str | None = None


def judge(asked: str | None, folder: Path) -> Start:
    """Return what to do when *asked* (a path, or None) is to be opened from *folder*; reads, never writes."""
    if asked is None:
        if (folder / MAIN).exists():
            return judge(MAIN, folder)
        return Start(problem=f"No flow file given, and no {MAIN} in {shown(folder)}.", create=MAIN)
    path = folder / Path(asked).expanduser()
    try:
        return _judged(asked, path, folder)
    except OSError as error:
        return Start(problem=f"{asked} cannot be read: {_why(error)}.")
    except ValueError:
        return Start(problem=f"{asked!r} is no path.")


def _judged(asked: str, path: Path, folder: Path) -> Start:
    if not path.exists():
        return _missing(asked, path, folder)
    if path.is_dir():
        inside = path / MAIN
        return Start(
            problem=f"{asked} is a directory.",
            instead=str(Path(asked) / MAIN) if inside.exists() else None,
            create=None if inside.exists() else str(Path(asked) / MAIN),
        )
    if not path.is_file():
        return Start(problem=f"{asked} is not a regular file.")
    if path.suffix != ".ww":
        return Start(problem=f"{asked} is not a flow file: its name does not end in .ww.", instead=_close(path, folder))
    try:
        _read(path)
    except UnicodeDecodeError as error:
        return Start(problem=f"{asked} is not UTF-8 text (byte {error.start + 1}).")
    return Start(str(Path(asked).expanduser()))


def _read(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        data = stream.read(_MOST_READ)
        decoder.decode(data, final=len(data) < _MOST_READ)


def _missing(asked: str, path: Path, folder: Path) -> Start:
    name = asked if path.suffix == ".ww" else f"{asked}.ww"
    able = path.parent.is_dir()
    problem = f"{asked} does not exist." if able else f"{asked} does not exist, nor does its folder."
    return Start(problem=problem, create=name if able else None, instead=_close(path, folder))


def _close(path: Path, folder: Path) -> str | None:
    """Return the flow file near *path* that was perhaps meant."""
    if not path.parent.is_dir():
        return MAIN if (folder / MAIN).is_file() else None
    flows = {each.name: each for _, each in zip(range(_MOST_LISTED), path.parent.glob("*.ww"), strict=False)}
    flows.pop(path.name, None)
    close = get_close_matches(path.stem, (Path(name).stem for name in flows), n=1, cutoff=0.5)
    name = f"{close[0]}.ww" if close else MAIN if MAIN in flows else None
    if name is None:
        return None
    found = flows[name]
    return str(found.relative_to(folder)) if found.is_relative_to(folder) else str(found)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def shown(path: Path) -> str:
    """Return *path* with the home folder as `~`."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


def create(template: str, file: str, folder: Path) -> str | None:
    """Write the flow of *template* to *file*, with what it needs beside it; return why that failed, or None.

    A file that is there already is never touched.
    """
    path = folder / Path(file).expanduser()
    try:
        write(template, path.parent, path.name)
    except (OSError, ValueError) as error:
        if isinstance(error, FileExistsError) and error.errno is None:
            return f"{Path(str(error)).name} is there already."
        return f"{file} cannot be written: {_why(error) if isinstance(error, OSError) else error}."
    return None


def example(template: str, home: Path) -> tuple[str, str]:
    """Return the path of the flow of *template* in a folder of its own under *home*, and why there is none.

    It is written where it is not there yet, and left as the person has changed it where it is.
    """
    folder = home / template
    if not (folder / MAIN).exists():
        try:
            write(template, folder)
        except (OSError, ValueError) as error:
            return "", f"{folder} cannot be written: {_why(error) if isinstance(error, OSError) else error}."
    return str(folder / MAIN), ""
