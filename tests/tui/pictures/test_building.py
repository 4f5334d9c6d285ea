"""The dialogs in which a flow is built look as they did; see test_pictures."""

from __future__ import annotations

import pytest

from support.pictured import Step

RUNNING = Step("6 nodes")
KINDS = Step("function python", ("a",))
FORM = Step("New component: llm scripted", (*"llm", "enter"))
FILLED = Step("ready", ("tab", *"You said: {input}", "tab", "tab", *"200ms"))
ADDING = Step("Write main.ww", ("ctrl+s",))
REMOVING = Step("Write main.ww", ("down", "right", "right", "delete"))

sizes = pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["wide", "small"])


@sizes
def test_the_choice_of_a_kind_looks_as_it_did(look_as_before, size):
    look_as_before(RUNNING, KINDS, size=size)


@sizes
def test_the_form_of_a_component_looks_as_it_did(look_as_before, size):
    look_as_before(RUNNING, KINDS, FORM, FILLED, size=size)


@sizes
def test_the_review_of_a_new_component_looks_as_it_did(look_as_before, size):
    look_as_before(RUNNING, KINDS, FORM, FILLED, ADDING, size=size)


@sizes
def test_the_question_before_a_component_is_removed_looks_as_it_did(look_as_before, size):
    look_as_before(RUNNING, REMOVING, size=size)
