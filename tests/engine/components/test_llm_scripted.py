"""`llm scripted`: the same words and failures every time, with tools and a memory."""

from __future__ import annotations

import pytest

from support.workbench import Sent, Workbench
from woodwork_engine.components.llm_scripted import ModelError
from woodwork_engine.errors import StartError


async def said(bench: Workbench, model, *questions: object, session: str = "s-1") -> list[object]:
    return [(await bench.deliver(model, question, session=session)).result for question in questions]


async def test_without_a_script_it_says_what_it_was_asked(bench: Workbench):
    model = await bench.start("llm scripted")

    assert await said(bench, model, "hi") == ["hi"]


async def test_answers_come_in_turn_with_their_holes_filled(bench: Workbench):
    model = await bench.start("llm scripted", answers=["{n}: {input}", "{session}?"])

    assert await said(bench, model, "a", "b", "c") == ["1: a", "s-1?", "3: c"]


async def test_an_answer_goes_on_as_the_models_response(bench: Workbench):
    model = await bench.start("llm scripted", answers="yes")

    assert (await bench.deliver(model, "really?")).outputs == [Sent("agent.response", "yes", None)]


@pytest.mark.parametrize(
    ("payload", "asked"),
    [
        ("a", "a"),
        ({"text": "b", "x": 1}, "b"),
        ({"input": "c"}, "c"),
        ({"prompt": "d"}, "d"),
        ({"x": 1}, '{"x": 1}'),
        (7, "7"),
    ],
)
async def test_a_model_reads_text_or_the_text_of_an_object_or_its_json(bench: Workbench, payload: object, asked: str):
    model = await bench.start("llm scripted")

    assert await said(bench, model, payload) == [asked]


async def test_the_first_rule_that_fits_answers_in_any_case(bench: Workbench):
    model = await bench.start(
        "llm scripted",
        rules=[{"contains": "ORDER", "answer": "about orders"}, {"contains": "", "answer": "about anything"}],
    )

    assert await said(bench, model, "my order?", "hello") == ["about orders", "about anything"]


async def test_a_rule_asks_a_tool_and_what_happens_is_noted(bench: Workbench):
    bench.outbox.answers["kb"] = lambda data: {"text": "it is packed", "asked": data}
    model = await bench.start(
        "llm scripted", tools=["kb"], rules=[{"contains": "order", "tool": "kb", "answer": "I see: {tool}"}]
    )

    assert await said(bench, model, {"text": "my order"}) == ["I see: it is packed"]
    assert bench.outbox.asked == [("kb", {"text": "my order"})]
    assert bench.outbox.notes == [
        ("tool.call", {"tool": "kb", "input": {"text": "my order"}}),
        ("tool.observation", {"tool": "kb", "output": "it is packed"}),
    ]


async def test_a_tool_that_fails_is_the_attempts_failure(bench: Workbench):
    def refused(data: object) -> object:
        raise ConnectionError("kb is away")

    bench.outbox.answers["kb"] = refused
    model = await bench.start("llm scripted", tools="kb", rules=[{"contains": "", "tool": "kb", "answer": "{tool}"}])

    with pytest.raises(ConnectionError, match="kb is away"):
        await bench.deliver(model, "x")


async def test_a_rule_may_fail_on_purpose(bench: Workbench):
    model = await bench.start("llm scripted", rules=[{"contains": "boom", "error": "out of tokens"}])

    with pytest.raises(ModelError, match="out of tokens"):
        await bench.deliver(model, "boom")


async def test_question_and_answer_are_remembered_per_session(bench: Workbench):
    notes = await bench.start("memory short_term", name="notes")
    model = await bench.start("llm scripted", references=[notes], memory="notes", answers="I know {said} things")

    assert await said(bench, model, "a", "b") == ["I know 0 things", "I know 2 things"]
    assert await said(bench, model, "c", session="s-2") == ["I know 0 things"]
    assert [(thing.who, thing.text) for thing in notes.recall("s-1")][:2] == [("user", "a"), ("it", "I know 0 things")]


async def test_a_failed_attempt_is_not_remembered_and_takes_no_answer(bench: Workbench):
    notes = await bench.start("memory short_term", name="notes")
    model = await bench.start(
        "llm scripted",
        references=[notes],
        memory="notes",
        answers=["one", "two"],
        rules=[{"contains": "boom", "error": "no"}],
    )

    with pytest.raises(ModelError):
        await bench.deliver(model, "boom")

    assert notes.recall("s-1") == []
    assert await said(bench, model, "x") == ["one"]


async def test_failures_and_latency_are_the_same_in_every_run_with_a_seed(bench: Workbench):
    runs = []
    for name in ("first", "second"):
        model = await bench.start("llm scripted", name=name, failure_rate=0.5, seed=7, latency=0, latency_max=0.001)
        outcome = []
        for _ in range(12):
            try:
                await bench.deliver(model, "x")
                outcome.append(True)
            except ModelError as error:
                outcome.append(str(error))
        runs.append(outcome)

    assert runs[0] == runs[1]
    assert set(runs[0]) == {True, "the model is overloaded"}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"rules": [{"contains": "x", "tool": "kb"}]}, "a rule asks 'kb', which is not in tools"),
        ({"latency": "2s", "latency_max": "1s"}, "latency_max is less than latency"),
        ({"failure_rate": 2}, "failure_rate: Input should be less than or equal to 1"),
        ({"rules": [{"contians": "x"}]}, "rules.0.contains: Field required"),
        ({"memory": "nobody"}, "memory: nobody is not started; name a component declared as `memory short_term`"),
    ],
)
async def test_settings_that_make_no_sense_are_one_sentence(bench: Workbench, settings: dict, sentence: str):
    with pytest.raises(StartError) as refused:
        await bench.start("llm scripted", **settings)

    assert str(refused.value) == f"main.ww:3:1 it: {sentence}"
