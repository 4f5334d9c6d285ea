"""What is told about a replay: where it came from, and what a person changed."""

from __future__ import annotations

from support.traffic import Traffic
from woodwork_tui.state.lineage import edit_lines, lineage_text
from woodwork_tui.state.lines import Line


def replayed(before: object, after: object) -> Traffic:
    """Return traffic in which m1 died and was replayed as m2."""
    traffic = Traffic()
    traffic.send("m1", "audit", payload=before)
    traffic.dead("m1", "audit")
    traffic.send("m2", "audit", payload=after)
    data: dict[str, object] = {"dlq_id": "dead-m1", "replay_of": "m1"}
    traffic.log.append(traffic.now, "replayed", traffic.envelopes["m2"], "audit", data=data)
    return traffic


def test_a_replay_names_its_original_and_the_original_its_replay():
    traffic = replayed({"a": 1}, {"a": 1})
    assert lineage_text(traffic.row("m1", "audit"), traffic.history) == "replayed as m2"
    assert lineage_text(traffic.row("m2", "audit"), traffic.history) == "replay of m1"
    assert list(edit_lines(traffic.row("m2", "audit"), traffic.history)) == []


def test_an_edited_replay_says_so_and_shows_what_changed():
    traffic = replayed({"a": 1, "b": 2}, {"a": 1, "b": 3})
    row = traffic.row("m2", "audit")
    assert lineage_text(row, traffic.history) == "replay of m1 (edited)"
    assert lineage_text(traffic.row("m1", "audit"), traffic.history) == "replayed as m2 (edited)"
    lines = list(edit_lines(row, traffic.history))
    assert Line('-   "b": 2', "bad") in lines
    assert Line('+   "b": 3', "ok") in lines


def test_a_change_of_a_large_payload_is_not_compared_line_by_line():
    traffic = replayed("x" * 20_000, "y" * 20_000)
    assert list(edit_lines(traffic.row("m2", "audit"), traffic.history))[-1].text.startswith("too large")


def test_nothing_is_told_about_a_message_that_was_never_replayed():
    traffic = Traffic()
    traffic.send("m", "audit")
    row = traffic.row("m", "audit")
    assert lineage_text(row, traffic.history) == ""
    assert list(edit_lines(row, traffic.history)) == []
