"""Loading a function or class from a person's file: fresh each time, under a private module name."""

from __future__ import annotations

import sys
import traceback
from collections import deque
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from types import ModuleType

from woodwork_engine.errors import StartError

_MODULES_KEPT = 256

_numbers = count(1)
_registered: deque[str] = deque()


def load(path: Path, name: str, place: str) -> object:
    """Return what the file at *path* calls *name*, from a module made for this call alone.

    *place* is where the flow names the file. Raises StartError with one sentence: the place, the file and line of the
    fault, and what to do.
    """
    module = _run(path, place)
    try:
        return getattr(module, name)
    except AttributeError:
        known = [key for key in vars(module) if not key.startswith("_") and callable(getattr(module, key))]
        close = get_close_matches(name, known, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "; it has " + (", ".join(known) or "no functions")
        raise StartError(f"{place} {path} has no {name!r}{hint}") from None


def _run(path: Path, place: str) -> ModuleType:
    try:
        source = path.read_bytes()
    except FileNotFoundError:
        raise StartError(f"{place} {path} is not there; create it or mend the path") from None
    except OSError as error:
        raise StartError(f"{place} {path} cannot be read: {error.strerror}; mend the path or its permissions") from None
    module = ModuleType(f"_woodwork_script_{next(_numbers)}_{path.stem}")
    module.__file__ = str(path)
    _register(module, path.parent)
    try:
        # Compiled here and not by importlib: its cache takes two saves within a second for the same file.
        exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 running a person's file is the point
    except (Exception, SystemExit) as error:
        sys.modules.pop(module.__name__, None)
        raise StartError(f"{place} {_where(error, path)} {_what(error)}; mend the file and save it") from error
    return module


def _register(module: ModuleType, folder: Path) -> None:
    """Make *module* findable, as dataclasses and pydantic need it, and its neighbours importable."""
    sys.modules[module.__name__] = module
    _registered.append(module.__name__)
    while len(_registered) > _MODULES_KEPT:
        sys.modules.pop(_registered.popleft(), None)
    if str(folder) not in sys.path:
        sys.path.append(str(folder))  # at the end: a neighbour never hides a library


def _where(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}:{error.lineno or 1}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{path}:{lines[-1]}" if lines else str(path)


def _what(error: BaseException) -> str:
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
