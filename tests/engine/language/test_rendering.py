"""The printed form of diagnostics: the line, the carets, what to do."""

from __future__ import annotations

from support.checking import checked
from woodwork_engine.language import render_text
from woodwork_engine.source import Diagnostic, Severity, Span

PLACE = Span("main.ww", 12, 11, 12, 19)
PROBLEM = Diagnostic(Severity.ERROR, "WW201", "'to' names no component", PLACE, "did you mean 'output'?")


def printed(line: str, span: Span, help_text: str | None = "help") -> list[str]:
    """Return the line and the carets of a diagnostic about *span* in the first line of a file."""
    problem = Diagnostic(Severity.WARNING, "WW000", "summary", span, help_text)
    shown = render_text([problem], {span.file: line}).split("\n")
    assert shown[:3] == ["warning[WW000]: summary", f" --> {span}", "  |"]
    assert len(shown) == 5
    return [row[4:] for row in shown[3:]]


def at(column: int, end: int) -> Span:
    return Span("f", 1, column, 1, end)


def test_the_printed_form_is_the_published_one() -> None:
    text = "\n" * 11 + '    to = ["outptu"]\n'
    assert render_text([PROBLEM], {"main.ww": text}) == (
        "error[WW201]: 'to' names no component\n"
        "  --> main.ww:12:11\n"
        "   |\n"
        '12 |     to = ["outptu"]\n'
        "   |           ^^^^^^^^ did you mean 'output'?"
    )


def test_without_the_text_there_are_place_and_help() -> None:
    assert render_text([PROBLEM], {}) == (
        "error[WW201]: 'to' names no component\n  --> main.ww:12:11\n   = did you mean 'output'?"
    )
    bare = Diagnostic(Severity.INFO, "WW207", "x", PLACE)
    assert render_text([bare], {}) == "info[WW207]: x\n  --> main.ww:12:11"


def test_two_diagnostics_have_a_blank_line_between_them() -> None:
    assert render_text([PROBLEM, PROBLEM], {}).count("\n\n") == 1
    assert render_text([], {}) == ""


def test_carets_stand_under_their_text_whatever_is_before_it() -> None:
    assert printed("\t\tab", at(3, 5)) == ["        ab", "        ^^ help"]
    assert printed("日本 = ab", at(6, 8)) == ["日本 = ab", "       ^^ help"]
    assert printed("a日本b", at(2, 4)) == ["a日本b", " ^^^^ help"]
    assert printed("e\u0301x ab", at(5, 7)) == ["e\u0301x ab", "   ^^ help"]


def test_a_place_of_no_width_or_behind_the_line_has_one_caret() -> None:
    assert printed("ab", at(3, 3)) == ["ab", "  ^ help"]
    assert printed("ab", at(9, 12)) == ["ab", "  ^ help"]
    assert printed("ab", at(1, 2), None) == ["ab", "^"]


def test_a_place_of_several_lines_is_marked_in_its_first() -> None:
    assert printed("a = {\nb\n}", Span("f", 1, 5, 3, 2)) == ["a = {", "    ^ help"]


def test_control_characters_of_a_file_do_not_reach_the_terminal() -> None:
    hostile = "\x1b[31mred\x07\u202e\u200b\ud800\x9b"
    problem = Diagnostic(Severity.ERROR, "WW000", hostile, Span(hostile, 1, 1, 1, 2), hostile)
    shown = render_text([problem], {hostile: hostile})
    assert not set(shown) & set("\x1b\x07\u202e\u200b\ud800\x9b")


def test_a_long_line_is_cut_around_its_place() -> None:
    row, carets = printed("x" * 500_000 + "HERE" + "y" * 500_000, at(500_001, 500_005))
    assert len(row) < 200
    assert row[carets.index("^") :].startswith("HERE")
    assert carets.count("^") == 4
    row, carets = printed("x" * 1_000, at(1, 1_001))
    assert len(carets) < 200


def test_colour_is_added_only_when_asked_for() -> None:
    assert "\x1b" not in render_text([PROBLEM], {"main.ww": ""})
    colored = render_text([PROBLEM], {"main.ww": "\n" * 11 + "x" * 30}, color=True)
    assert colored.startswith("\x1b[1;31merror[WW201]\x1b[0m: ")
    assert "\x1b[31m^^^^^^^^\x1b[0m did you" in colored


def test_what_a_check_says_prints_with_what_it_read() -> None:
    outcome = checked("a = input cli { to = b }\r\n")
    assert "a = input cli { to = b }" in render_text(outcome.diagnostics, outcome.texts)
