"""The columns of the two tables of the DLQ tab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from rich.cells import cell_len
from rich.text import Text

from woodwork_engine.dead_letter import DeadLetter
from woodwork_tui.state.columns import Column
from woodwork_tui.state.dlq import LONGEST_REASON, is_under_way, kept_until, preview, reason_of, replay_mark, tries
from woodwork_tui.state.dlq_groups import TREND_PARTS, Group, GroupBy, trend
from woodwork_tui.state.dlq_listing import Listing
from woodwork_tui.state.dlq_view import DlqView
from woodwork_tui.state.message_columns import session_width
from woodwork_tui.state.remembered import Remembered
from woodwork_tui.text import fit, fit_middle, safe
from woodwork_tui.units import age, clock, count, duration, sparkline

Now = Callable[[], float]
"""Tells the moment shown, s since the epoch."""

_MOST_NAMES = 200
_SHORTEST_NODE, _LONGEST_NODE = 5, 18


@dataclass(frozen=True, slots=True)
class DlqLooks:
    """What the columns depend on: `session` and `node` in cells, and whether anything shown was replayed or noted."""

    session: int = 4
    node: int = _SHORTEST_NODE
    replayed: bool = False
    noted: bool = False
    ascii: bool = False

    def after(self, listing: Listing, *, ascii_only: bool) -> DlqLooks:
        """Return the looks for *listing*; columns grow with the names in it and never shrink, which would jump."""
        groups = listing.groups[:_MOST_NAMES]
        letters = islice((letter for group in groups for letter in group.letters), _MOST_NAMES)
        nodes = max((cell_len(fit(group.node, _LONGEST_NODE)) for group in groups), default=0)
        return DlqLooks(
            max(self.session, session_width(tuple(letter.envelope.session_id for letter in letters))),
            max(self.node, nodes),
            self.replayed or bool(listing.replayed),
            self.noted or bool(listing.noted),
            ascii_only,
        )


def group_columns(kind: DlqView, now: Now, since: Now, looks: DlqLooks) -> list[Column[Group]]:
    """Return the columns of the table of groups in the view *kind*; trends begin at *since*."""
    by = kind.groups

    def spark(group: Group) -> Text:
        deaths = trend(group.letters, since=since(), now=now())
        return Text(sparkline(deaths, TREND_PARTS, ascii_only=looks.ascii), "bad" if deaths[-1] else "muted")

    columns: list[Column[Group]] = [
        Column("count", "#", lambda group: Text(count(group.count), "strong"), 6, align="right", drop=0),
        Column("last", "LAST", lambda group: age(now() - group.last), 6, align="right", drop=2),
        Column("first", "FIRST", lambda group: age(now() - group.first), 6, align="right", drop=3),
        Column("trend", "TREND", spark, TREND_PARTS, drop=4),
        Column("node", "NODE", lambda group: safe(group.node, width=80), looks.node, drop=1, cut=fit_middle),
        Column("title", by.value.upper(), lambda group: _title(group, by), minimum=24, weight=3, drop=0),
        Column("replayed", "REPLAYED", lambda group: safe(group.replayed, width=40, style="accent"), 18, drop=5),
        Column("note", "NOTE", lambda group: safe(group.note, width=200, style="muted"), minimum=12, most=30, drop=6),
    ]
    absent = (("node", by is GroupBy.NODE), ("replayed", not looks.replayed), ("note", not looks.noted))
    hidden = {key for key, away in absent if away}
    return [column for column in columns if column.key not in hidden]


def _title(group: Group, by: GroupBy) -> Text:
    return safe(group.title, width=LONGEST_REASON, style="bad" if by is GroupBy.REASON else "strong")


def letter_columns(
    kind: DlqView,
    now: Now,
    marked: Callable[[], frozenset[str]],
    max_age: Callable[[], float | None],
    looks: DlqLooks,
) -> list[Column[DeadLetter]]:
    """Return the columns of the table of letters; what they are grouped by is not repeated in each row.

    In the trash it is said for how much longer a letter is kept, which follows from *max_age* in s.
    """
    by, trash = kind.groups, kind is DlqView.TRASH
    payloads = Remembered(lambda letter: safe(preview(letter), width=400))

    def payload(letter: DeadLetter) -> Text:
        payloads.keep((letter,), 2_000)
        return payloads(letter)

    def mark(letter: DeadLetter) -> Text:
        return Text("[x]", "warn") if letter.dlq_id in marked() else Text("[ ]", "faint")

    def replays(letter: DeadLetter) -> Text:
        tone = "accent" if is_under_way(letter) else "bad" if letter.replay.count or letter.resolution else "faint"
        return Text(replay_mark(letter, ascii_only=looks.ascii), tone)

    def kept(letter: DeadLetter) -> Text:
        until = kept_until(letter, max_age())
        return Text("for good", "muted") if until is None else Text(duration(until - now()), "warn")

    columns: list[Column[DeadLetter]] = [
        Column("mark", "", mark, 3, drop=0),
        Column("died", "DIED", lambda letter: clock(letter.at, millis=False), 8, drop=0),
        Column("kept", "KEPT FOR", kept, 8, align="right", drop=1),
        Column("age", "AGE", lambda letter: age(now() - letter.at), 6, align="right", drop=7),
        Column("session", "SESS", _session, looks.session, drop=2, cut=fit_middle),
        Column("node", "NODE", lambda letter: safe(letter.route.target, width=80), looks.node, drop=6, cut=fit_middle),
        Column(
            "event", "EVENT", lambda letter: safe(letter.envelope.event_type, width=40), minimum=14, most=16, drop=5
        ),
        Column("tries", "TRIES", tries, 5, align="right", drop=3),
        Column("replays", "RPL", replays, 3, align="right", drop=4),
        Column("id", "ID", lambda letter: safe(letter.dlq_id, width=30, style="muted"), 10, drop=8),
        Column("error", "ERROR", _error, minimum=20, weight=4, drop=1),
        Column("payload", "PAYLOAD", payload, minimum=16, weight=5, drop=0),
    ]
    told = {GroupBy.REASON: "error", GroupBy.NODE: "node", GroupBy.SESSION: "session", GroupBy.EVENT: "event"}[by]
    hidden = {told} if trash else {told, "kept"}
    return [column for column in columns if column.key not in hidden]


def _session(letter: DeadLetter) -> Text:
    return safe(letter.envelope.session_id, width=200)


def _error(letter: DeadLetter) -> Text:
    return safe(reason_of(letter), width=LONGEST_REASON, style="bad")
