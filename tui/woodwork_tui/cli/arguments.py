"""The command line as data: what was asked for, or a sentence about what cannot be read (interfaces: Command line)."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib.metadata import version
from typing import NoReturn

from woodwork_tui.cli.parsers import DISTRIBUTION, PARSERS, STATE, Parser
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

_ABOUT = "Build and watch message flows in the terminal."
_COMMANDS = """commands:
  run FILE      run a flow without a screen; event records go to standard output
  check FILE... say what is wrong in flow files
  graph FILE    print the routing graph
  fmt FILE...   lay flow files out
  diff A B      compare two flows by what they mean
  dlq DO FILE   list, show, replay, discard, export or import dead letters, of a flow that runs or not
  inject FILE COMPONENT JSON
                hand a message to a component of a flow that runs
  new [TEMPLATE] [DIR]
                begin a flow; without a name, list the templates
  kinds [NAME]  list what a flow can be made of, or the settings of one kind
  keys          list the keys and commands of the screen
  info          tell versions, paths and the terminal
  serve FILE    show a flow in a browser on this machine

woodwork-tui COMMAND --help tells more. A file that is called like a command is opened as ./NAME.
"""


class _AppParser(Parser):
    """The parser without a command; a first word that opens nothing may be a misspelt command."""

    commands: tuple[str, ...] = ()
    first: str = ""

    def error(self, message: str) -> NoReturn:
        close = get_close_matches(self.first, self.commands, n=1)
        super().error(f"{message} (did you mean the command {close[0]!r}?)" if close else message)


def _app_parser() -> _AppParser:
    parser = _AppParser(
        prog=DISTRIBUTION,
        description=f"{_ABOUT} Opens FILE, else ./main.ww, else the start screen.",
        epilog=_COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a flow file (.ww)")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")
    parser.add_argument("--theme", metavar="NAME", help="colours of the screen")
    parser.add_argument("--state", metavar="DIR|none", help=f"{STATE}; default: .woodwork beside FILE")
    parser.add_argument("--version", action="version", version=f"{DISTRIBUTION} {version(DISTRIBUTION)}")
    return parser


_REQUESTS: dict[str, Callable[[argparse.Namespace], Request]] = {
    "run": lambda found: Run(
        found.file, found.input, found.duration, found.until == "idle", found.max_dlq, found.state
    ),
    "check": lambda found: Check(tuple(found.files), found.format, found.strict),
    "graph": lambda found: Graph(found.file, found.format),
    "fmt": lambda found: Fmt(tuple(found.files), found.check),
    "diff": lambda found: Diff(found.before, found.after),
    "dlq": lambda found: Dlq(
        found.do, found.file, tuple(found.ids), found.where, found.rate, found.canary, found.force, found.dry_run,
        found.json, found.state,
    ),
    "inject": lambda found: Inject(found.file, found.component, found.payload, found.session, found.state),
    "new": lambda found: New(found.template, found.folder),
    "kinds": lambda found: Kinds(" ".join(found.words) or None, found.json),
    "keys": lambda found: Keys(),
    "info": lambda found: Info(found.json),
    "serve": lambda found: Serve(
        found.file, found.host, found.port, found.i_know_there_is_no_auth, found.ascii, found.theme, found.state
    ),
}  # fmt: skip


def parse(arguments: Sequence[str]) -> Request:
    """Return what *arguments* ask for; prints help, version or one error and raises SystemExit (0 or 2) otherwise."""
    command = arguments[0] if arguments else ""
    if command not in PARSERS:
        return _parse_open(arguments)
    found = PARSERS[command]().parse_intermixed_args(arguments[1:])
    return _REQUESTS[command](found)


def _parse_open(arguments: Sequence[str]) -> Open:
    parser = _app_parser()
    parser.commands = tuple(PARSERS)
    parser.first = next((word for word in arguments if not word.startswith("-")), "")
    found = parser.parse_args(arguments)
    return Open(found.file, found.ascii, found.theme, found.state)
