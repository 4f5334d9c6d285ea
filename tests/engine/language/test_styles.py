"""Any flow, however it is laid out, is read as the same flow (LANGUAGE.md, Form)."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.syntax import Declaration
from woodwork_engine.language.values import setting_of

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
WORDS = NAMES.filter(lambda word: word.lower() not in ("true", "false", "null", "none"))
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters='"\\$'), max_size=12)
SCALARS = WORDS | TEXTS | st.integers(-(10**9), 10**9) | st.booleans() | st.none()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
FLOWS = st.dictionaries(WORDS, st.tuples(WORDS, st.dictionaries(NAMES, VALUES, max_size=5)), min_size=1, max_size=4)
GAPS = ("", " ", "  ", " /* x */ ", "\t", "\u00a0")
BREAKS = ("\n", "\n\n", " # note\n", " // note\n    ", "\n/* several\nlines */\n")


class Writer:
    """Writes values with layout drawn at random."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def pick(self, choices: tuple[str, ...]) -> str:
        return self.draw(st.sampled_from(choices))

    def value(self, value: object) -> str:
        if isinstance(value, dict):
            return self.block(value)
        if isinstance(value, list):
            return "[" + self.joined([self.value(item) for item in value]) + "]"
        if isinstance(value, bool):
            return self.pick((str(value), str(value).lower(), str(value).upper()))
        if value is None:
            return self.pick(("null", "none", "None"))
        return f'"{value}"' if isinstance(value, str) else str(value)

    def block(self, entries: dict[str, object]) -> str:
        written = [
            f"{key}{self.pick(('', ' '))}{self.pick((': ', ' = ', '=', ': '))}{self.value(value)}"
            for key, value in entries.items()
        ]
        return "{" + self.joined(written) + "}"

    def joined(self, parts: list[str]) -> str:
        edge = self.pick(("", " ", "\n", "\n  "))
        text = edge
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            after = self.pick((",", ", ", ",\n", *BREAKS)) if not last else self.pick(("", " ", ",", "\n"))
            text += part + after
        return text + edge

    def flow(self, flow: dict[str, tuple[str, dict[str, object]]]) -> str:
        text = ""
        for name, (kind, entries) in flow.items():
            brace = self.pick((" ", "", "\n", " # why\n"))
            text += f"{name}{self.pick((' = ', ': ', '='))}{kind}{brace}{self.block(entries)}{self.pick(('', *BREAKS))}"
        return text


def plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if hasattr(value, "items") else value


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), FLOWS)
def test_layout_and_style_change_nothing(data: st.DataObject, flow: dict[str, tuple[str, dict[str, object]]]) -> None:
    text = Writer(data.draw).flow(flow)
    problems = Problems()
    tree = parse(text, "main.ww", problems)
    assert problems.found == [], text
    read = {
        item.name: (item.header.text, {entry.key: plain(setting_of(entry.value)) for entry in item.block.entries})
        for item in tree.items
        if isinstance(item, Declaration)
    }
    assert read == {name: (kind, plain(entries)) for name, (kind, entries) in flow.items()}
