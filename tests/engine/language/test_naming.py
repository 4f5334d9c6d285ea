"""Which component a place of a text (`|`) is about."""

from __future__ import annotations

import pytest

from woodwork_engine.language.naming import declaration_at, declaration_lines, word_at

FLOW = """\
# said
ask = input cli { to: agent }

agent = llm scripted {
    to: [say, "audit-log"]
}
# below
say = output console {}
"""


def at(text: str) -> tuple[str, int]:
    before, _, after = text.partition("|")
    return before + after, len(before)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("to: ag|ent }", "agent"),
        ("to: |agent", "agent"),
        ("to: agent|", "agent"),
        ('to: ["audit-|log"]', "audit-log"),
        ("to: | agent", ""),
        ("a\n|\nb", ""),
        ("", ""),
    ],
)
def test_the_word_at_a_place(text: str, word: str):
    assert word_at(*at(text)) == word


@pytest.mark.parametrize(
    ("mark", "name"),
    [("ask = inp", "ask"), ("to: [sa", "agent"), ("\n# below", ""), ("say = ", "say"), ("# said", "")],
)
def test_the_declaration_around_a_place(mark: str, name: str):
    assert declaration_at(FLOW, FLOW.index(mark) + len(mark)) == name


def test_components_are_found_on_their_lines_also_in_unfinished_text():
    assert declaration_lines(FLOW) == {"ask": 2, "agent": 4, "say": 8}
    assert declaration_lines("a = echo {\nb = echo { to: [\r\nc: output console\n{}\n") == {"a": 1, "b": 2, "c": 3}
