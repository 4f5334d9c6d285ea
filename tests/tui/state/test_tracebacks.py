"""Tracebacks as people read them."""

from __future__ import annotations

from woodwork_tui.state.tracebacks import frame_of, traceback_lines

HEAD = "Traceback (most recent call last):"
RUNNER = '  File "/x/woodwork_engine/bus/runner.py", line 188, in _work\n    await handler(delivery)'
CALLS = '  File "/x/woodwork_engine/components/calls.py", line 34, in __call__\n    result = await result\n      ^^^^^'
OWN = '  File "/home/me/shop/audit.py", line 12, in record\n    connection = await connect("audit-db", 5432)'
LIBRARY = '  File "/usr/lib/python3.11/asyncio/tasks.py", line 1, in wait_for\n    return await fut'
END = "ConnectionError: audit-db:5432 refused"


def told(*parts: str) -> list[tuple[str, str]]:
    return [(line.text, line.tone) for line in traceback_lines("\n".join(parts))]


def test_frames_of_the_engine_are_counted_so_that_the_person_sees_their_own():
    assert told(HEAD, RUNNER, CALLS, OWN, LIBRARY, CALLS, END) == [
        (HEAD, ""),
        ("  … 2 frames of the engine", "muted"),
        *((line, "strong") for line in OWN.split("\n")),
        *((line, "muted") for line in LIBRARY.split("\n")),
        ("  … 1 frame of the engine", "muted"),
        (END, ""),
    ]


def test_where_nothing_is_the_person_s_own_every_frame_is_shown():
    assert [text for text, _ in told(HEAD, RUNNER, CALLS, END)] == "\n".join((HEAD, RUNNER, CALLS, END)).split("\n")


def test_an_error_that_led_to_another_keeps_its_own_lines():
    cause = "\nThe above exception was the direct cause of the following exception:\n"
    shown = [text for text, _ in told(HEAD, OWN, "KeyError: 'x'", cause, HEAD, RUNNER, OWN, END)]
    assert shown.count(HEAD) == 2
    assert "KeyError: 'x'" in shown
    assert cause.strip() in shown
    assert shown.count("  … 1 frame of the engine") == 1


def test_no_traceback_is_told():
    assert told(" ") == [("There is no traceback.", "muted")]


def test_the_last_frame_of_the_person_s_own_is_where_to_look():
    assert frame_of("\n".join((HEAD, RUNNER, OWN, LIBRARY, END))) == ("/home/me/shop/audit.py", 12)
    assert frame_of("\n".join((HEAD, RUNNER, END))) is None
