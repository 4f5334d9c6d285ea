"""The work of a check grows with the length of the text, whatever the text: lines of Python are counted, not time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from support.checking import checked

SMALL, LARGE = 60, 240


def numbered(template: str) -> Callable[[int], str]:
    return lambda count: "".join(template.replace("@", str(number)) for number in range(count))


def repeated(piece: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda count: before + piece * count + after


TEXTS: dict[str, Callable[[int], str]] = {
    "components": numbered("a@ = echo { to = [] }\n"),
    "inputs and processors": numbered("a@ = input cli {}\nb@ = echo {}\n"),
    "unknown names": numbered("a@ = echo { to = x@ }\n"),
    "unknown kinds": numbered("a@ = ech@ {}\n"),
    "unknown keys": lambda count: "a = echo {\n" + numbered("x@ = 1\n")(count) + "}",
    "doubles": repeated("a = echo {}\n"),
    "a chain": numbered("a@ = llm scripted { tools = a, to = [] }\n"),
    "targets": repeated("b, ", "a = input cli { to = [", "] }\nb = console {}"),
    "variables": repeated("${A}", 'a = llm x { k = "', '" }'),
    "nested components": repeated("x y {}, ", "a = llm scripted { tools = [", "] }"),
    "hooks": repeated('"x.py::f", ', "a = echo { hooks = [", "] }"),
    "openers": repeated("a = echo {\n"),
    "closers": repeated("} ]"),
    "wrong closers": repeated("]", "a = echo { x = "),
    "open quotes": repeated('x = "\n', "a = echo {\n"),
    "one open quote": repeated(" , ", '"', "x"),
    "open comments": repeated("/* "),
    "curly quotes": repeated("“x”", "a = echo { x = "),
    "semicolons": repeated("x = 1; ", "a = echo { "),
    "words": repeated("a "),
    "signs": repeated("= "),
    "commas": repeated(", ", "a = echo { x = [", "] }"),
    "one long word": repeated("a"),
    "defaults": repeated("defaults { ttl = 1 }\n"),
}


def lines_run(text: str) -> int:
    """Return how many lines of Python a check of *text* runs."""
    count = 0

    def local(_frame: FrameType, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return local

    before = sys.gettrace()
    sys.settrace(lambda _frame, _event, _argument: local)
    try:
        checked(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("shape", TEXTS)
def test_four_times_the_text_is_at_most_about_four_times_the_work(shape: str) -> None:
    checked("a = echo {}")
    small, large = lines_run(TEXTS[shape](SMALL)), lines_run(TEXTS[shape](LARGE))
    assert large <= small * (LARGE / SMALL) * 1.5
