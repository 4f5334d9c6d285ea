"""`woodwork-tui inject`: a message into a running flow."""

from __future__ import annotations

import json
import sys

from woodwork_engine.errors import WoodworkError
from woodwork_tui.cli.asking import Asking, say
from woodwork_tui.cli.requests import Inject

USAGE = 2


def inject(request: Inject) -> int:
    """Hand the message over, print its id, and return the exit status."""
    text = sys.stdin.read() if request.payload == "-" else request.payload
    try:
        payload = json.loads(text)
    except ValueError as error:
        say(f"the payload is no JSON: {error}; write a text as '\"text\"'")
        return USAGE
    asking = Asking(request.file, request.state)
    try:
        if not asking.running:
            say(f"{request.file} does not run with the state folder {asking.folder}; start it, or name its --state")
            return USAGE
        print(
            asking.ask({"do": "inject", "component": request.component, "payload": payload, "session": request.session})
        )
    except WoodworkError as error:
        say(str(error))
        return USAGE
    finally:
        asking.close()
    return 0
