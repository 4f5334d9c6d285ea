"""The columns of the two tables of the DLQ tab."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from woodwork_engine.dead_letter import DeadLetter
from woodwork_tui.state.columns import Column
from woodwork_tui.state.dlq import LONGEST_REASON, is_under_way, preview, reason_of, replay_mark, tries
from woodwork_tui.state.dlq_groups import TREND_PARTS, Group, GroupBy, trend
from woodwork_tui.state.dlq_index import Remembered
from woodwork_tui.text import safe
from woodwork_tui.units import age, clock, count, sparkline

Now = Callable[[], float]
"""Tells the moment shown, s since the epoch."""


def group_columns(by: GroupBy, now: Now, since: Now, ascii_only: bool) -> list[Column[Group]]:
    """Return the columns of the table of groups made *by* something; trends begin at *since*."""

    def spark(group: Group) -> Text:
        deaths = trend(group.letters, since=since(), now=now())
        return Text(sparkline(deaths, TREND_PARTS, ascii_only=ascii_only), "bad" if deaths[-1] else "muted")

    columns: list[Column[Group]] = [
        Column("count", "#", lambda group: Text(count(group.count), "strong"), 6, align="right", drop=0),
        Column("last", "LAST", lambda group: age(now() - group.last), 6, align="right", drop=2),
        Column("first", "FIRST", lambda group: age(now() - group.first), 6, align="right", drop=3),
        Column("trend", "TREND", spark, TREND_PARTS, drop=4),
        Column("node", "NODE", lambda group: safe(group.node, width=40), minimum=8, most=18, drop=1),
        Column("title", by.value.upper(), lambda group: _title(group, by), minimum=24, weight=4, drop=0),
        Column("replayed", "REPLAYED", lambda group: safe(group.replayed, width=40, style="accent"), 18, drop=5),
    ]
    return [column for column in columns if column.key != "node" or by is not GroupBy.NODE]


def _title(group: Group, by: GroupBy) -> Text:
    return safe(group.title, width=LONGEST_REASON, style="bad" if by is GroupBy.REASON else "strong")


def letter_columns(
    by: GroupBy, now: Now, marked: Callable[[], frozenset[str]], ascii_only: bool
) -> list[Column[DeadLetter]]:
    """Return the columns of the table of letters; what they are grouped *by* is not repeated in each row."""
    payloads = Remembered(lambda letter: safe(preview(letter), width=400))

    def payload(letter: DeadLetter) -> Text:
        payloads.keep((letter,), 2_000)
        return payloads(letter)

    def mark(letter: DeadLetter) -> Text:
        return Text("[x]", "warn") if letter.dlq_id in marked() else Text("[ ]", "faint")

    def replays(letter: DeadLetter) -> Text:
        tone = "accent" if is_under_way(letter) else "bad" if letter.replay.count or letter.resolution else "faint"
        return Text(replay_mark(letter, ascii_only=ascii_only), tone)

    columns: list[Column[DeadLetter]] = [
        Column("mark", "", mark, 3, drop=0),
        Column("died", "DIED", lambda letter: clock(letter.at, millis=False), 8, drop=0),
        Column("age", "AGE", lambda letter: age(now() - letter.at), 6, align="right", drop=7),
        Column(
            "session", "SESS", lambda letter: safe(letter.envelope.session_id, width=40), minimum=6, most=10, drop=2
        ),
        Column("node", "NODE", lambda letter: safe(letter.route.target, width=40), minimum=8, most=12, drop=6),
        Column(
            "event", "EVENT", lambda letter: safe(letter.envelope.event_type, width=40), minimum=14, most=16, drop=5
        ),
        Column("tries", "TRIES", tries, 5, align="right", drop=3),
        Column("replays", "RPL", replays, 3, align="right", drop=4),
        Column("id", "ID", lambda letter: safe(letter.dlq_id, width=30, style="muted"), 10, drop=8),
        Column("error", "ERROR", _error, minimum=20, weight=4, drop=1),
        Column("payload", "PAYLOAD", payload, minimum=16, weight=5, drop=0),
    ]
    hidden = {GroupBy.REASON: "error", GroupBy.NODE: "node", GroupBy.SESSION: "session", GroupBy.EVENT: "event"}[by]
    return [column for column in columns if column.key != hidden]


def _error(letter: DeadLetter) -> Text:
    return safe(reason_of(letter), width=LONGEST_REASON, style="bad")
