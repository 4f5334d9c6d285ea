"""engine/LANGUAGE.md says what is true: its examples, its tables and its list of codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.checking import checked
from woodwork_engine.language import later
from woodwork_engine.language.codes import Code
from woodwork_engine.language.policies import (
    BreakerSettings,
    BusSettings,
    DeliverySettings,
    DlqSettings,
    FlowSettings,
    RetrySettings,
    flow_policy,
)
from woodwork_engine.policy import BreakerPolicy, DedupePolicy, DeliveryPolicy, FlowPolicy, RetryPolicy

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "engine" / "LANGUAGE.md").read_text("utf-8")
CODES = {row[0]: row for row in re.findall(r"^\| (WW\d{3}) \| ([ecwi ]+) \| (.+) \|$", PAGE, re.MULTILINE)}
EXAMPLES = re.findall(r"```ww\n(.*?)```", PAGE, re.DOTALL)
GOLDEN = "\n".join(
    path.read_text("utf-8") for path in (ROOT / "tests" / "engine" / "language" / "cases").rglob("*.txt")
)
LEVEL = {"error": "ec", "warning": "w", "info": "i"}


@pytest.mark.parametrize("code", [code.value for code in Code])
def test_every_code_is_listed_and_shown_by_a_golden_file_or_the_page_says_why_not(code: str) -> None:
    assert code in CODES
    if "golden file" not in CODES[code][2]:
        assert f"[{code}]" in GOLDEN


def test_no_code_is_listed_that_does_not_exist() -> None:
    assert set(CODES) == {code.value for code in Code}


def test_a_code_is_as_severe_as_the_page_says() -> None:
    for severity, code in set(re.findall(r"^(error|warning|info)\[(WW\d{3})\]", GOLDEN, re.MULTILINE)):
        assert set(LEVEL[severity]) & set(CODES[code][1]), code


def test_a_code_is_used_somewhere() -> None:
    engine = ROOT / "engine" / "woodwork_engine"
    source = "\n".join(path.read_text("utf-8") for path in engine.rglob("*.py"))
    for code in Code:
        assert f"Code.{code.name}" in source


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_has_no_syntax_errors_and_a_whole_flow_no_problem_at_all(example: str) -> None:
    found = [problem.code for problem in checked(example).diagnostics]
    assert not [code for code in found if code.startswith("WW1")]
    if "# A flow" in example:
        assert found == []


def test_every_setting_stands_on_the_page() -> None:
    for model in (DeliverySettings, BusSettings, RetrySettings, FlowSettings, DlqSettings):
        for name in model.model_fields:
            assert re.search(rf"\b{name}\b", PAGE), name


def test_the_built_in_values_of_the_settings_are_those_of_the_policies() -> None:
    delivery, retry, flow = DeliverySettings(), RetrySettings(), FlowSettings()
    for name in set(DeliverySettings.model_fields) - {"ordering", "on_exhausted", "retry", "dedupe", "breaker"}:
        assert getattr(delivery, name) == getattr(DeliveryPolicy(), name), name
    for name in set(RetrySettings.model_fields) - {"on"}:
        assert getattr(retry, name) == getattr(RetryPolicy(), name), name
    assert DedupePolicy(**delivery.dedupe.model_dump()) == DedupePolicy()
    assert delivery.breaker is DeliveryPolicy().breaker is None
    assert BreakerPolicy(**BreakerSettings().model_dump()) == BreakerPolicy()
    for name in set(FlowSettings.model_fields) - {"dlq", "dead_letter_ttl"}:
        assert getattr(flow, name) == getattr(FlowPolicy(), name), name
    assert flow_policy(flow) == FlowPolicy()


def test_every_alias_and_reserved_place_stands_on_the_page() -> None:
    for word in (*later.ALIASES, *later.BUSES, *later.DEPLOYMENTS):
        assert re.search(rf"`[^`\n]*\b{word}\b[^`\n]*`", PAGE), word
