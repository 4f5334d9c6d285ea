"""Every real tab in the app, at every size, with messages made to break screens."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from support.dead_letters import letter
from support.fake_engine import FakeEngine
from support.scene import NOW, SOURCE, scene
from support.traffic import HOSTILE
from woodwork_engine.snapshot import SessionStats
from woodwork_tui.actions import TABS
from woodwork_tui.app import WoodworkApp

SIZES = [(120, 36), (80, 24), (60, 20), (20, 5)]


class Clock:
    """A clock that stands still."""

    def time(self):
        return NOW

    def monotonic(self):
        return 0.0


def hostile_engine():
    """Return an engine whose payloads, sessions, errors and dead letters are all hostile."""
    shown = scene()
    letters, sessions = list(shown.dead_letters), list(shown.snapshot.sessions)
    for number, text in enumerate(HOSTILE):
        session, name = text[:200], f"msg-h{number}"
        for payload in (text, {text[:200]: [text, {"deep": text}]}):
            shown.traffic.send(name, "audit", payload=payload, session=session, source="agent")
        shown.traffic.start(name, "audit")
        shown.traffic.fail(name, "audit", text[:5_000])
        letters.append(letter(f"h-{number}", at=NOW - 1, payload=text, session=session, message=text[:5_000]))
        sessions.append(SessionStats(session, NOW - 9, NOW, 2, queued=1, dead=1))
        shown.transcript.add(NOW, session, "desk", "out", text)
    engine = FakeEngine(replace(shown, dead_letters=tuple(letters)))
    engine.snap(sessions=tuple(sessions), dead_version=2, totals={"dead_letters": len(letters)})
    return engine


def painted(app):
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


def acting(text):
    """Return the characters of *text* that would act on a terminal or on the direction of reading."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}


@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_nothing_hostile_breaks_a_tab_or_reaches_the_terminal(tmp_path, monkeypatch, size, ascii_only):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.ww").write_text(SOURCE)
    engine = hostile_engine()
    app = WoodworkApp("main.ww", opener=lambda file: engine, clock=Clock(), ticking=False, ascii_only=ascii_only)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        seen = {}
        for number, tab in enumerate(TABS, 1):
            await pilot.press(str(number))
            await pilot.pause()
            app.tick(NOW)
            for keys in ((), ("G",), ("enter",), ("tab", "down"), ("escape", "escape")):
                await pilot.press(*keys)
                await pilot.pause()
                if app.main.place.tab != tab and not keys:
                    pytest.fail(f"{tab} did not come to the front")
                shown = painted(app)
                seen[tab] = seen.get(tab, "") + shown
                assert not acting(shown), (tab, keys)
                assert not ascii_only or shown.isascii(), (tab, keys)
            while app.screen is not app.main:
                await pilot.press("escape")
                await pilot.pause()
        assert app.is_running
    if size == (120, 36) and not ascii_only:
        told = {tab for tab, text in seen.items() if "\u241b[2J" in text or "\\u001b[2J" in text}
        assert {"flow", "messages", "sessions", "dlq"} <= told  # what is hostile was in sight, and shown for what it is
