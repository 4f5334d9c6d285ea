"""The command line: arguments in, an exit status out; what a command needs is imported only when it is asked for."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from woodwork_tui.cli.arguments import parse
from woodwork_tui.cli.requests import (
    Check,
    Diff,
    Dlq,
    Fmt,
    Graph,
    Info,
    Inject,
    Keys,
    Kinds,
    New,
    Open,
    Request,
    Run,
    Serve,
)

_COMMANDS: dict[type[Request], str] = {
    Open: "open_flow", Run: "run", Check: "check", Graph: "graph", Fmt: "fmt", Diff: "diff", Dlq: "dlq",
    Inject: "inject", New: "new", Kinds: "kinds", Keys: "keys", Info: "info", Serve: "serve",
}  # fmt: skip
"""What each request is done by: a module of this package, and the function of the same name in it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what *arguments* (default: the process's) ask for and return the exit status (interfaces: Command line)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _do(parse(sys.argv[1:] if arguments is None else arguments))
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _do(request: Request) -> int:
    name = _COMMANDS[type(request)]
    command: Callable[[Request], int] = getattr(import_module(f"woodwork_tui.cli.{name}"), name)
    return command(request)


__all__ = ["main"]
