"""`input generator`: how many, how fast, in which sessions, saying what; the same with a seed."""

from __future__ import annotations

import pytest

from support.workbench import Sent, Workbench
from woodwork_engine.errors import StartError


async def made(bench: Workbench, **settings: object) -> list[Sent]:
    return await bench.read(await bench.start("input generator", **{"every": 0.0001, **settings}))


async def test_a_count_ends_it(bench: Workbench):
    sent = await made(bench, count=3)

    assert [each.data for each in sent] == ["message 1", "message 2", "message 3"]
    assert {each.event for each in sent} == {"input.received"}


async def test_a_count_of_nothing_ends_it_at_once(bench: Workbench):
    assert await made(bench, count=0) == []


async def test_sessions_take_turns(bench: Workbench):
    sent = await made(bench, count=5, sessions=2)

    assert [each.session for each in sent] == ["session-1", "session-2", "session-1", "session-2", "session-1"]


async def test_sessions_are_called_as_the_flow_says(bench: Workbench):
    assert {each.session for each in await made(bench, count=4, sessions=2, session="shop")} == {"shop-1", "shop-2"}


async def test_without_a_name_one_new_session_is_kept(bench: Workbench):
    sent = await made(bench, count=3)

    assert len({each.session for each in sent}) == 1
    assert sent[0].session.startswith("s-")


async def test_payloads_are_filled_in_at_any_depth(bench: Workbench):
    payload = {"n": "{n}", "text": "no {n} of {session}", "deep": [{"what": "{a|b}"}], "rest": [1, None, True]}

    [first, _] = await made(bench, count=2, session="me", payload=payload, seed=1)

    assert first.data["n"] == 1
    assert first.data["text"] == "no 1 of me"
    assert first.data["deep"][0]["what"] in ("a", "b")
    assert first.data["rest"] == [1, None, True]


async def test_braces_that_are_no_hole_stay(bench: Workbench):
    [sent] = await made(bench, count=1, payload="{x} {} {{n}} {N}")

    assert sent.data == "{x} {} {1} {N}"


async def test_a_seed_makes_the_same_choices_in_every_run(bench: Workbench):
    settings = {"count": 20, "payloads": ["{a|b|c}", "{x|y}"], "seed": 4, "session": "s"}
    first = list(await made(bench, **settings))
    bench.outbox.sent.clear()

    assert await made(bench, name="again", **settings) == first
    assert len({each.data for each in first}) > 2


async def test_it_runs_at_the_pace_it_was_given(bench: Workbench):
    assert (await bench.start("input generator", rate=50))._interval == 0.02
    assert (await bench.start("input generator", every="250ms"))._interval == 0.25
    assert (await bench.start("input generator"))._interval == 1.0


async def test_it_is_finite_only_with_a_count(bench: Workbench):
    assert (await bench.start("input generator", count=1)).finite
    assert not (await bench.start("input generator")).finite


async def test_it_says_how_much_it_made(bench: Workbench):
    source = await bench.start("input generator", count=3, every=0.0001)
    await bench.read(source)

    assert source.summary() == "3 messages made of 3"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"rate": 1, "every": "1s"}, "rate and every say the same thing; keep one of them"),
        ({"rate": 0}, "rate: Input should be greater than 0"),
        ({"every": "soon"}, "every: a duration is a number with ms, s, m, h or d, as in 30s"),
        ({"sessions": 0}, "sessions: Input should be greater than or equal to 1"),
    ],
)
async def test_settings_that_make_no_sense_are_one_sentence(bench: Workbench, settings: dict, sentence: str):
    with pytest.raises(StartError) as refused:
        await bench.start("input generator", **settings)

    assert str(refused.value) == f"main.ww:3:1 it: {sentence}"


async def test_what_is_injected_belongs_to_the_session_whose_turn_it_is(bench: Workbench):
    source = await bench.start("input generator", sessions=2)

    await source.inject("by hand")
    await source.inject("by hand", session="mine", event="own.event")

    assert bench.outbox.sent == [
        Sent("input.received", "by hand", "session-1"),
        Sent("own.event", "by hand", "mine"),
    ]
