"""The command line: arguments in, an exit status out; what a command needs is imported only when it is asked for."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from woodwork_tui.cli.arguments import Check, Dlq, Graph, Inject, Request, Run, parse


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
    if isinstance(request, Run):
        from woodwork_tui.cli.run import run

        return run(request)
    if isinstance(request, Check):
        from woodwork_tui.cli.check import check

        return check(request)
    if isinstance(request, Graph):
        from woodwork_tui.cli.graph import graph

        return graph(request)
    if isinstance(request, Dlq):
        from woodwork_tui.cli.dlq import dlq

        return dlq(request)
    if isinstance(request, Inject):
        from woodwork_tui.cli.inject import inject

        return inject(request)
    from woodwork_tui.cli.opening import open_flow

    return open_flow(request)


__all__ = ["main"]
