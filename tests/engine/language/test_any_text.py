"""No text whatever raises anything but diagnostics, each with a place in the text."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support.checking import KINDS, checked
from woodwork_engine.language import Checked, check, check_file, render_text

CASES = Path(__file__).parent / "cases"
FILES = [path.read_text("utf-8") for path in sorted(CASES.glob("[!f]*.ww")) if path.name != "syntax_deep.ww"]
PIECES = [
    "{", "}", "[", "]", ",", ":", "=", '"', "'", '"""', "\n", "  ", "#", "//", "/*", "*/", "$", "${", "${A}", "$A",
    "\\", ";", "“", "=>", "::", "a", "agent", "to", "cli", "llm scripted", "echo", "memory", "none", "true", "5", "-1",
    "30s", "0.5", "include", 'include "x.ww"', "defaults {", "deployment = local {", "message_bus = redis {",
    "a = echo {", "to = [a, b]", "hooks = [", '"x.py::f"', "retry = {", "max_retries", "on", "component", "tools",
    "\t", "\u00a0", "\u2028", "é", "\x85",
]  # fmt: skip
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def is_sound(outcome: Checked, text: str) -> None:
    """Assert what holds of every check: places within the text, a plan unless something blocks, a printed form."""
    read = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = read.split("\n")
    assert (outcome.plan is None) == any(problem.blocks for problem in outcome.diagnostics)
    for problem in outcome.diagnostics:
        assert problem.summary
        for span in (problem.span, *([problem.fix.span] if problem.fix else [])):
            if span.file == "main.ww":
                assert (span.line, span.column) <= (span.end_line, span.end_column)
                assert 1 <= span.line <= span.end_line <= len(lines)
                assert 1 <= span.column <= len(lines[span.line - 1]) + 1
                assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 2
    assert render_text(outcome.diagnostics, outcome.texts).count("\n") < 6 * len(outcome.diagnostics) + 1


@QUICK
@given(st.text())
@example("\ufeff")
@example("a = echo { x = \ud800 }")
@example('a = llm scripted { answers = "\ud800", latency = "\ud800" }')
@example("a\x1c= echo {}")
@example("0 = {}")
def test_any_text_is_read(text: str) -> None:
    is_sound(checked(text), text)


@QUICK
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_run_of_pieces_of_the_language_is_read(text: str) -> None:
    is_sound(checked(text), text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(FILES))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from([0, 0, 1, 1, 2, 10]))
        text = text[:at] + draw(st.sampled_from(["", *PIECES])) + text[at + cut :]
    return text


@QUICK
@given(mutated())
def test_any_slip_in_a_real_file_is_read(text: str) -> None:
    is_sound(check(text, KINDS), text)


@QUICK
@given(st.binary() | st.binary().map(lambda data: b"a = echo {" + data))
def test_any_bytes_in_a_file_are_read(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "main.ww"
        path.write_bytes(data)
        outcome = check_file(str(path), KINDS)
    assert (outcome.plan is None) == any(problem.blocks for problem in outcome.diagnostics)
    render_text(outcome.diagnostics, outcome.texts)
