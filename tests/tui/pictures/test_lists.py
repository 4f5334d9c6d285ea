"""The tabs that one looks at, on small screens, in the light, in ASCII and without colours."""

from __future__ import annotations

import pytest

from support.pictured import Step

WIDE, NARROW, SMALL = (120, 36), (80, 24), (60, 20)
RUNNING = Step("6 nodes")
SIZES = pytest.mark.parametrize("size", [NARROW, SMALL], ids=lambda size: f"{size[0]}x{size[1]}")
WAYS = {
    "inspector": (Step("Tap: all", ("down",)), Step("llm scripted", ("enter",))),
    "messages": (Step("[Payload]", ("2",)), Step("found: cannot log in", ("up",) * 5)),
    "sessions": (Step("SESSION", ("3",)),),
    "events": (Step("SESSION", ("3",)), Step("waterfall", ("down", "enter"))),
    "sequence": (Step("SESSION", ("3",)), Step("waterfall", ("down", "enter")), Step("v waterfall", ("v",))),
    "queues": (Step("COMPONENT", ("4",)), Step("handling", ("enter",))),
    "health": (Step("into the flow", ("8",)),),
    "vitals": (Step("into the flow", ("8",)), Step("COMPONENT", ("G",))),
}
WIDE_WAYS = {
    "messages": WAYS["messages"],
    "sessions": (Step("SESSION", ("3",)), Step("v waterfall", ("v",))),
    "queues": WAYS["queues"],
    "health": (Step("p99 9ms", ("8",)),),
}


@SIZES
@pytest.mark.parametrize("way", WAYS)
def test_what_one_looks_at_on_a_small_screen_looks_as_it_did(look_as_before, way, size):
    look_as_before(RUNNING, *WAYS[way], size=size)


@pytest.mark.parametrize("way", WIDE_WAYS)
def test_in_the_light_it_looks_as_it_did(look_as_before, way):
    look_as_before(RUNNING, *WIDE_WAYS[way], size=WIDE, theme="woodwork-light")


@pytest.mark.parametrize("way", WIDE_WAYS)
def test_in_ascii_it_looks_as_it_did(look_as_before, way):
    look_as_before(RUNNING, *WIDE_WAYS[way], size=WIDE, ascii_only=True)


@pytest.mark.parametrize("way", ["flow", *WIDE_WAYS])
def test_without_colours_it_looks_as_it_did(look_as_before, monkeypatch, way):
    monkeypatch.setenv("NO_COLOR", "1")
    look_as_before(RUNNING, *WIDE_WAYS.get(way, ()), size=WIDE)
