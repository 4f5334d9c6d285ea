"""`woodwork-tui new`: a flow to begin with (interfaces: Command line)."""

from __future__ import annotations

import shlex
import sys
from difflib import get_close_matches
from pathlib import Path

from woodwork_tui.cli.requests import New
from woodwork_tui.templates import MAIN, TEMPLATES, write
from woodwork_tui.text import visible

USAGE = 2


def new(request: New) -> int:
    """Write a template's files and name them, or list the templates; 0 done, 2 it could not be done."""
    if request.template is None:
        width = max(map(len, TEMPLATES))
        print("".join(f"{name:<{width}}  {shows}\n" for name, shows in TEMPLATES.items()), end="")
        return 0
    if request.template not in TEMPLATES:
        close = get_close_matches(request.template, TEMPLATES, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(TEMPLATES)}"
        return _cannot(f"there is no template {request.template!r}; {hint}")
    try:
        written = write(request.template, Path(request.folder))
    except FileExistsError as error:
        return _cannot(f"{error} is there already and stays as it is; name another folder")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _cannot(f"{request.folder} cannot be written: {reason.lower()}")
    print("".join(f"{visible(str(path))}\n" for path in written), end="")
    main = shlex.quote(str(Path(request.folder) / MAIN))
    print(f"woodwork-tui: open it with: woodwork-tui {visible(main)}", file=sys.stderr)
    return 0


def _cannot(sentence: str) -> int:
    print(f"woodwork-tui: {visible(sentence)}", file=sys.stderr)
    return USAGE
