"""What each command takes, and what its `--help` tells (interfaces: Command line)."""

from __future__ import annotations

import argparse
from typing import NoReturn, Self

DISTRIBUTION = "woodwork-tui"

STATE = "where dead letters, what is paused and durable messages are kept"


class Parser(argparse.ArgumentParser):
    """An argparse parser whose complaints cannot carry control characters to the terminal."""

    @classmethod
    def of(cls, command: str, description: str, epilog: str) -> Self:
        """Return the parser of *command*, whose options have to be written out."""
        return cls(prog=f"{DISTRIBUTION} {command}", description=description, epilog=epilog, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Print *message* and the usage, and end with status 2."""
        super().error("".join(char if char.isprintable() or char == " " else ascii(char)[1:-1] for char in message))


def _seconds(text: str) -> float:
    from woodwork_engine.kinds import parse_duration  # imports pydantic, which nothing but --for needs this early

    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def _run_parser() -> Parser:
    parser = Parser.of(
        "run",
        "Run a flow without a screen. Standard output carries event records, one JSON object a line; "
        "everything for people goes to standard error. Without --for and --until it runs until idle when every input "
        "is finite, else until interrupted.",
        "exit status: 0 ended as asked, 1 more dead letters than --max-dlq or a broken input line, 2 usage or "
        "file, 3 a component did not start, 4 messages left after --until idle, 130 Ctrl-C, 143 SIGTERM, 129 SIGHUP",
    )
    parser.add_argument("file", metavar="FILE", help="a flow file (.ww)")
    parser.add_argument("--headless", action="store_true", help="accepted and without effect: run has no screen")
    parser.add_argument(
        "--input",
        metavar="FILE|-",
        help='messages, one a line: {"component": "in", "session_id": "s-1", "payload": ...} or plain text; no input '
        "component reads a source of its own",
    )
    parser.add_argument("--for", dest="duration", type=_seconds, metavar="DURATION", help="stop after 500ms, 30s, 5m")
    parser.add_argument("--until", choices=["idle"], help="stop when every input has ended and nothing is left to do")
    parser.add_argument(
        "--max-dlq", type=_count, default=0, metavar="N", help="dead letters that still count as success (default 0)"
    )
    parser.add_argument(
        "--state", metavar="DIR|none", help=f"{STATE}; default: none, but .woodwork beside FILE for a durable flow"
    )
    return parser


def _check_parser() -> Parser:
    parser = Parser.of(
        "check",
        "Say what is wrong in flow files, without running anything of them.",
        "exit status: 0 no errors, 1 errors, 2 usage or a file that cannot be read",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="flow files (.ww)")
    parser.add_argument("--format", choices=["text", "json", "github"], default="text",
        help="github: annotations, as GitHub Actions reads them; default: text",
    )  # fmt: skip
    parser.add_argument("--strict", action="store_true", help="warnings are errors")
    return parser


def _graph_parser() -> Parser:
    parser = Parser.of(
        "graph",
        "Print the routing graph of a flow, without running anything of it.",
        "exit status: 0 printed, 2 usage or a file with errors",
    )
    parser.add_argument("file", metavar="FILE", help="a flow file (.ww)")
    parser.add_argument(
        "--format", choices=["ascii", "mermaid", "dot", "json", "svg"], default="ascii", help="default: ascii"
    )
    return parser


def _fmt_parser() -> Parser:
    parser = Parser.of(
        "fmt",
        "Lay flow files out. Comments, names, values and signs stay as they were written; a file with syntax errors is "
        "left as it is.",
        "exit status: 0 done, 1 with --check a file is not laid out, 2 usage, syntax errors, or a file that cannot be "
        "read or written",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="flow files (.ww)")
    parser.add_argument("--check", action="store_true", help="change nothing, only name the files that would change")
    return parser


def _diff_parser() -> Parser:
    parser = Parser.of(
        "diff",
        "Compare two flows by what they mean: places, comments and layout do not count.",
        "exit status: 0 the same meaning, 1 a difference, 2 usage or a file with errors",
    )
    parser.add_argument("before", metavar="A", help="a flow file (.ww)")
    parser.add_argument("after", metavar="B", help="another one, or the same one later")
    return parser


def _new_parser() -> Parser:
    parser = Parser.of(
        "new",
        "Write a flow to begin with. A file that is there already is never touched.",
        "exit status: 0 done, 2 usage, or a file is there already or cannot be written",
    )
    parser.add_argument("template", nargs="?", metavar="TEMPLATE", help="without one, the templates are listed")
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="where to; default: here")
    return parser


def _keys_parser() -> Parser:
    return Parser.of("keys", "List everything that can be done on the screen: keys, what they do, `:` commands.", "")


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:6]) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)


def _serve_parser() -> Parser:
    parser = Parser.of(
        "serve",
        "Show a flow in a browser on this machine. Each page runs the flow while it is open. There is no password: "
        "only addresses of this machine alone are served unless you say that you know.",
        "exit status: 0 interrupted, 2 usage, file, or the address cannot be served",
    )
    parser.add_argument("file", metavar="FILE", help="a flow file (.ww)")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="default: 127.0.0.1")
    parser.add_argument("--port", type=_port, default=8000, metavar="N", help="default: 8000")
    parser.add_argument("--i-know-there-is-no-auth", action="store_true", help="serve to whoever can reach ADDRESS")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")
    parser.add_argument("--theme", metavar="NAME", help="colours of the screen")
    parser.add_argument("--state", metavar="DIR|none", help=f"{STATE}; default: .woodwork beside FILE")
    return parser


def _kinds_parser() -> Parser:
    parser = Parser.of(
        "kinds",
        "List what a flow can be made of, or the settings of one kind.",
        "exit status: 0 printed, 2 usage, or there is no such kind",
    )
    parser.add_argument("words", nargs="*", metavar="NAME", help="a kind, as in: llm scripted")
    parser.add_argument("--json", action="store_true", help="as JSON, with a JSON Schema of the settings")
    return parser


def _info_parser() -> Parser:
    parser = Parser.of("info", "Tell versions, paths and the terminal, for a report of a fault.", "")
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    return parser


def _dlq_parser() -> Parser:
    parser = Parser.of(
        "dlq",
        "Dead letters of a flow. One that runs is asked; of one that does not, what it has left is read, "
        "and what is replayed is delivered at its next start.",
        "exit status: 0 done, 1 something was refused or died again, 2 usage, or it could not be done",
    )
    parser.add_argument("do", choices=["list", "show", "replay", "discard", "export", "import"])
    parser.add_argument("file", metavar="FILE", help="a flow file (.ww)")
    parser.add_argument("ids", nargs="*", metavar="ID", help="which ones; for import: the file to read, or -")
    parser.add_argument("--where", default="", metavar="EXPR", help="which ones, as in 'to:billing state:open'")
    parser.add_argument("--rate", metavar="5/s", help="pace of a replay (default 10/s)")
    parser.add_argument("--canary", type=_count, default=0, metavar="N", help="so many have to succeed first")
    parser.add_argument("--force", action="store_true", help="replay also what was replayed before")
    parser.add_argument("--dry-run", action="store_true", help="only say what replay or discard would do")
    parser.add_argument("--json", action="store_true", help="JSON, one value a line")
    parser.add_argument("--state", metavar="DIR", help="the flow's state folder (default: .woodwork beside FILE)")
    return parser


def _inject_parser() -> Parser:
    parser = Parser.of(
        "inject",
        "Hand a message to a component of a flow that runs, and print the message's id.",
        "exit status: 0 accepted, 2 usage, or the flow does not run or did not take it",
    )
    parser.add_argument("file", metavar="FILE", help="a flow file (.ww)")
    parser.add_argument("component", metavar="COMPONENT")
    parser.add_argument("payload", metavar="JSON|-", help="the payload, or - for standard input")
    parser.add_argument("--session", metavar="ID", help="the session it belongs to (default: a new one)")
    parser.add_argument("--state", metavar="DIR", help="the flow's state folder (default: .woodwork beside FILE)")
    return parser


PARSERS = {
    "run": _run_parser,
    "check": _check_parser,
    "graph": _graph_parser,
    "fmt": _fmt_parser,
    "diff": _diff_parser,
    "dlq": _dlq_parser,
    "inject": _inject_parser,
    "new": _new_parser,
    "kinds": _kinds_parser,
    "keys": _keys_parser,
    "info": _info_parser,
    "serve": _serve_parser,
}
