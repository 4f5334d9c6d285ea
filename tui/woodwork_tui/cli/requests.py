"""What a command line can ask for, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Open:
    """Open the app on *file*; None stands for `./main.ww`, else the start screen."""

    file: str | None
    ascii: bool = False
    theme: str | None = None
    state: str | None = None
    """A folder, `none`, or None: beside the file."""


@dataclass(frozen=True, slots=True)
class Run:
    """Run *file* without a screen; *duration* in seconds, *input* a path or `-`."""

    file: str
    input: str | None = None
    duration: float | None = None
    until_idle: bool = False
    max_dlq: int = 0
    state: str | None = None
    """A folder, `none`, or None: beside the file where the flow is durable."""


@dataclass(frozen=True, slots=True)
class Check:
    """Say what is wrong in *files*, as text, json or github; *strict* makes every warning an error."""

    files: tuple[str, ...]
    format: str = "text"
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Print the routing graph of *file*; *format* is ascii, mermaid, dot, json or svg."""

    file: str
    format: str = "ascii"


@dataclass(frozen=True, slots=True)
class Dlq:
    """Look at or act on dead letters of *file*: those of *ids* and *where*, or all; *rate* as in `5/s`."""

    do: str
    file: str
    ids: tuple[str, ...] = ()
    where: str = ""
    rate: str | None = None
    canary: int = 0
    force: bool = False
    dry_run: bool = False
    json: bool = False
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Inject:
    """Hand *payload*, JSON or `-` for standard input, to *component* of the flow *file* that runs."""

    file: str
    component: str
    payload: str
    session: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Fmt:
    """Lay *files* out; with *check* only say which are not."""

    files: tuple[str, ...]
    check: bool = False


@dataclass(frozen=True, slots=True)
class Diff:
    """Compare the flows in *before* and *after* by what they mean."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class New:
    """Write the files of *template* into *folder*; without one, list the templates."""

    template: str | None = None
    folder: str = "."


@dataclass(frozen=True, slots=True)
class Kinds:
    """List the kinds, or tell about the one called *name*."""

    name: str | None = None
    json: bool = False


@dataclass(frozen=True, slots=True)
class Info:
    """Tell versions, paths and the terminal."""

    json: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """List what can be done on the screen."""


@dataclass(frozen=True, slots=True)
class Serve:
    """Show *file* in browsers at *host* and *port*; *open_to_all*: also where others can reach it."""

    file: str
    host: str = "127.0.0.1"
    port: int = 8000
    open_to_all: bool = False
    ascii: bool = False
    theme: str | None = None
    state: str | None = None


Request = Serve | Open | Run | Check | Graph | Fmt | Diff | Dlq | Inject | New | Kinds | Keys | Info
