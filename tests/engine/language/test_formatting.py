"""The formatter: one layout, the same meaning, every comment (LANGUAGE.md, Layout)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from support.checking import checked
from support.flow_meaning import comments, every_flow_file, is_sound, meaning
from woodwork_engine.language import Checked
from woodwork_engine.language.codes import Code
from woodwork_engine.language.formatting import WIDTH, format_text
from woodwork_engine.language.lexer import lex
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.reading import clean
from woodwork_engine.language.tokens import END, SEPARATORS
from woodwork_engine.plan import diff

FILES = every_flow_file()
SOUND = [text for path in FILES if is_sound(text := path.read_text("utf-8", "replace"))]
TRIVIA = [
    "", " ", "\n", "\n\n\n", "\t", "  \n  ", ",", ", ", ",\n", "\n,", "# one\n", " # two \n\n", "// three\n",
    "/* four */", " /* five */ ", " /* six\n  lines */ ", "\n/* seven */\n", "\r\n", "/* a *//* b */", "# {\n", "#, \n",
]  # fmt: skip
QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def formatted(text: str) -> str:
    outcome = format_text(text)
    assert outcome.text is not None, [str(problem) for problem in outcome.diagnostics]
    return outcome.text


def keeps_everything(text: str) -> None:
    """Assert that formatting *text* changes its layout alone, and that a second time changes nothing."""
    after = formatted(text)
    assert formatted(after) == after
    assert meaning(after) == meaning(text)
    assert comments(after) == comments(text)


def codes(outcome: Checked) -> list[str]:
    """Return the codes of what is said, but for what is said about the layout."""
    return [problem.code for problem in outcome.diagnostics if problem.code != Code.SHALLOW_BLOCK]


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_file_of_this_repository_keeps_its_meaning_and_its_comments(path: Path) -> None:
    text = path.read_text("utf-8", "replace")
    if not is_sound(text):
        assert format_text(text).text is None
        return
    keeps_everything(text)
    before, after = checked(text, str(path)), checked(formatted(text), str(path))
    assert codes(after) == codes(before)
    if before.plan is not None:
        assert after.plan is not None
        assert not diff(before.plan, after.plan)
        assert [edge.target for edge in after.plan.edges] == [edge.target for edge in before.plan.edges]


@pytest.mark.parametrize("path", [path for path in FILES if "examples" in path.parts], ids=lambda path: path.parts[-2])
def test_the_examples_are_laid_out_as_the_formatter_does(path: Path) -> None:
    assert formatted(path.read_text("utf-8")) == path.read_text("utf-8")


@st.composite
def badly_laid_out(draw: st.DrawFn) -> str:
    """Return a sound text with other things between its tokens."""
    text = draw(st.sampled_from(SOUND))
    cleaned = clean(text, "main.ww", Problems()) or ""
    tokens = [token for token in lex(cleaned, "main.ww", Problems()).tokens if token.type not in SEPARATORS]
    places = draw(st.sets(st.integers(0, len(tokens) - 1), min_size=1, max_size=6))
    pieces, start = [], 0
    for number, token in enumerate(tokens):
        end = len(cleaned) if token.type == END else token.start
        between = cleaned[start:end]
        if number in places:
            between += draw(st.sampled_from(TRIVIA)) if draw(st.booleans()) else ""
            between = draw(st.sampled_from(TRIVIA)) + between
        pieces += [between, cleaned[end : token.end]]
        start = token.end
    return "".join(pieces)


@QUICK
@given(badly_laid_out())
@example("a = b // one\n# two\n{ /* three\n lines */ x = 1, y = /* four */ { z = 2, }, }")
@example("a = b # one\n{}")
@example("a = b { x = [ /* one */ 1 /* two */ , /* three */ 2 /* four */, /* five */ ] }")
@example("a = b { /* one */ } /* two */ c = d { # three\n }")
@example("#")
@example("/* one */ /* two */ a = b {}")
@example("a = b { x = 1 /* one */ y = 2 }")
@example("a = b # two\n { /* six\n  lines */ \n/* seven */\n}\n")
@example("in = cli /* six\n  lines */  \n{# {\n to = [a, b] }\n")
@example("a /* one */ : b { c /* two */ = /* three */ [] }")
@example("a = b /* one\n two */ { x = 1 }")
@example('a = b { x = """one\n  two""", y = 1 }  # three')
def test_whatever_stands_between_the_tokens_nothing_is_lost_and_nothing_means_more(text: str) -> None:
    assume(is_sound(text))
    keeps_everything(text)


@QUICK
@given(st.text() | st.lists(st.sampled_from([*TRIVIA, "a = b {", "}", "x = 1", "[", "]", '"', "y: z"])).map("".join))
def test_any_text_is_laid_out_or_told_to_be_no_flow(text: str) -> None:
    if is_sound(text):
        keeps_everything(text)
    else:
        outcome = format_text(text)
        assert outcome.text is None
        assert outcome.diagnostics


def test_a_bracket_on_one_line_stays_there_and_one_on_several_has_one_entry_a_line() -> None:
    text = "a=b{x=[1,2],y:{z=3}}\nc: d\n{ x = [ 1,\n2, 3 ], y = 4 }\n"
    assert formatted(text) == (
        "a = b { x = [1, 2], y: { z = 3 } }\n"
        "c: d {\n    x = [\n        1\n        2\n        3\n    ]\n    y = 4\n}\n"
    )  # fmt: skip


def test_a_bracket_that_is_too_long_for_one_line_is_spread() -> None:
    long = "x" * (WIDTH - 20)
    assert formatted(f'a = b {{ k = "{long}", l = [1, 2] }}') == f'a = b {{\n    k = "{long}"\n    l = [1, 2]\n}}\n'


def test_each_sign_stays_the_one_that_was_written() -> None:
    assert formatted("a:b{x:1\ny=2}") == "a: b {\n    x: 1\n    y = 2\n}\n"


def test_comments_stay_with_what_they_stand_at() -> None:
    text = (
        "  # above\na = b {# behind the brace\n  // in it\n\n\n  x = 1  /* behind one */\n"
        "  /* before two */ y = 2 # behind two\n  # at its end\n}    # behind all\n\n\n\n# last"
    )  # fmt: skip
    assert formatted(text) == (
        "# above\na = b {  # behind the brace\n    // in it\n\n    x = 1  /* behind one */\n"
        "    /* before two */ y = 2  # behind two\n    # at its end\n}    # behind all\n\n# last\n"
    )  # fmt: skip


def test_comments_that_were_aligned_by_hand_stay_so() -> None:
    text = "a = b {            # one\n    x = 1          # two\n}                  # three\n"
    assert formatted(text) == text


def test_a_comment_before_an_opening_brace_goes_behind_it() -> None:
    assert formatted("a = b # why\n{ x = 1 }") == "a = b {  # why\n    x = 1\n}\n"


def test_an_empty_block_is_closed_where_it_opens_and_declarations_begin_lines() -> None:
    assert formatted("a = b {\n\n}c = d {}\n\n\n\ne = f { }") == "a = b {}\nc = d {}\n\ne = f {}\n"


def test_line_ends_stay_those_of_the_file() -> None:
    assert formatted("a = b {\r\nx = 1\r\n}\r\n") == "a = b {\r\n    x = 1\r\n}\r\n"


def test_a_text_with_syntax_errors_is_told_and_not_laid_out() -> None:
    outcome = format_text("a = b { x 1 }\nc = d }", "flow.ww")
    assert outcome.text is None
    assert {str(problem.span) for problem in outcome.diagnostics} == {"flow.ww:1:9", "flow.ww:2:7"}


def test_what_is_wrong_beyond_the_syntax_does_not_matter() -> None:
    assert formatted("a=nothing{to=nobody}") == "a = nothing { to = nobody }\n"


def test_nothing_becomes_nothing() -> None:
    assert formatted("\n\n  \n") == ""
