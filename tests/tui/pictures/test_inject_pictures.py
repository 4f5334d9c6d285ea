"""The dialog in which a message is composed looks as it did: as a form, and as JSON."""

from __future__ import annotations

import pytest

from support.pictured import Step

SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=["wide", "narrow", "small"])
RUNNING = Step("6 nodes")
FORM = Step("sent to tickets as JSON", ("colon", *"inject", "space", *"tickets", "enter"))


@SIZES
def test_a_message_as_a_form_looks_as_it_did(look_as_before, size):
    look_as_before(RUNNING, FORM, size=size)


@SIZES
def test_a_message_as_json_looks_as_it_did(look_as_before, size):
    look_as_before(RUNNING, FORM, Step('"user": "ben"', ("f2",)), size=size)
