"""What the Chat page shows."""

from __future__ import annotations

import pytest

from support.flows import node, plan
from support.traffic import HOSTILE
from woodwork_engine.role import Role
from woodwork_engine.transcript import Transcript
from woodwork_tui.state.chat import Conversation, answerers, empty_text, prompts, spoken

CHAT = node("chat", "input cli", Role.INPUT)
DESK = node("desk", "output console", Role.OUTPUT)


def talked(*lines):
    transcript = Transcript()
    for session, who, said, text in lines:
        transcript.add(1_700_000_000.0, session, who, said, text)
    return transcript


def plain(texts):
    return [text.plain for text in texts]


def test_the_inputs_to_type_into_and_the_outputs_that_answer_are_found_by_kind():
    flow = plan([node("web", "input api", Role.INPUT), CHAT, DESK, node("file", "output file", Role.OUTPUT)])
    assert (prompts(flow), answerers(flow)) == (("chat",), ("desk",))
    assert prompts(None) == ()


def test_only_news_are_read_each_time():
    transcript, conversation = talked(("s-1", "chat", "in", "hello")), Conversation()
    assert [line.text for line in conversation.news(transcript)[0]] == ["hello"]
    transcript.add(1.0, "s-1", "desk", "out", "hi")
    assert conversation.news(transcript) == (transcript.after(1), False)
    assert conversation.news(transcript) == ((), False)


def test_another_transcript_is_read_from_its_beginning():
    conversation = Conversation()
    conversation.news(talked(("s-1", "chat", "in", "hello")))
    lines, anew = conversation.news(talked(("s-2", "desk", "out", "other")))
    assert ([line.text for line in lines], anew, conversation.own) == (["other"], True, None)


def test_ones_own_session_is_the_one_last_spoken_in():
    conversation = Conversation()
    conversation.news(talked(("s-1", "chat", "in", "a"), ("s-9", "desk", "out", "b"), ("s-2", "chat", "in", "c")))
    assert conversation.own == "s-2"
    conversation.begin()
    assert conversation.own == ""


def test_a_line_tells_when_in_which_session_who_and_what():
    lines = talked(("s-1", "chat", "in", "hello"), ("s-2", "desk", "out", "hi\nthere")).after(0)
    assert plain(spoken(lines, None)) == ["22:13:20 s-1 chat › hello", "22:13:20 s-2 desk ‹ hi", "         there"]
    assert plain(spoken(lines, "s-1")) == ["22:13:20 chat › hello"]
    assert plain(spoken(lines, "s-1", ascii_only=True)) == ["22:13:20 chat > hello"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_lines_are_shown_and_do_nothing(hostile):
    for text in spoken(talked((hostile, hostile, "out", hostile)).after(0), None):
        assert text.plain.isprintable()
        assert len(text.plain) < 25_000


def test_an_empty_chat_says_what_to_do():
    assert "i types into chat" in empty_text(plan([CHAT, DESK]))
    assert "desk answers here" in empty_text(plan([CHAT, DESK]))
    assert "i injects" in empty_text(plan([node("a")]))
    assert "What desk gets" in empty_text(plan([DESK]))
    assert "without an `output console`" in empty_text(plan([CHAT]))
