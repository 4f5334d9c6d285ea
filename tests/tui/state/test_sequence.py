"""A turn drawn as a sequence."""

from __future__ import annotations

import pytest

from support.traffic import HOSTILE, Traffic
from woodwork_tui.state.sequence import sequence


def asked() -> Traffic:
    traffic = Traffic()
    traffic.send("m-1", "agent")
    traffic.start("m-1", "agent")
    traffic.now += 0.05
    traffic.ok("m-1", "agent", ms=50.0)
    traffic.send("m-2", "input", source="agent", event="reply", cause="m-1")
    traffic.send("m-3", "agent", source="agent", event="again", cause="m-1")
    return traffic


def drawn(traffic: Traffic, width: int, **options: object) -> list[str]:
    return [line.plain.rstrip() for line in sequence(tuple(traffic.fold()), width, **options)]


def test_each_delivery_is_an_arrow_from_its_source_to_its_target():
    assert drawn(asked(), 60) == [
        "        input               agent",
        "    0ms ├─input.received───►│                   ✓ 50ms",
        "   50ms │◄─reply────────────┤                   · queued",
        "   50ms │                   ⟲ again             · queued",
    ]


def test_in_ascii_nothing_needs_more():
    lines = drawn(asked(), 60, ascii_only=True)
    assert all(line.isascii() for line in lines)
    assert "|-input.received--->|" in lines[1]


def test_an_arrow_passes_the_lifelines_between_its_ends():
    traffic = Traffic()
    traffic.send("m-1", "agent")
    traffic.send("m-2", "audit", source="input", event="copy")
    assert "├─copy" in drawn(traffic, 80)[2]
    assert drawn(traffic, 80)[2].count("│") == 1


def test_where_lifelines_have_no_room_the_deliveries_are_told_in_words():
    lines = drawn(asked(), 36)
    assert lines[0].startswith("    0ms  input → agent")
    assert all(len(line) <= 36 for line in lines)


def test_what_is_not_drawn_is_said():
    traffic = Traffic()
    for number in range(30):
        traffic.send(f"m-{number}", "agent")
    lines = drawn(traffic, 80, most=10)
    assert len(lines) == 10
    assert lines[1] == "22 earlier ones are not drawn"


def test_every_line_has_the_width_of_the_others():
    lines = sequence(tuple(asked().fold()), 100)
    assert len({line.cell_len for line in lines[1:]}) == 1
    assert all(line.cell_len <= 100 for line in lines)


def test_a_session_without_deliveries_has_no_picture():
    assert sequence((), 80) == ()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_events_are_drawn_safely(text):
    traffic = Traffic()
    traffic.send("m-1", text[:60], source=f"{text[:50]}!", event=text)
    for width in (30, 120):
        for line in sequence(tuple(traffic.fold()), width):
            assert "\x1b" not in line.plain
            assert line.cell_len <= width
