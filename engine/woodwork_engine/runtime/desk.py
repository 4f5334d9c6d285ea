"""What can be asked of a flow from another process, as plain data: dead letters, and messages for its components.

A request is an object with `do` (`list`, `show`, `preview`, `replay`, `job`, `discard`, `export`, `import`, `inject`)
and what that needs; the answer is plain data. The same requests serve a running flow and the state that one has left.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.bus.replay import in_lane_order
from woodwork_engine.bus.replay_order import BulkReplay, replay_rate
from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.dead_letter_codec import to_line
from woodwork_engine.dead_letter_filter import LetterChoice, state_of
from woodwork_engine.errors import RequestError, WoodworkError

Inject = Callable[[str, object, str | None], Awaitable[str]]
Request = Mapping[str, object]

BY = "command line"


class Desk:
    """Answers requests about *bus* on its loop; *inject* hands a payload to a component, None where nothing runs."""

    def __init__(self, bus: InMemoryMessageBus, inject: Inject | None) -> None:
        self._bus = bus
        self._inject = inject
        self._answers: Mapping[str, Callable[[Request], Awaitable[object]]] = {
            "list": self._list,
            "show": self._show,
            "preview": self._preview,
            "replay": self._replay,
            "job": self._job,
            "discard": self._discard,
            "export": self._export,
            "import": self._import,
            "inject": self._hand_over,
        }

    async def answer(self, request: object) -> object:
        """Return the answer to *request*; raises a WoodworkError that says what is wrong with it."""
        what = request.get("do") if isinstance(request, dict) else None
        answer = self._answers.get(what) if isinstance(what, str) else None
        if answer is None or not isinstance(request, dict):
            raise RequestError(f"a request is an object with 'do': one of {', '.join(self._answers)}")
        return await answer(request)

    async def _list(self, request: Request) -> object:
        return [_summary(letter) for letter in await self._bus.dead_letters.select(_choice(request))]

    async def _show(self, request: Request) -> object:
        dlq_id = _text(request, "id") or ""
        letter = self._bus.dead_letters.get(dlq_id)
        if letter is None:
            raise RequestError(f"there is no dead letter {dlq_id}")
        return json.loads(to_line(letter))

    def _order(self, request: Request) -> BulkReplay:
        rate, canary = _text(request, "rate"), request.get("canary", 0)
        if not isinstance(canary, int):
            raise RequestError("'canary' is a whole number")
        force = request.get("force") is True
        return BulkReplay(
            _choice(request), rate=replay_rate(rate) if rate is not None else 10.0, canary=canary, force=force, by=BY
        )

    async def _preview(self, request: Request) -> object:
        return msgspec.to_builtins(await self._bus.jobs.preview(self._order(request)))

    async def _replay(self, request: Request) -> object:
        order = self._order(request)
        if self._inject is not None:
            return msgspec.to_builtins(await self._bus.jobs.start(order))
        chosen = await self._bus.dead_letters.select(order.choice)
        sent, refused = [], []
        for letter in in_lane_order([one for one in chosen if order.force or state_of(one) == "open"]):
            self._bus.core.endpoint(letter.route.target)
            try:
                sent.append(await self._bus.dead_letters.replay(letter.dlq_id, force=order.force, by=BY))
            except WoodworkError as error:
                refused.append((letter.dlq_id, str(error)))
        return {"kept": sent, "refusals": refused}

    async def _job(self, request: Request) -> object:
        job = self._bus.jobs.get(_text(request, "id") or "")
        if job is None:
            raise RequestError("there is no such job any more")
        return msgspec.to_builtins(job)

    async def _discard(self, request: Request) -> object:
        chosen = await self._bus.dead_letters.select(_choice(request))
        going = [letter.dlq_id for letter in chosen if state_of(letter) == "open"]
        if request.get("dry_run") is not True:
            self._bus.dead_letters.discard(going, by=BY)
        return going

    async def _export(self, request: Request) -> object:
        return [to_line(letter) for letter in await self._bus.dead_letters.select(_choice(request))]

    async def _import(self, request: Request) -> object:
        lines = request.get("lines")
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise RequestError("'lines' is a list of lines that were exported")
        return msgspec.to_builtins(self._bus.dead_letters.import_(lines, BY))

    async def _hand_over(self, request: Request) -> object:
        component = _text(request, "component")
        if self._inject is None or component is None:
            raise RequestError("a message is handed to a component of a flow that runs")
        return await self._inject(component, request.get("payload"), _text(request, "session"))


def _text(request: Request, name: str) -> str | None:
    value = request.get(name)
    if value is not None and not isinstance(value, str):
        raise RequestError(f"{name!r} is a text")
    return value


def _choice(request: Request) -> LetterChoice:
    ids = request.get("ids")
    if ids is not None and not (isinstance(ids, list) and all(isinstance(one, str) for one in ids)):
        raise RequestError("'ids' is a list of ids of dead letters")
    return LetterChoice(_text(request, "where") or "", frozenset(ids) if isinstance(ids, list) and ids else None)


def _summary(letter: DeadLetter) -> dict[str, object]:
    return {
        "dlq_id": letter.dlq_id,
        "at": letter.at,
        "state": state_of(letter),
        "reason": letter.reason.value,
        "target": letter.route.target,
        "session_id": letter.envelope.session_id,
        "message_id": letter.envelope.message_id,
        "attempts": len(letter.attempts),
        "error": letter.error,
    }
