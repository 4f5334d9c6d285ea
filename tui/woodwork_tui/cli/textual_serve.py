"""The server behind `woodwork-tui serve`, from textual-serve: one app for each page, for pages of its own only."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import aiohttp_jinja2
from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from woodwork_tui.cli.serve import is_loopback
from woodwork_tui.cli.served import SERVER
from woodwork_tui.text import visible


async def _close(connection: web.WebSocketResponse) -> None:
    await connection.close()


_PATIENCE = 15.0
"""Seconds for the app of a page that was closed to end by itself: more than `stop_timeout` is by default."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class FlowServer(Server):
    """Serves what *command* shows at *host* and *port*, under the name *title*.

    A page of another site may not open the connection: a browser would let it, and there is no password. Closing a page
    ends its app, and ending the server all of them.
    """

    def __init__(self, command: str, host: str, port: int, title: str) -> None:
        super().__init__(command, host, port, title)
        self._connections: set[web.WebSocketResponse] = set()
        os.environ[SERVER] = str(os.getpid())

    def serve(self, debug: bool = False) -> None:
        """Serve until a signal comes; raises OSError where nobody can listen there."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        runner = web.AppRunner(await self._make_app())
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
            self._tell()
            await ended.wait()
        finally:
            await runner.cleanup()

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing yet: nobody listens so far."""

    def _tell(self) -> None:
        """Say where it is, and for whom."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        whom = "everybody on this machine" if is_loopback(self.host) else "EVERYBODY who can reach this machine"
        print(
            f"woodwork-tui: {visible(self.title)} is at http://{name}:{self.port} for {whom}, without a password; "
            "the flow runs while its page is open. Ctrl-C ends it.",
            file=sys.stderr,
            flush=True,
        )

    async def on_shutdown(self, app: web.Application) -> None:
        """Close every page's connection, which ends its app."""
        for connection in tuple(self._connections):
            await connection.close(code=WSCloseCode.GOING_AWAY)

    @aiohttp_jinja2.template("app_index.html")
    async def handle_index(self, request: web.Request) -> dict[str, Any]:
        """Return what the page is made of, with addresses by the name under which it was asked for."""
        self._refuse_strangers(request)
        return {
            "font_size": to_int(request.query.get("fontsize", "16"), 16),
            "app_websocket_url": f"ws://{request.host}/ws",
            "config": {"static": {"url": f"http://{request.host}/static/"}},
            "application": {"name": self.title},
        }

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run an app for the page that asks, until one of them goes."""
        self._refuse_strangers(request)
        connection = web.WebSocketResponse(heartbeat=15)
        await connection.prepare(request)
        app = AppService(
            self.command,
            write_bytes=connection.send_bytes,
            write_str=connection.send_str,
            close=lambda: _close(connection),
            download_manager=self.download_manager,
        )
        self._connections.add(connection)
        try:
            await app.start(to_int(request.query.get("width", "80"), 80), to_int(request.query.get("height", "24"), 24))
            with suppress(
                ConnectionError, KeyError, TypeError, ValueError, AssertionError
            ):  # no page of ours says that
                await self._process_messages(connection, app)
        finally:
            self._connections.discard(connection)
            await self._end(app)
        return connection

    @staticmethod
    async def _end(app: AppService) -> None:
        process = app._process
        try:
            async with asyncio.timeout(_PATIENCE):
                await app.stop()
        except (TimeoutError, ConnectionError):
            pass
        finally:
            if process is not None and process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()

    def _refuse_strangers(self, request: web.Request) -> None:
        """Refuse a name that is not ours (a stranger's name may lead here), and connections from pages of others."""
        if is_loopback(self.host) and (urlsplit(f"//{request.host}").hostname or "") not in _LOCAL | {self.host}:
            raise web.HTTPForbidden(text="This address serves only this machine, under its own names.")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="Only the page that is served here may connect.")
