"""What has gone through the support desk up to the moment shown: answers, retries, deaths, and what is under way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from support.dead_letters import attempt, letter
from support.traffic import START, TRACEBACK, Traffic
from woodwork_engine.dead_letter import DeadLetter, DeathReason
from woodwork_engine.snapshot import AttemptInfo, RetryRow

NOW = START
"""The moment shown, in s since the epoch: 22:13:20 UTC."""
ALLOWED = 4
REV = 2
"""The revision that is live all the while."""
REFUSED = "audit-db:5432 refused"
QUESTIONS = ("cannot log in", "wrong invoice", "where is my order", "please call me back")
_INVALID = "1 field required (text)"


@dataclass(frozen=True)
class Desk:
    """The traffic so far, what waits for another attempt (the soonest first) and what died (the oldest first)."""

    traffic: Traffic
    retries: tuple[RetryRow, ...]
    dead_letters: tuple[DeadLetter, ...]


def busy_desk() -> Desk:
    """Return a new, equal desk at NOW."""
    agenda = _Agenda(Traffic(allowed=ALLOWED))
    letters = _dead(agenda)
    _answered(agenda)
    retries = _retrying(agenda)
    _under_way(agenda)
    agenda.run()
    return Desk(agenda.traffic, retries, letters)


class _Agenda:
    """What happens when; the log is written in the order of time."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self._steps: list[tuple[float, Callable[[], None]]] = []

    def at(self, when: float, act: Callable[..., None], *words: object, **options: object) -> None:
        """Do *act* at *when* (s since the epoch)."""
        self._steps.append((when, partial(act, *words, **options)))

    def run(self) -> None:
        """Do everything, then let it be NOW."""
        for when, act in sorted(self._steps, key=lambda step: step[0]):
            self.traffic.now = when
            act()
        self.traffic.now = NOW


def _answered(agenda: _Agenda) -> None:
    """Let 24 tickets be answered, and every other answer be audited at the second attempt."""
    traffic = agenda.traffic
    for number in range(24):
        at = NOW - 52.0 + 2.0 * number
        ticket, answer = f"msg-t{number:02d}", f"msg-t{number:02d}/agent.0"
        session = f"s-{number % 5 + 1:02d}"
        text = f"ticket {number}: {QUESTIONS[number % 4]}"
        payload = {"text": text, "user": "ana"}
        agenda.at(at, traffic.send, ticket, "agent", payload=payload, session=session, source="tickets", rev=REV)
        agenda.at(at, traffic.start, ticket, "agent")
        agenda.at(at + 0.061, traffic.ok, ticket, "agent", ms=61.0, outputs=(answer,))
        _answer(agenda, at + 0.061, ticket, session, text, "desk", "audit")
        agenda.at(at + 0.062, traffic.start, answer, "desk")
        agenda.at(at + 0.064, traffic.ok, answer, "desk", ms=2.0)
        _audit(agenda, at + 0.062, answer, fails=number % 2 == 1)


def _answer(agenda: _Agenda, at: float, ticket: str, session: str, text: str, *targets: str) -> None:
    agenda.at(
        at,
        agenda.traffic.send,
        f"{ticket}/agent.0",
        *targets,
        payload={"text": f"Here is what I found: {text}", "cost": 0.014},
        session=session,
        source="agent",
        event="agent.response",
        cause=ticket,
        rev=REV,
    )


def _audit(agenda: _Agenda, at: float, answer: str, *, fails: bool) -> None:
    traffic = agenda.traffic
    agenda.at(at, traffic.start, answer, "audit")
    if fails:
        agenda.at(at + 0.009, traffic.fail, answer, "audit")
        agenda.at(at + 0.009, traffic.retry, answer, "audit", after=0.5)
        at += 0.509
        agenda.at(at, traffic.start, answer, "audit", 2)
    agenda.at(at + 0.011, traffic.ok, answer, "audit", ms=11.0, attempt=2 if fails else 1)


