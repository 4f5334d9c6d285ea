"""What every component can do and ask, inside a flow and outside of one."""

from __future__ import annotations

import threading

import pytest

from support.workbench import PLACE, Sent, Workbench
from woodwork_engine.components import Component, build, response_event
from woodwork_engine.errors import PayloadError, StartError, WoodworkError
from woodwork_engine.plan import Node
from woodwork_engine.role import Role


async def own(bench: Workbench, body: str, **options: object) -> Component:
    bench.script("own.py", f"from woodwork_engine import Component\nclass Own(Component):\n{body}")
    return await bench.start("function python", path="own.py", class_="Own", **options)


async def test_what_is_emitted_in_a_handler_is_staged_and_has_its_id_at_once(bench: Workbench):
    component = await own(
        bench,
        "    async def process(self, data):\n        return [await self.emit('a', 1), await self.emit('b', 2)]\n",
    )

    attempt = await bench.deliver(component, "x")

    assert attempt.result == ["msg-0/it.0", "msg-0/it.1"]
    assert attempt.outputs == [Sent("a", 1, None), Sent("b", 2, None)]
    assert bench.outbox.sent == []


async def test_what_was_sent_to_one_component_keeps_the_answer_on_its_way(bench: Workbench):
    component = await own(
        bench,
        "    async def process(self, data):\n"
        "        await self.send_to_component('other', 'note', data)\n"
        "        return 'answer'\n",
    )

    assert (await bench.deliver(component, "x")).outputs == [
        Sent("note", "x", None, "other"),
        Sent("component.response", "answer", None),
    ]


async def test_a_failed_attempt_leaves_nothing_staged_for_the_next(bench: Workbench):
    component = await own(
        bench,
        "    async def process(self, data):\n"
        "        await self.emit('a', self.context.attempt)\n"
        "        if self.context.attempt == 1:\n            raise ValueError('no')\n",
    )
    delivery = bench.delivery(component, "x", event="input.received", session="s-1", attempt=1, sender="input")
    with pytest.raises(ValueError, match="no"):
        await bench.attempt(component, delivery)
    delivery.attempt = 2

    assert (await bench.attempt(component, delivery)).outputs == [Sent("a", 2, None)]


async def test_another_component_can_be_asked(bench: Workbench):
    bench.outbox.answers["kb"] = lambda data: f"about {data}"
    component = await own(
        bench, "    async def process(self, data):\n        return await self.request('kb', data, timeout=1.0)\n"
    )

    assert (await bench.deliver(component, "orders")).result == "about orders"


async def test_what_is_noted_in_a_thread_is_written_on_the_loop(bench: Workbench):
    component = await own(bench, "    def process(self, data):\n        self.note('agent.thought', {'of': data})\n")

    await bench.deliver(component, "x")
    await bench.outbox.until(lambda: bench.outbox.notes == [("agent.thought", {"of": "x"})])

    assert bench.outbox.threads == {threading.current_thread().name}


async def test_session_and_context_belong_to_a_message(bench: Workbench):
    component = await own(bench, "    async def process(self, data):\n        return self.session.id\n")

    assert (await bench.deliver(component, "x", session="s-7")).result == "s-7"
    with pytest.raises(WoodworkError, match="it handles no message now"):
        _ = component.session


def test_a_component_outside_a_flow_says_what_to_do():
    with pytest.raises(WoodworkError, match="Component is not part of a flow yet; send from start"):
        _ = Component().link


async def test_what_is_no_plain_data_is_the_attempts_failure_and_names_the_place(bench: Workbench):
    component = await own(bench, "    async def process(self, data):\n        return {'a': [object()]}\n")

    with pytest.raises(PayloadError, match="a"):
        await bench.deliver(component, "x")


async def test_a_class_without_process_of_its_own_says_so(bench: Workbench):
    component = await own(bench, "    pass\n")

    with pytest.raises(NotImplementedError, match=r"Own has no process\(data\)"):
        await bench.deliver(component, "x")


async def test_settings_of_a_persons_class_are_its_own(bench: Workbench):
    component = await own(
        bench,
        "    def __init__(self, name, **config):\n        self.settings = config\n"
        "    async def process(self, data):\n        return self.settings\n",
        colour="red",
    )

    assert (await bench.deliver(component, "x")).result == {"colour": "red"}


@pytest.mark.parametrize(
    ("role", "event"),
    [
        (Role.INPUT, "input.received"),
        (Role.AGENT, "agent.response"),
        (Role.LLM, "agent.response"),
        (Role.PROCESSOR, "component.response"),
        (Role.OUTPUT, "component.response"),
    ],
)
def test_a_role_decides_what_an_answer_is_called(role: Role, event: str):
    assert response_event(role) == event


def test_a_kind_that_is_not_there_is_one_sentence(bench: Workbench):
    node = Node("it", "llm imaginary", Role.LLM, PLACE)

    with pytest.raises(StartError, match=r"main.ww:3:1 it: there is no kind 'llm imaginary'"):
        build(node, {}, bench.outbox, bench._services, {})
