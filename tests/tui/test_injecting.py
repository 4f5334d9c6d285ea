"""Composing a message by hand: as a form, as JSON, to another component."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fake_engine import FakeEngine
from support.scene import NOW, scene
from support.traffic import HOSTILE
from support.whole_app import whole_app
from woodwork_engine.payload import decode, encode
from woodwork_engine.plan import PayloadField
from woodwork_tui.screens.inject import InjectScreen
from woodwork_tui.widgets.payload_form import FieldLine


def describing_engine(*fields: PayloadField) -> FakeEngine:
    """Return an engine whose component kb takes *fields* and has seen nothing."""
    engine = FakeEngine()
    plan = engine.snapshot().plan
    nodes = tuple(replace(node, takes=fields) if node.name == "kb" else node for node in plan.nodes)
    engine.snap(plan=replace(plan, nodes=nodes))
    return engine


def lines(shown) -> list[tuple[str, str]]:
    return [(line.field.name, line.input.value) for line in shown.app.screen.query(FieldLine)]


async def test_a_flat_payload_is_a_form_whose_fields_are_typed_without_quotes(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.select(node="tickets")
        await shown.press("i")
        assert lines(shown) == [("text", "ticket 27: please call me back"), ("user", "ben")]
        assert "sent to tickets as JSON · from the last message there" in shown.painted()
        await shown.press("enter", "end", "backspace", "backspace", "backspace", *"ana", "ctrl+s")
        payload = {"text": "ticket 27: please call me back", "user": "ana"}
        assert shown.engine.asked == [("inject", {"component": "tickets", "payload": payload, "session": None})]


async def test_a_kind_that_describes_its_payload_says_what_is_needed_and_what_is_wrong(tmp_path):
    engine = describing_engine(
        PayloadField("question", "text", required=True, note="what is looked up"), PayloadField("most", "number")
    )
    async with whole_app(tmp_path, engine=engine) as shown:
        await shown.select(node="kb")
        await shown.press("i")
        assert "what is looked up" in shown.painted()
        assert "question: it is needed" in shown.painted()
        await shown.press(*"lamps", "enter", *"ten", "ctrl+s")
        assert shown.engine.asked == []
        assert "most: 'ten' is not a number" in shown.painted()
        await shown.press("backspace", "backspace", "backspace", *"10", "ctrl+s")
        payload = {"question": "lamps", "most": 10}
        assert shown.engine.asked == [("inject", {"component": "kb", "payload": payload, "session": None})]


async def test_f2_turns_to_json_with_what_was_typed_and_back(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.select(node="tickets")
        await shown.press("i", "end", "!", "f2")
        dialog = shown.app.screen
        assert isinstance(dialog, InjectScreen)
        assert '"text": "ticket 27: please call me back!"' in shown.painted()
        dialog._editor.text = '{"a": {"deep": 1}}'
        await shown.press("f2")
        assert "Only an object whose values are short texts and numbers is a form." in shown.painted()
        dialog._editor.text = '{"n": 7}'
        await shown.press("f2")
        assert lines(shown) == [("n", "7")]
        await shown.press("ctrl+s")
        assert shown.engine.asked[0][1]["payload"] == {"n": 7}


async def test_another_component_brings_its_own_payload_unless_this_one_was_edited(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.select(node="tickets")
        await shown.press("i", "shift+tab", "shift+tab", "down", "down")
        assert shown.app.screen._chosen == "agent"
        assert lines(shown)[0][0] == "text"
        await shown.press("enter", "end", "?", "shift+tab", "shift+tab", "down", "down")
        assert shown.app.screen._chosen == "desk"
        assert lines(shown)[0][1].endswith("?")


async def test_where_nothing_was_seen_yet_there_is_an_example_that_says_so(tmp_path):
    async with whole_app(tmp_path) as shown:
        await shown.select(node="kb")
        await shown.press("i")
        assert lines(shown) == [("text", "hello")]
        assert "an example, nothing was seen there yet" in shown.painted()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_payloads_and_fields_break_nothing(tmp_path, text):
    moment = scene()
    payload = {text[:60]: text[:300], "n": 1}
    moment.traffic.send("msg-hostile", "kb", payload=payload, source="agent")
    engine = FakeEngine(moment)
    async with whole_app(tmp_path, engine=engine) as shown:
        shown.app.tick(NOW + 1)
        await shown.select(node="kb")
        await shown.press("i", "f2", "f2")
        assert not set(shown.painted()) & set("\x1b\x07\r\u202e")
        await shown.press("ctrl+s")
        assert shown.engine.asked[0][1]["payload"] == decode(encode(payload))
