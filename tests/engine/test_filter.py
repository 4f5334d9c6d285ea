"""The filter grammar: what terms mean, where errors point, and that no text and no pattern runs away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from woodwork_engine.errors import FilterError
from woodwork_engine.filter import compile_filter
from woodwork_engine.safe_regex import UnsafePatternError, searcher

ROW: Mapping[str, object] = {
    "session": "s-05",
    "source": "agent",
    "target": "audit",
    "state": "dead",
    "attempt": 3,
    "ms": 210.0,
    "age": 240.0,
    "size": 3_000,
    "error": "ConnectionError: audit-db:5432 refused",
    "payload": {"text": "Done. 3 files", "cost": 0.5, "files": ["README.md", "bus.py"], "ok": True, "none": None},
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "refused",
        "REFUSED done",
        '"3 files"',
        '{"text":',
        "state:dead",
        "state:retry|dead|ok",
        "state:!ok",
        "!state:ok",
        "session:s-0*",
        "session:S-0?",
        "from:agent to:audit",
        "try:3",
        "ms>200 ms<=210",
        "ms>0.2s",
        "age<5m",
        "size>=2kb",
        "payload.cost>0.4",
        "payload.text~3.files",
        'payload.text~"Done|never"',
        '~"db:\\d+ ref"',
        "!~nothing",
        "payload.files.0:readme.md",
        "payload.ok:true",
        "payload.none:null",
        "payload:done",
        'error:"refused"|other',
        "!nowhere",
    ],
)
def test_a_row_that_satisfies_every_term_matches(text: str) -> None:
    assert compile_filter(text).matches(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "absent",
        "refused absent",
        "!refused",
        "state:ok|retry",
        'session:"s-0*"',
        "session:s-1*",
        "ms>210",
        "age<4m",
        "payload.text>1",
        "payload.ok>0",
        "payload.files.7:x",
        "payload.cost.deeper:1",
        "missing:x",
    ],
)
def test_one_term_that_fails_is_enough_to_miss(text: str) -> None:
    assert not compile_filter(text).matches(ROW)


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("state:", 6, "missing"),
        ("ok state:a|", 11, "missing"),
        ("!", 1, "missing"),
        ('say "hello', 4, "never closed"),
        ("ms>fast", 3, "no number"),
        ("ok ~[", 4, "regular expression"),
        ("~(a+)+$", 1, "for ever"),
        ('state:"a"b', 9, "space"),
        ('~"a"b', 4, "space"),
    ],
)
def test_an_error_names_its_place_and_what_is_wrong(text: str, position: int, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter(text)
    assert caught.value.position == position
    assert says in caught.value.problem


@dataclass(frozen=True, slots=True)
class Delivery:
    state: str
    session: str
    text: str


FIELDS = {name: attrgetter(name) for name in ("state", "session", "text")}


def test_a_filter_over_known_fields_refuses_others_and_suggests_one() -> None:
    with pytest.raises(FilterError, match="did you mean state") as caught:
        compile_filter("ok stat:dead").over(FIELDS)
    assert caught.value.position == 3


def test_a_filter_over_fields_agrees_with_matches() -> None:
    rows = [Delivery(state, f"s-{n}", f"hello {n}") for n in range(20) for state in ("ok", "dead")]
    for text in ("", "hello", "state:dead session:s-1*", "!state:ok hello !session:s-3", '~"1$"'):
        compiled = compile_filter(text)
        predicate = compiled.over(FIELDS)
        assert [predicate(row) for row in rows] == [compiled.matches(row) for row in rows]


@given(st.text(max_size=60) | st.text(alphabet='ab:|!~"*()[]{}<>+?.\\ 1m', max_size=40))
@example('payload.9999999999999:1 !~"' + "\\" * 5)
@example("~[[a]")
@example("~[[")
@example("ms>" + "9" * 400)
@example("a.b.c~\ud800")
@settings(max_examples=300, deadline=None)
def test_any_text_compiles_or_raises_a_filter_error(text: str) -> None:
    place = None
    try:
        compiled = compile_filter(text)
        compiled.matches(ROW)
        compiled.matches({"payload": "a" * 50, "error": 10**5000})
    except FilterError as error:
        place = error.position
    assert place is None or 0 <= place <= len(text)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*b",
        "(?:a?b?)*c",
        "((a{1,9}){1,9}){1,9}",
        "a*a*a*a*b",
        "a?" * 30 + "a" * 30,
        "(a|a)" * 30,
        r"(a)\1",
        "(?=a)b",
        "[[a]",
        "a)",
        "(a",
        "[a",
        "x" * 501,
    ],
)
def test_a_pattern_that_could_run_away_is_refused(pattern: str) -> None:
    with pytest.raises(UnsafePatternError):
        searcher(pattern)


@pytest.mark.parametrize("pattern", [".*.*.*b", "a.*a.*a.*b", "a*a*b", "a+a+a+b", "(?i)A.*A*B", "[^b]*a*b"])
def test_accepted_patterns_end_even_on_the_worst_text(pattern: str) -> None:
    assert not searcher(pattern)("a" * 1_000_000)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a.*b.*c", "xxa..b\n.c", True),
        ("a.*b.*c", "c b a", False),
        ("a.*(b|c)$", "a c", True),
        ("a.*b|c", "c", True),
        ("(?i)ERR.*refused", "error: REFUSED", True),
        ("a+.*ab", "aab", True),
        ("^b", "ab", False),
        (r"\d{4}", "port 5432", True),
        ("(ab){2}c?", "abab", True),
        (r"a\.*b", "a..b", True),
        ("[.*]x", "*x", True),
    ],
)
def test_a_pattern_finds_what_re_would_find(pattern: str, text: str, found: bool) -> None:
    assert searcher(pattern)(text) is found
