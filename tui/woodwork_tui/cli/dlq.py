"""`woodwork-tui dlq`: the dead letters of a flow, whether it runs or not."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from woodwork_engine.errors import WoodworkError
from woodwork_engine.payload import json_text
from woodwork_tui.cli.asking import Asking, say
from woodwork_tui.cli.requests import Dlq
from woodwork_tui.text import visible

USAGE = 2
_LOOK_SECONDS = 0.1
_ENDED = frozenset({"done", "cancelled", "stopped"})


def dlq(request: Dlq) -> int:
    """Do what *request* asks for and return the exit status: 0 done, 1 something was refused or died, 2 not done."""
    asking = Asking(request.file, request.state)
    try:
        return _DO[request.do](asking, request)
    except (WoodworkError, OSError) as error:
        say(str(error))
        return USAGE
    finally:
        asking.close()


def _chosen(request: Dlq, do: str) -> dict[str, object]:
    return {"do": do, "where": request.where, "ids": list(request.ids)}


def _told(request: Dlq, answer: object, text: str) -> None:
    """Print what has been done: *answer* as JSON where that was asked for, else *text*."""
    print(json_text(answer) if request.json else visible(text))


def _list(asking: Asking, request: Dlq) -> int:
    letters: Any = asking.ask(_chosen(request, "list"))
    for letter in letters:
        print(json_text(letter) if request.json else _line(letter))
    if not request.json:
        say(_counted(len(letters)))
    return 0


def _line(letter: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(letter["at"], UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    words = (letter["dlq_id"], at, letter["state"], letter["reason"], letter["target"], letter["session_id"])
    return visible("  ".join((*words, letter["error"])))


def _show(asking: Asking, request: Dlq) -> int:
    if not request.ids:
        say("name the dead letters to show: dlq show FILE ID...")
        return USAGE
    for dlq_id in request.ids:
        letter = asking.ask({"do": "show", "id": dlq_id})
        print(json_text(letter) if request.json else json.dumps(letter, indent=2, ensure_ascii=True))
    return 0


def _replay(asking: Asking, request: Dlq) -> int:
    order = _chosen(request, "replay") | {"rate": request.rate, "canary": request.canary, "force": request.force}
    if request.dry_run:
        preview: Any = asking.ask(order | {"do": "preview"})
        targets = ", ".join(f"{name} {count}" for name, count in preview["targets"])
        _told(request, preview, f"would replay {_counted(preview['total'])}" + (f": {targets}" if targets else ""))
        return 0
    if not asking.running:
        return _replay_at_rest(asking.ask(order), request)
    job: Any = asking.ask(order)
    while job["state"] not in _ENDED:
        time.sleep(_LOOK_SECONDS)
        job = asking.ask({"do": "job", "id": job["id"]})
    ends = f"{job['ok']} ok, {job['failed']} died again, {job['refused']} refused"
    _told(request, job, f"replayed {_counted(job['sent'])}: {ends}")
    for dlq_id, why in job["refusals"]:
        say(f"{dlq_id}: {why}")
    if job["problem"]:
        say(job["problem"])
    return 1 if job["failed"] or job["refused"] or job["state"] != "done" else 0


def _replay_at_rest(answer: Any, request: Dlq) -> int:
    _told(request, answer, f"{_counted(len(answer['kept']))} kept to be delivered at the next start of {request.file}")
    for dlq_id, why in answer["refusals"]:
        say(f"{dlq_id}: {why}")
    return 1 if answer["refusals"] else 0


def _discard(asking: Asking, request: Dlq) -> int:
    gone: Any = asking.ask(_chosen(request, "discard") | {"dry_run": request.dry_run})
    _told(request, gone, f"{'would discard' if request.dry_run else 'discarded'} {_counted(len(gone))}")
    return 0


def _export(asking: Asking, request: Dlq) -> int:
    lines: Any = asking.ask(_chosen(request, "export"))
    for line in lines:
        print(line)
    say(_counted(len(lines)))
    return 0


def _import(asking: Asking, request: Dlq) -> int:
    if len(request.ids) != 1:
        say("name one file of exported letters, or -: dlq import FILE LETTERS")
        return USAGE
    (source,) = request.ids
    text = sys.stdin.read() if source == "-" else Path(source).read_text()
    taken: Any = asking.ask({"do": "import", "lines": text.splitlines()})
    _told(request, taken, f"imported {_counted(len(taken['ids']))}")
    for number, why in taken["problems"]:
        say(f"line {number}: {why}")
    return 1 if taken["problems"] else 0


def _counted(count: int) -> str:
    return f"{count:,} dead letter{'' if count == 1 else 's'}"


_DO = {
    "list": _list,
    "show": _show,
    "replay": _replay,
    "discard": _discard,
    "export": _export,
    "import": _import,
}
