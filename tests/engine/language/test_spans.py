"""Every part of the tree knows its place: what its span covers is what was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from woodwork_engine.language.lines import Lines
from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.syntax import Array, Block, Declaration, Entry, Scalar, TypedBlock, Value

FLOWS = sorted((Path(__file__).parent / "cases").glob("sound_*.ww"))


def parts(value: Value) -> Iterator[Value | Entry]:
    yield value
    if isinstance(value, Array):
        for item in value.items:
            yield from parts(item)
    elif isinstance(value, Block | TypedBlock):
        block = value.block if isinstance(value, TypedBlock) else value
        for entry in block.entries:
            yield entry
            yield from parts(entry.value)


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.name)
def test_a_span_covers_what_was_written(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = Lines({"f": text})
    for item in parse(text, "f", Problems()).items:
        if not isinstance(item, Declaration):
            continue
        assert lines.written(item.name_span) == item.name
        assert lines.written(item.header.span).split() == list(item.header.words)
        assert lines.written(item.span).startswith(item.name)
        for part in parts(item.block):
            written = lines.written(part.span)
            if isinstance(part, Entry):
                assert lines.written(part.key_span).strip("\"'") == part.key
                assert written.endswith(lines.written(part.value.span))
            elif isinstance(part, Scalar):
                assert written.strip("\"'") == str(part.value) or part.kind not in ("WORD", "STRING", "BAREWORD")
            else:
                assert written[0] + written[-1] in ("{}", "[]") or isinstance(part, TypedBlock)


def test_columns_count_code_points() -> None:
    text = "a = b { x = 'ü€😀', y = 1 }"
    (item,) = parse(text, "f", Problems()).items
    assert isinstance(item, Declaration)
    assert item.block.entries[1].key_span.column == text.index("y") + 1


def test_a_text_of_several_lines_ends_where_it_ends() -> None:
    text = 'a = b { x = """one\ntwo""", y = 1 }'
    (item,) = parse(text, "f", Problems()).items
    assert isinstance(item, Declaration)
    assert (item.block.entries[0].value.span.end_line, item.block.entries[0].value.span.end_column) == (2, 7)
    assert (item.block.entries[1].key_span.line, item.block.entries[1].key_span.column) == (2, 9)


def test_variables_in_an_unquoted_text_stand_where_they_were_written() -> None:
    text = "a = b { path = $HOME/x${A} }"
    (item,) = parse(text, "f", Problems()).items
    assert isinstance(item, Declaration)
    found = item.block.entries[0].value.value.parts
    assert [text[one.span.column - 1 : one.span.end_column - 1] for one in (found[0], found[2])] == ["$HOME", "${A}"]
