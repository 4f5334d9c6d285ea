"""Two sessions side by side."""

from __future__ import annotations

import pytest

from support.traffic import HOSTILE, Traffic
from woodwork_tui.state.compare import MOST_HOPS, MOST_TURNS, Compared, Verdict, compare
from woodwork_tui.state.compare_columns import compare_columns, differing, hop_lines
from woodwork_tui.state.sessions import to_compare


def turn(
    traffic: Traffic, session: str, number: int, *, text: str = "hi", audit: bool = True, ms: float = 10.0
) -> None:
    """Let a question go to the agent and its answer to output, and to audit where it does."""
    question, answer = f"{session}-q{number}", f"{session}-a{number}"
    traffic.send(question, "agent", payload={"text": text}, session=session)
    traffic.start(question, "agent")
    traffic.ok(question, "agent", ms=ms, outputs=(answer,))
    targets = ("output", "audit") if audit else ("output",)
    traffic.send(
        answer, *targets, payload="done", session=session, source="agent", event="agent.response", cause=question
    )
    for target in targets:
        traffic.start(answer, target)
        traffic.ok(answer, target)


def told(hops: tuple[Compared, ...]) -> list[str]:
    return [f"{hop.turn}{'  ' * hop.depth} {hop.row.source}>{hop.row.target} {hop.verdict.value}" for hop in hops]


def test_equal_sessions_are_the_same_hop_by_hop():
    traffic = Traffic()
    for session in ("a", "b"):
        turn(traffic, session, 1)
    found = compare(traffic.fold(), "a", "b")
    assert told(found.hops) == [
        "0 input>agent same", "0   agent>output same", "0   agent>audit same",
    ]  # fmt: skip
    assert found.summary() == "no difference but in time"


def test_a_payload_that_differs_a_hop_that_is_missing_and_one_that_is_extra_are_told():
    traffic = Traffic()
    turn(traffic, "a", 1, text="one", audit=True)
    turn(traffic, "b", 1, text="two", audit=False)
    traffic.send("b-x", "tools", session="b", source="agent", event="tool.call", cause="b-q1")
    found = compare(traffic.fold(), "a", "b")
    assert told(found.hops) == [
        "0 input>agent payload differs",
        "0   agent>output same",
        "0   agent>audit only left",
        "0   agent>tools only right",
    ]
    assert found.summary() == "1 payload differs · 1 only in a · 1 only in b"


def test_another_end_of_a_hop_counts_more_than_its_payload():
    traffic = Traffic()
    turn(traffic, "a", 1, text="one")
    traffic.send("b-q1", "agent", payload={"text": "two"}, session="b")
    traffic.start("b-q1", "agent")
    traffic.fail("b-q1", "agent")
    traffic.dead("b-q1", "agent")
    assert compare(traffic.fold(), "a", "b").hops[0].verdict is Verdict.FATE


def test_what_follows_a_hop_that_only_one_side_has_is_only_there_too():
    traffic = Traffic()
    turn(traffic, "a", 1)
    turn(traffic, "b", 1)
    traffic.send("b-t", "tools", session="b", source="agent", event="tool.call", cause="b-q1")
    traffic.send("b-u", "agent", session="b", source="tools", event="tool.observation", cause="b-t")
    found = compare(traffic.fold(), "a", "b")
    assert told(found.hops)[-2:] == ["0   agent>tools only right", "0     tools>agent only right"]


def test_turns_are_paired_by_how_they_begin_and_one_too_many_stands_alone():
    traffic = Traffic()
    turn(traffic, "a", 1)
    turn(traffic, "b", 1)
    traffic.send("b-ping", "clock", session="b", source="timer", event="tick")
    turn(traffic, "b", 2)
    turn(traffic, "a", 2)
    found = compare(traffic.fold(), "a", "b")
    assert [(hop.turn, hop.verdict) for hop in found.hops if not hop.depth] == [
        (0, Verdict.SAME), (1, Verdict.ONLY_RIGHT), (2, Verdict.SAME),
    ]  # fmt: skip


