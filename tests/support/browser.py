"""A real headless Chromium, driven over the DevTools protocol.

async with browser(chromium, folder) as page:
    await page.open("http://127.0.0.1:8000")
    await page.press("2")
    picture = await page.screenshot()
"""

from __future__ import annotations

import asyncio
import base64
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--window-size=1280,900", "--remote-debugging-port=0",
)  # fmt: skip
_PATIENCE = 60.0


def chromium() -> str | None:
    """Return the path of a Chromium or Chrome on this machine, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


class Page:
    """The one page of a browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0

    async def tell(self, method: str, **parameters: object) -> dict[str, object]:
        """Call *method* of the protocol and return its result."""
        self._number += 1
        number = self._number
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(_PATIENCE):
            while True:
                answer = await self._socket.receive_json()
                if answer.get("id") == number:
                    assert "error" not in answer, answer
                    return answer["result"]

    async def open(self, address: str) -> None:
        """Go to *address*."""
        await self.tell("Page.navigate", url=address)

    async def value(self, script: str) -> object:
        """Return what *script* comes to on the page."""
        found = await self.tell("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return found["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until *script* holds on the page."""
        async with asyncio.timeout(_PATIENCE):
            while not await self.value(script):  # noqa: ASYNC110  it tells nobody
                await asyncio.sleep(0.1)  # the page tells nobody when it has painted

    async def click(self, x: int, y: int) -> None:
        """Click at *x*, *y* on the page, in pixels."""
        for kind in ("mousePressed", "mouseReleased"):
            await self.tell("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press(self, key: str) -> None:
        """Press and release the *key* that types this character."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" else {}
            await self.tell(
                "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=ord(key.upper()), **text
            )

    async def screenshot(self) -> bytes:
        """Return the page as PNG."""
        found = await self.tell("Page.captureScreenshot", format="png")
        return base64.b64decode(str(found["data"]))


@asynccontextmanager
async def browser(program: str, folder: Path) -> AsyncIterator[Page]:
    """Start *program* with its profile in *folder* and yield its page; it is ended afterwards."""
    command = (program, *_FLAGS, f"--user-data-dir={folder}", "about:blank")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220
    try:
        port = await _port(folder / "DevToolsActivePort", process)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                targets = await answer.json()
            address = next(each["webSocketDebuggerUrl"] for each in targets if each["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                yield Page(socket)
    finally:
        process.terminate()
        process.wait(20)


async def _port(file: Path, process: subprocess.Popen[bytes]) -> int:
    async with asyncio.timeout(_PATIENCE):
        while True:
            assert process.poll() is None, "the browser ended at once"
            text = file.read_text() if file.exists() else ""
            if "\n" in text:
                return int(text.split("\n")[0])
            await asyncio.sleep(0.05)  # the browser writes the file and tells nobody
