"""One filter grammar in every list: each form means the same wherever it can be asked."""

from __future__ import annotations

import pytest

from support.dead_letters import NOON, attempt, letter
from support.flows import node
from support.traffic import START, Traffic
from woodwork_engine.errors import FilterError
from woodwork_engine.payload import encode
from woodwork_engine.snapshot import NodeState, NodeStats, RetryRow, SessionStats
from woodwork_tui.state.dlq_filter import dlq_filter
from woodwork_tui.state.flow_search import search
from woodwork_tui.state.messages import matcher
from woodwork_tui.state.queues import QueueRow, queue_filter
from woodwork_tui.state.retries import retry_filter
from woodwork_tui.state.sessions import session_filter

PAYLOAD = {"text": "Summary of repo", "cost": 0.5, "user": {"name": "Ana"}, "files": ["a.py"], "ok": True}
ERROR = "audit-db:5432 refused"


def message():
    traffic = Traffic()
    traffic.send("msg-7", "audit", payload=PAYLOAD, session="s-05", source="agent", event="agent.response")
    traffic.start("msg-7", "audit")
    traffic.fail("msg-7", "audit", ERROR)
    return traffic.row("msg-7", "audit")


def retry():
    made = (attempt(1, NOON - 240, message=ERROR),)
    return RetryRow(
        "msg-7", "s-05", "agent", "audit", "agent.response", 1, 4, NOON + 2, None, "0.5s", made, encode(PAYLOAD)
    )  # fmt: skip


def dead():
    return letter("dead-7", at=NOON - 240, payload=PAYLOAD, session="s-05", event="agent.response", message=ERROR)


def letters(text):
    found = dlq_filter(text)
    return lambda each: found.matches(each, NOON)


DELIVERIES = {
    "messages": (lambda text: matcher(text, lambda: START + 240), message),
    "retries": (lambda text: retry_filter(text, NOON), retry),
    "dlq": (letters, dead),
}
"""Lists of deliveries: what reads a filter there, and the one delivery of these tests as each of them has it."""


every_list = pytest.mark.parametrize("name", DELIVERIES)


def matches(name, text):
    read, make = DELIVERIES[name]
    return read(text)(make())


@every_list
@pytest.mark.parametrize(
    "text",
    [
        "summary",
        "REFUSED repo",
        '"summary of repo"',
        "!absent",
        "session:s-05",
        "sess:s-0*",
        "session:s-01|s-05",
        "session:!s-01",
        "!session:s-01",
        "from:agent to:audit",
        "source:agent target:audit node:audit",
        "edge:agent->audit",
        "event:agent.*",
        '~"refused|never"',
        "!~never",
        'error~"db:\\d+"',
        "payload.text~repo$",
        "payload.cost>0.4 payload.cost<=0.5",
        "payload.user.name:ana",
        "payload.files.0:a.py",
        "payload.ok:true",
        "!payload.missing:x",
        "payload:summary error:refused",
        "ms>1 ms<1s",
        "age<5m age>3m",
        "size>10",
    ],
)
def test_every_form_finds_the_delivery_in_every_list_of_deliveries(name, text):
    assert matches(name, text)


@every_list
@pytest.mark.parametrize(
    "text",
    [
        "absent",
        "summary absent",
        "!summary",
        "session:s-01|s-02",
        "session:!s-05",
        "edge:audit->agent",
        '~"^never"',
        "payload.cost>0.5",
        "payload.user.nobody:ana",
        "payload.files.1:a.py",
        "age<3m",
        "size>10kb",
    ],
)
def test_what_does_not_hold_finds_it_nowhere(name, text):
    assert not matches(name, text)


NUMBERS = {
    "sessions": (
        lambda text: session_filter(text, NOON),
        SessionStats("s-05", NOON - 240, NOON - 60, 148, rate=2.0, queued=31, dead=1),
        (
            "s-0",
            "session:s-0*",
            "state:active|failing",
            "!state:idle",
            '~"05$"',
            "queued>30",
            "age<5m",
            "!s-01",
            "dlq:1",
        ),
    ),
    "queues": (
        queue_filter,
        QueueRow("agent", "s-05", 31, 40, "running", "handling", "", 4.2),
        ("s-0", "node:agent", "session:s-0*", "state:running|paused", "!state:paused", '~"05$"', "depth>30", "age<5m"),
    ),
    "flow": (
        search,
        (node("agent"), NodeStats("agent", NodeState.BACKLOG, depth=31, oldest_age=4.2)),
        ("agent", "node:ag*", "state:backlog|ok", "!state:ok", '~"^age"', "queued>30", "age<5m", "!audit"),
    ),
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (*_, texts) in NUMBERS.items() for text in texts])
def test_every_form_can_be_asked_of_sessions_queues_and_components(name, text):
    read, row, _ = NUMBERS[name]
    assert read(text)(row)


@pytest.mark.parametrize("name", [*DELIVERIES, *NUMBERS])
@pytest.mark.parametrize("text", ["state:", 'say "hello', "age<soon", "~[", "sesion:s-05"])
def test_what_cannot_be_read_is_an_error_with_its_place_in_every_list(name, text):
    read = DELIVERIES[name][0] if name in DELIVERIES else NUMBERS[name][0]
    with pytest.raises(FilterError) as caught:
        read(text)
    assert 0 <= caught.value.position <= len(text)
