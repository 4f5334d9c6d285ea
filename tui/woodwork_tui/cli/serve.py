"""`woodwork-tui serve`: a flow's screen in a browser on this machine (interfaces: Command line)."""

from __future__ import annotations

import ipaddress
import os
import shlex
import sys
from pathlib import Path

from woodwork_tui.cli.requests import Serve
from woodwork_tui.state.start import judge
from woodwork_tui.text import visible

_USAGE = 2
_PROGRAM = "import sys; from woodwork_tui.cli import main; sys.exit(main())"


def serve(request: Serve) -> int:
    """Serve *request* until interrupted; 2 when that cannot be."""
    why = _problem(request)
    if why is not None:
        return _cannot(why)
    try:
        from woodwork_tui.cli.textual_serve import FlowServer  # the extra: only where a browser is wanted
    except ImportError:
        return _cannot('textual-serve is not installed: pip install "woodwork-tui[serve]"')
    try:
        FlowServer(command(request), request.host, request.port, Path(request.file).name).serve()
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error)
        return _cannot(f"cannot listen at {request.host}:{request.port}: {why}")
    return 0


def command(request: Serve) -> str:
    """Return the shell's command for the app of one page; the shell turns into it, so that it is the server's child."""
    options = [
        *(["--ascii"] if request.ascii else []),
        *(["--theme", request.theme] if request.theme else []),
        *(["--state", request.state] if request.state else []),
    ]
    return shlex.join(["exec", sys.executable, "-c", _PROGRAM, *options, "--", request.file])


def _problem(request: Serve) -> str | None:
    found = judge(request.file, Path.cwd())
    if found.file is None:
        return found.problem
    if not request.open_to_all and not is_loopback(request.host):
        return (
            f"{request.host} is not an address of this machine alone, and whoever can reach it could read every message"
            " and act on the flow: there is no password. To serve there all the same, add --i-know-there-is-no-auth"
        )
    return None


def is_loopback(host: str) -> bool:
    """Whether *host* can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _cannot(sentence: str) -> int:
    print(f"woodwork-tui: {visible(sentence)}", file=sys.stderr)
    return _USAGE