def _retrying(agenda: _Agenda) -> tuple[RetryRow, ...]:
    """Leave two answers waiting for another attempt at the audit, the soonest first."""
    traffic = agenda.traffic
    rows = []
    for number, (session, tries, due) in enumerate((("s-05", 3, 0.9), ("s-02", 1, 1.8))):
        ticket, answer = f"msg-r{number}", f"msg-r{number}/agent.0"
        _answer(agenda, NOW - 4.0, ticket, session, QUESTIONS[number], "audit")
        made = tuple(
            attempt(n, NOW - 1.0 - (tries - n), message=REFUSED, traceback=TRACEBACK) for n in range(1, tries + 1)
        )
        for each in made:
            wait = NOW + due - each.ended if each.n == tries else 1.0 - 0.009
            agenda.at(each.started, traffic.start, answer, "audit", each.n)
            agenda.at(each.ended, traffic.fail, answer, "audit", attempt=each.n)
            agenda.at(each.ended, traffic.retry, answer, "audit", after=wait, attempt=each.n)
        rows.append(_retry_row(answer, session, tries, NOW + due, made))
    return tuple(rows)


def _retry_row(message: str, session: str, tries: int, due: float, made: tuple[AttemptInfo, ...]) -> RetryRow:
    policy = "0.5 s × 2, cap 60 s, full jitter"
    return RetryRow(
        message, session, "agent", "audit", "agent.response", tries, ALLOWED, due, NOW + 296.0, policy, made
    )


def _under_way(agenda: _Agenda) -> None:
    """Leave three tickets waiting for the agent behind one that it handles."""
    for number, session in enumerate(("s-01", "s-01", "s-04", "s-02")):
        at = NOW - 0.8 + 0.2 * number
        ticket = f"msg-q{number}"
        payload = {"text": f"ticket {24 + number}: {QUESTIONS[number]}", "user": "ben"}
        agenda.at(at, agenda.traffic.send, ticket, "agent", payload=payload, session=session, source="tickets", rev=REV)
        if number == 0:
            agenda.at(at, agenda.traffic.start, ticket, "agent")


def _dead(agenda: _Agenda) -> tuple[DeadLetter, ...]:
    """Let two audits and one prompt die; one of the audits came back from a replay."""
    facts = (
        ("d-01", "audit", "s-05", NOW - 240.0, "ConnectionError", REFUSED, DeathReason.EXHAUSTED, 4),
        ("d-02", "audit", "s-02", NOW - 90.0, "ConnectionError", REFUSED, DeathReason.EXHAUSTED, 4),
        ("d-03", "agent", "s-06", NOW - 60.0, "ValidationError", _INVALID, DeathReason.REJECTED, 1),
    )
    letters = []
    for dlq_id, target, session, at, error, message, reason, tries in facts:
        source, event = ("agent", "agent.response") if target == "audit" else ("chat", "input.received")
        payload = {"text": f"answer of {session}", "files": []} if target == "audit" else {"question": "hello?"}
        replayed = dlq_id == "d-02"
        letters.append(
            letter(
                dlq_id,
                at=at,
                payload=payload,
                source=source,
                target=target,
                session=session,
                event=event,
                reason=reason,
                error=error,
                message=message,
                traceback=TRACEBACK,
                attempts=tries,
                replays=int(replayed),
                chain=("d-00",) if replayed else (),
                revision=REV,
            )
        )
        _die(agenda, letters[-1], message)
    return tuple(letters)


def _die(agenda: _Agenda, dead: DeadLetter, message: str) -> None:
    traffic, envelope, target = agenda.traffic, dead.envelope, dead.route.target
    name = envelope.message_id
    agenda.at(
        dead.at - len(dead.attempts),
        traffic.send,
        name,
        target,
        payload=dead.payload(),
        session=envelope.session_id,
        source=envelope.sender_component,
        event=envelope.event_type,
        rev=REV,
    )
    for made in dead.attempts:
        agenda.at(made.started, traffic.start, name, target, made.n)
        agenda.at(made.ended, traffic.fail, name, target, message, attempt=made.n)
        if made.n < len(dead.attempts):
            agenda.at(made.ended, traffic.retry, name, target, after=0.991, attempt=made.n)
    agenda.at(dead.at, _bury, traffic, dead)


def _bury(traffic: Traffic, dead: DeadLetter) -> None:
    details: dict[str, object] = {"reason": dead.reason.value, "dlq_id": dead.dlq_id}
    envelope = traffic.envelopes[dead.envelope.message_id]
    traffic.log.append(traffic.now, "dead", envelope, dead.route.target, data=details)
