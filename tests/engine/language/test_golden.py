"""What is said about each flow in `cases`, word for word: `x.ww` beside `x.txt`.

`WOODWORK_GOLDEN=write pytest tests/engine/language/test_golden.py` writes the texts anew; read the difference then.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.checking import KINDS
from woodwork_engine.language import check_file, render_text

CASES = Path(__file__).parent / "cases"
FLOWS = sorted(path.relative_to(CASES) for path in CASES.rglob("*.ww") if "parts" not in path.parts)


@pytest.mark.parametrize("flow", FLOWS, ids=str)
def test_a_flow_is_told_about_in_these_words(flow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    outcome = check_file(str(flow), KINDS)
    printed = render_text(outcome.diagnostics, outcome.texts)
    printed += f"\n\n{'there is a plan' if outcome.plan else 'there is no plan'}\n"
    golden = CASES / flow.with_suffix(".txt")
    if os.environ.get("WOODWORK_GOLDEN") == "write":
        golden.write_text(printed.lstrip(), "utf-8")
    assert printed.lstrip() == golden.read_text("utf-8")


def test_a_sound_file_in_either_style_needs_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    for flow in ("sound_short.ww", "sound_long.ww", "sound_mixed.ww"):
        outcome = check_file(flow, KINDS)
        assert outcome.diagnostics == ()
        assert outcome.plan is not None
