"""Make the README's picture from the app itself: `python .ci/picture.py examples/support-desk/picture.svg`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from woodwork_tui.app import WoodworkApp

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.plain_svg import plain

FLOW = "examples/support-desk/main.ww"
SECONDS = 30.0


async def picture() -> str:
    """Run the flow, choose a component, and return what is seen as SVG."""
    app = WoodworkApp(FLOW)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause(SECONDS)
        await pilot.press("down", "right", "right", "down")
        await pilot.pause(1.0)
        seen = plain(app.export_screenshot())
    app.abandon(5.0)
    return seen


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(asyncio.run(picture()), encoding="utf-8")
