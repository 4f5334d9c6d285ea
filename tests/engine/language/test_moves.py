"""`was` and `on_remove = redirect:NAME`: names that say where messages go when a flow changes (bus.md G3)."""

from __future__ import annotations

import pytest

from woodwork_engine.components import builtin_kinds
from woodwork_engine.language import Checked, check
from woodwork_engine.plan import diff

KINDS = builtin_kinds()


def checked(*lines: str) -> Checked:
    return check("\n".join(lines), KINDS)


def test_an_earlier_name_is_kept_in_the_plan_and_no_change_by_itself():
    before = checked("a = echo { to = b }", "b = echo { to = [] }").plan
    after = checked("a = echo { to = c }", "c = echo { to = [], was = b }").plan
    assert before is not None
    assert after is not None
    change = diff(before, after)
    assert dict(change.renamed) == {"c": "b"}
    assert not change.added
    assert not change.removed
    assert not change.changed
    assert not change.routes_added
    assert not change.routes_removed
    assert change.summary() == "b⇒c"
    again = checked("a = echo { to = c }", "c = echo { to = [] }").plan
    assert again is not None
    assert not diff(after, again)


@pytest.mark.parametrize(
    ("lines", "summary"),
    [
        (('a = echo { to = [], was = "a" }',), "'was' names 'a' itself"),
        (("a = echo { to = b, was = b }", "b = echo { to = [] }"), "'b' is in this flow, so nothing else was it"),
        (("a = echo { to = b, was = x }", "b = echo { to = [], was = x }"), "'a' was 'x' already"),
        (("a = echo { to = [], was = [x] }",), "'was' must be the name that this component had"),
    ],
)
def test_an_earlier_name_that_cannot_be_meant_is_told(lines, summary):
    problems = [problem for problem in checked(*lines).diagnostics if problem.code == "WW304"]
    assert [problem.summary for problem in problems] == [summary]
    assert problems[0].component is not None


def test_a_redirect_leads_to_another_component_of_the_flow():
    found = checked('a = echo { to = other, on_remove = "redirect:other" }', "other = echo { to = [] }")
    assert found.plan is not None
    assert found.plan.nodes[0].policy.on_remove == "redirect:other"
    wrong = checked('a = echo { to = other, on_remove = "redirect:othr" }', "other = echo { to = [] }")
    problem = next(problem for problem in wrong.diagnostics if problem.code == "WW201")
    assert (problem.summary, problem.help) == ("'on_remove' names no component: 'othr'", "did you mean 'other'?")
    own = checked('a = echo { to = [], on_remove = "redirect:a" }')
    assert any(problem.summary == "'a' cannot take over from itself" for problem in own.diagnostics)
