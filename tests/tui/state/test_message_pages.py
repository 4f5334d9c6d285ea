"""The pages of a message's detail, its causal tree and why it went where it went."""

from __future__ import annotations

import pytest

from support.flows import edge, node, plan
from support.traffic import HOSTILE, START, Traffic
from woodwork_engine.plan import Edge, EdgeKind, FlowPlan
from woodwork_engine.source import Span
from woodwork_tui.state import message_pages as pages
from woodwork_tui.state.causes import causal_tree, siblings, why
from woodwork_tui.state.lines import Line
from woodwork_tui.state.payload_view import PayloadForm, payload_lines
from woodwork_tui.state.tracebacks import frame_of
from woodwork_tui.units import clock

PLAN = plan(
    [node("input"), node("agent"), node("output"), node("audit")],
    [edge("input", "agent", 3, EdgeKind.INFERRED), edge("agent", "output", 12), edge("agent", "audit", 12)],
)


@pytest.fixture
def traffic() -> Traffic:
    """A question, its answer to two targets, one of which failed."""
    made = Traffic()
    made.send("q", "agent", source="input")
    made.start("q", "agent")
    made.ok("q", "agent", outputs=("q/agent.0",))
    made.send("q/agent.0", "output", "audit", source="agent", event="agent.response", cause="q", payload={"a": 1})
    made.ok("q/agent.0", "output")
    made.start("q/agent.0", "audit")
    made.fail("q/agent.0", "audit")
    made.retry("q/agent.0", "audit", after=2.0)
    return made


def test_why_a_message_went_there_is_the_place_of_its_route(traffic):
    explicit = why(traffic.row("q/agent.0", "audit"), PLAN, 1)
    assert (explicit.place, explicit.text) == ("main.ww:12", "explicit, to")
    assert why(traffic.row("q", "agent"), PLAN, 1).text == "inferred"


def test_the_place_of_a_route_is_seen_from_the_folder_of_the_flow():
    traffic = Traffic()
    traffic.send("m", "audit", source="agent")
    row = traffic.row("m", "audit")
    for file, shown in (("/home/ana/flow/parts/audit.ww", "parts/audit.ww:4"), ("/etc/x.ww", "/etc/x.ww:4")):
        route = Edge("agent", "audit", EdgeKind.EXPLICIT, Span(file, 4, 1, 4, 2))
        reason = why(row, FlowPlan("/home/ana/flow/main.ww", edges=(route,)), 1)
        assert (reason.place, reason.file, reason.line) == (shown, file, 4)


def test_why_says_when_the_revision_has_changed_and_the_route_is_gone(traffic):
    gone = why(traffic.row("q/agent.0", "audit"), plan([node("agent")]), 2)
    assert gone.text == "its route is no longer in the file · under rev 1, now rev 2"


def test_why_tells_injected_direct_and_unroutable_messages_apart():
    traffic = Traffic()
    traffic.send("a", "agent", source=None)
    traffic.send("b", "agent", source="audit")
    traffic.send("c", source="audit", event="x")
    assert why(traffic.row("a", "agent"), PLAN, 1).text == "injected into agent"
    assert why(traffic.row("b", "agent"), PLAN, 1).text == "sent to it by name, not by a route"
    assert why(traffic.row("c", ""), PLAN, 1).text == "audit has no route for x"


def test_siblings_are_the_other_deliveries_of_the_same_message(traffic):
    row = traffic.row("q/agent.0", "audit")
    others = siblings(row, traffic.history)
    assert [other.target for other in others] == ["output"]
    line = pages.route_line(row, why(row, PLAN, 1), others, traffic.now)
    assert line.text == "main.ww:12  explicit, to · rev 1 · 2 targets, siblings → output ✓ ok"


def test_the_causal_tree_leads_up_to_the_question_and_down_to_what_followed(traffic):
    traffic.send("q/agent.0/output.0", "log", source="output", cause="q/agent.0")
    tree = causal_tree(traffic.row("q", "agent"), traffic.fold())
    assert [(b.depth, b.row.key if b.row else None, b.here) for b in tree] == [
        (0, ("q", "agent"), True),
        (1, ("q/agent.0", "output"), False),
        (2, ("q/agent.0/output.0", "log"), False),
        (1, ("q/agent.0", "audit"), False),
    ]
    tree = causal_tree(traffic.row("q/agent.0", "audit"), traffic.history)
    assert [(b.depth, b.row.key if b.row else None, b.here) for b in tree] == [
        (0, ("q", "agent"), False),
        (1, ("q/agent.0", "audit"), True),
    ]


def test_the_causal_tree_says_when_the_cause_has_left_the_ring():
    traffic = Traffic()
    traffic.send("b", "agent", cause="gone")
    assert causal_tree(traffic.row("b", "agent"), traffic.history)[0].note == "what caused it is no longer kept"