def test_the_time_of_a_hop_is_told_from_the_left_to_the_right():
    traffic = Traffic()
    turn(traffic, "a", 1, ms=10.0)
    turn(traffic, "b", 1, ms=58.0)
    found = compare(traffic.fold(), "a", "b")
    assert found.hops[0].slower_by == 48.0
    slower = next(column for column in compare_columns(found) if column.key == "slower")
    assert slower.render(found.hops[0]).plain == "+48ms"
    assert slower.render(found.hops[1]).plain == "±0"


def test_equal_hops_are_paired_in_the_order_of_acceptance_and_never_twice():
    traffic = Traffic()
    for session, texts in (("a", ("x", "y")), ("b", ("x", "y", "z"))):
        traffic.send(f"{session}-q", "agent", session=session)
        for number, text in enumerate(texts):
            traffic.send(
                f"{session}-{number}", "out", payload=text, session=session, source="agent", cause=f"{session}-q"
            )
    found = compare(traffic.fold(), "a", "b")
    assert [hop.verdict for hop in found.hops[1:]] == [Verdict.SAME, Verdict.SAME, Verdict.ONLY_RIGHT]


def test_only_the_newest_turns_are_compared_and_that_is_said():
    traffic = Traffic(limit=10_000)
    for number in range(MOST_TURNS + 5):
        traffic.send(f"a-{number}", "agent", session="a")
        traffic.send(f"b-{number}", "agent", session="b")
    found = compare(traffic.fold(), "a", "b")
    assert len(found.hops) == MOST_TURNS
    assert found.cut
    assert f"the newest {MOST_TURNS} turns" in found.summary()
    assert MOST_HOPS > MOST_TURNS


def test_sessions_of_which_nothing_is_kept_have_nothing_to_compare():
    assert compare(Traffic().fold(), "a", "b").hops == ()


def test_of_long_payloads_the_part_that_differs_is_shown():
    ours, theirs = differing("x" * 300 + "left", "x" * 300 + "right")
    assert ours.startswith("…xxx")
    assert ours.endswith("left")
    assert theirs.endswith("right")


def test_a_hop_says_what_differs_in_its_payload_line_by_line():
    traffic = Traffic()
    turn(traffic, "a", 1, text="one")
    turn(traffic, "b", 1, text="two", audit=False)
    found = compare(traffic.fold(), "a", "b")
    lines = [line.text for line in hop_lines(found.hops[0], found)]
    assert '-   "text": "one"' in lines
    assert '+   "text": "two"' in lines
    alone = [line.text for line in hop_lines(found.hops[2], found)]
    assert any("did not come here" in line for line in alone)
    assert "Only in a:" in alone
    same = [line.text for line in hop_lines(found.hops[1], found)]
    assert "Both carry the same payload:" in same


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_sessions_and_payloads_are_told_safely(text):
    traffic = Traffic()
    for session in (text, "b"):
        traffic.send(f"{session[:3]!r}-{session == text}", "agent", payload={text[:50]: text}, session=session)
    found = compare(traffic.fold(), text, "b")
    for column in compare_columns(found, ascii_only=True):
        shown = column.render(found.hops[0])
        plain = shown if isinstance(shown, str) else shown.plain
        assert "\x1b" not in column.cut(plain, 30)
    assert hop_lines(found.hops[0], found)


@pytest.mark.parametrize(
    ("marked", "current", "pair"),
    [(("a", "b"), "c", ("a", "b")), (("b", "a"), None, ("b", "a")), (("a",), "c", ("a", "c"))],
)
def test_the_marked_two_are_compared_or_the_marked_one_with_the_one_under_the_cursor(marked, current, pair):
    assert to_compare(marked, current) == pair


@pytest.mark.parametrize("marked", [(), ("a",), ("a", "b", "c")])
def test_what_to_mark_is_said_where_there_are_not_two(marked):
    assert isinstance(to_compare(marked, "a"), str)
