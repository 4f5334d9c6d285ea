"""A payload as a form, and back: what fits into one, what it lacks, and where a payload begins."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType

import pytest

from support.flows import edge, node, plan
from support.scene import scene
from support.traffic import HOSTILE, Traffic
from woodwork_engine.payload import decode, encode
from woodwork_engine.plan import PayloadField
from woodwork_engine.role import Role
from woodwork_tui.state.history import DeliveryHistory
from woodwork_tui.state.injection import Payload, example, origin_line
from woodwork_tui.state.payload_form import FormField, Lacking, form_of, form_text, payload_of, typed_into

TEXT = PayloadField("text", "text", required=True, note="what it is asked")
MODEL = replace(node("agent", "llm scripted"), takes=(TEXT,))
SHOP = replace(
    node("shop"),
    takes=(
        PayloadField("item", "text", required=True),
        PayloadField("amount", "number", required=True),
        PayloadField("gift", "flag"),
        PayloadField("note", "text"),
        PayloadField("labels", "JSON"),
    ),
)
PLAIN = node("audit")


def filled(component, text):
    form = form_of(component, text)
    return None if form is None else {each.field.name: each.typed for each in form}


@pytest.mark.parametrize(
    ("component", "text", "form"),
    [
        (PLAIN, '{"order": 3, "item": "mug", "gift": true, "note": null}',
         {"order": "3", "item": "mug", "gift": "true", "note": "null"}),
        (PLAIN, '{"a": {"deep": 1}}', None),
        (PLAIN, '{"a": [1]}', None),
        (PLAIN, '{"a": "two\\nlines"}', None),
        (PLAIN, "plain text", None),
        (PLAIN, "{}", None),
        (PLAIN, "", None),
        (PLAIN, '{"a": ', None),
        (PLAIN, json.dumps({f"k{n}": n for n in range(13)}), None),
        (MODEL, "", {"text": ""}),
        (MODEL, "where is it?", {"text": "where is it?"}),
        (MODEL, '{"text": "hi", "user": "ana"}', {"text": "hi", "user": "ana"}),
        (SHOP, "", {"item": "", "amount": "", "gift": "", "note": "", "labels": ""}),
    ],
)  # fmt: skip
def test_a_flat_object_and_what_a_kind_describes_is_a_form_and_nothing_else(component, text, form):
    assert filled(component, text) == form


@pytest.mark.parametrize("text", ['{"order": 3, "item": "", "gift": true, "note": null, "ratio": 1.5}', '{"n": "3"}'])
def test_a_payload_comes_back_out_of_its_form_as_it_was(text):
    form = form_of(PLAIN, text)
    assert form is not None
    assert payload_of(form) == Payload(json.loads(text), "JSON")
    assert json.loads(form_text(form)) == json.loads(text)


@pytest.mark.parametrize(
    ("typed", "result"),
    [
        ({"item": "mug", "amount": "2.5"}, {"item": "mug", "amount": 2.5}),
        ({"item": "mug", "amount": "2", "gift": "true", "labels": '["a"]', "note": "x"},
         {"item": "mug", "amount": 2, "gift": True, "labels": ["a"], "note": "x"}),
        ({"amount": "2"}, Lacking("item", "it is needed")),
        ({"item": "mug"}, Lacking("amount", "write a number")),
        ({"item": "mug", "amount": "two"}, Lacking("amount", "'two' is not a number")),
        ({"item": "mug", "amount": "true"}, Lacking("amount", "'true' is not a number")),
        ({"item": "mug", "amount": "1", "gift": "yes"}, Lacking("gift", "'yes' is not true or false")),
        ({"item": "mug", "amount": "1", "labels": "[1"},
         Lacking("labels", "'[1' is not JSON, such as 1, true or [\"a\"]")),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_what_the_field_is_or_says_what_it_lacks(typed, result):
    form = form_of(SHOP, "")
    assert form is not None
    for name, text in typed.items():
        form = typed_into(form, name, text)
    made = payload_of(form)
    assert made == (Payload(result, "JSON") if isinstance(result, dict) else result)
    assert isinstance(json.loads(form_text(form)), dict)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_would_act_on_a_terminal_is_left_to_the_editor_of_json(text):
    for payload in ({"a": text}, {text: 1}):
        form = form_of(PLAIN, json.dumps(payload))
        if form is not None:
            assert all(each.typed.isprintable() and each.field.name.isprintable() for each in form)
            assert payload_of(form) == Payload(decode(encode(payload)), "JSON")


def test_a_field_is_text_number_flag_or_json_as_the_payload_has_it():
    form = form_of(PLAIN, '{"a": "x", "b": 1, "c": false, "d": null}')
    assert form is not None
    assert [each.field.type for each in form] == ["text", "number", "flag", "JSON"]
    assert form[0] == FormField(PayloadField("a", "text"), "x", seen=True)


def generator(**settings):
    made = node("orders", "input generator", Role.INPUT)
    return replace(made, settings=MappingProxyType(settings))


def begun(*nodes, of="shop", lines=()):
    return example(of, plan(list(nodes), list(lines)), DeliveryHistory())


def test_a_message_begins_with_the_last_one_there():
    traffic = Traffic()
    traffic.send("m", "audit", payload={"n": 1})
    found = example("audit", scene().plan, traffic.fold())
    assert (json.loads(found.text), found.origin) == ({"n": 1}, "the last message there")
    assert origin_line(found) == " · from the last message there"


def test_where_nothing_was_seen_it_begins_with_what_a_generator_makes_for_it():
    template = MappingProxyType({"order": "{n}", "item": "{lamp|mug}", "who": "in {session}", "list": ("{n}", True)})
    orders = generator(payloads=(template, "other"))
    found = begun(orders, node("shop"), lines=[edge("orders", "shop")])
    assert json.loads(found.text) == {"order": 1, "item": "lamp", "who": "in session-1", "list": [1, True]}
    assert found.origin == "what orders makes"
    assert begun(generator(payload="ticket {n}"), of="orders").text == "ticket 1"
    assert begun(generator(), of="orders").text == "message 1"


def test_else_it_begins_empty_where_its_kind_says_what_it_takes_and_with_an_example_elsewhere():
    assert begun(MODEL, of="agent").text == ""
    assert begun(node("chat", "input cli", Role.INPUT), of="chat").text == ""
    found = begun(node("shop"))
    assert json.loads(found.text) == {"text": "hello"}
    assert found.origin == "an example, nothing was seen there yet"