def test_the_trace_of_a_loop_ends():
    traffic = Traffic()
    traffic.send("a", "x", source="y", cause="b")
    traffic.send("b", "y", source="x", cause="a")
    assert len(causal_tree(traffic.row("a", "x"), traffic.fold())) <= 4


def test_attempts_come_newest_first_with_error_and_next_time(traffic):
    traffic.now += 2
    traffic.start("q/agent.0", "audit", 2)
    row = traffic.row("q/agent.0", "audit")
    texts = [line.text for line in pages.attempts_page(row, traffic.now + 1)]
    assert texts[0].startswith("#2")
    assert texts[0].endswith("running for 1.0s")
    assert texts[1].startswith("#1 of 4")
    assert texts[1].endswith("✗ ConnectionError")
    assert texts[2].strip() == "audit-db:5432 refused"
    assert texts[3].strip() == f"next: {clock(START + 2)}, backoff 2.0s"


def test_the_error_page_keeps_line_breaks_and_lifts_own_frames(traffic):
    lines = pages.error_page(traffic.row("q/agent.0", "audit"))
    assert lines[0] == Line("ConnectionError: audit-db:5432 refused", "bad")
    by_text = {line.text.strip(): line.tone for line in lines}
    assert by_text['File "/home/ana/flow/audit.py", line 22, in handle'] == "strong"
    assert by_text['File "/usr/lib/python3.11/asyncio/tasks.py", line 9, in wait'] == "muted"
    assert frame_of("".join(f"{line.text}\n" for line in lines)) == ("/home/ana/flow/audit.py", 22)


def test_folded_json_keeps_short_things_on_a_line_and_says_what_it_leaves_out():
    value = {
        "text": "Done",
        "files": ["a", "b"],
        "many": list(range(100)),
        "deep": {"x": {"y": {"z": {"w": "q" * 80}}}},
    }
    lines = payload_lines(value, PayloadForm.FOLDED)
    assert '  "files": ["a", "b"],' in lines
    assert "    … 60 more items (v shows all)" in lines
    assert any("{ … 1 keys }" in line for line in lines)
    assert lines[-1] == "}"


def test_payloads_show_as_json_text_and_hex():
    assert payload_lines({"a": [1]}, PayloadForm.JSON) == ("{", '  "a": [', "    1", "  ]", "}")
    assert payload_lines("one\r\ntwo", PayloadForm.TEXT) == ("one", "two")
    assert payload_lines("AB\n", PayloadForm.HEX) == (f"00000000  {'41 42 0a':<47}  AB.",)
    assert payload_lines(b"\x00", PayloadForm.HEX)[0].startswith("00000000  00 ")


def test_a_line_of_hex_fits_into_its_room_with_sixteen_or_eight_bytes():
    wide = payload_lines(bytes(range(40)), PayloadForm.HEX, 80)
    narrow = payload_lines(bytes(range(40)), PayloadForm.HEX, 57)
    assert (len(wide), len(narrow)) == (3, 5)
    assert max(map(len, wide)) <= 75
    assert max(map(len, narrow)) <= 43
    assert narrow[1].startswith("00000008  08 09")


def test_a_cut_payload_says_how_big_it_was():
    traffic = Traffic()
    traffic.send("big", "agent", payload="x" * 100_000)
    assert (
        "cut at 64 KiB, 97.7 KiB in all"
        in pages.payload_page(traffic.row("big", "agent"), PayloadForm.TEXT, traffic.history)[-1].text
    )


def test_a_dead_delivery_says_why_in_its_attempts_and_headers(traffic):
    traffic.dead("q/agent.0", "audit")
    row = traffic.row("q/agent.0", "audit")
    assert (
        any("given up: exhausted" in line.text for line in pages.attempts_page(row, traffic.now))
        or row.attempts[-1].due
    )
    assert any("dead-q/agent.0" in line.text for line in pages.headers_page(row, None))


@pytest.mark.parametrize("text", HOSTILE)
def test_every_page_takes_hostile_text(text):
    traffic = Traffic()
    traffic.send("m", "audit", payload={"text": text, "list": [text[:50]] * 50}, session=text[:200], event=text[:50])
    traffic.fail("m", "audit", text[:2_000])
    row = traffic.row("m", "audit")
    for form in PayloadForm:
        assert pages.payload_page(row, form, traffic.history)
    assert pages.headers_page(row, None)
    assert pages.attempts_page(row, START)
    assert pages.error_page(row)
    assert pages.trace_page(row, traffic.history, START)
    assert pages.raw_page(row)
    assert pages.summary(row, START).text
