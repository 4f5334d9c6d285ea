"""`woodwork-tui serve`: a flow in a real browser, on this machine only, and no app that outlives its server."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.commands import COMMAND, woodwork
from woodwork_tui.cli.requests import Serve
from woodwork_tui.cli.serve import command, is_loopback
from woodwork_tui.cli.served import end_with

pytest.importorskip("textual_serve", reason="textual-serve is not installed")

import aiohttp  # comes with textual-serve

from support.browser import browser, chromium

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked at in /proc")

FLOW = "you = input cli { to = friend }\nfriend = echo { to = screen }\nscreen = output console {}\n"
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def children(process: int) -> list[int]:
    """Return the processes that *process* has started (Linux)."""
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def is_alive(process: int) -> bool:
    """Whether *process* still runs; one that has ended and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def until(holds: Callable[[], object]) -> None:
    """Wait until *holds* of another process."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110  it does not tell
            await asyncio.sleep(0.05)


class Served:
    """A server of one flow in *folder*."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        words = [*COMMAND, "serve", "main.ww", "--port", str(self.port)]
        self.process = subprocess.Popen(words, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline().decode()

    def remembered(self) -> dict[str, object]:
        """Return what the app has written of how it is looked at."""
        try:
            return json.loads((self.folder / ".woodwork" / "interface.json").read_text())
        except FileNotFoundError:
            return {}

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "main.ww").write_text(FLOW)
    server = Served(tmp_path)
    yield server
    server.close()


def colours(png: bytes) -> int:
    """Return how many different lines of pixels the picture *png* has: a page without anything on it has few."""
    at, data, width, depth = 8, b"", 0, 3
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IHDR":
            width, depth = struct.unpack(">I", png[at + 8 : at + 12])[0], {2: 3, 6: 4}[png[at + 17]]
        if kind == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw, row = zlib.decompress(data), 1 + width * depth
    return len({raw[start : start + row] for start in range(0, len(raw), row)})


@pytest.mark.skipif(chromium() is None and "CI" not in os.environ, reason="there is no Chromium on this machine")
async def test_a_page_shows_the_flow_takes_keys_and_ends_its_app_when_it_goes(served: Served, tmp_path: Path) -> None:
    async with browser(str(chromium()), tmp_path / "profile") as page:
        await page.open(served.address)
        await page.until("document.body.classList.contains('-first-byte')")
        await until(lambda: served.remembered().get("tab") == "flow")
        before = await page.screenshot()
        assert colours(before) > 100
        await page.click(400, 500)
        await page.press("2")
        await until(lambda: served.remembered().get("tab") == "messages")
        assert await page.screenshot() != before
        (app,) = children(served.process.pid)
    await until(lambda: not is_alive(app))
    assert served.process.poll() is None


async def test_an_app_ends_when_its_server_is_killed(served: Served) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{served.address}/ws", origin=served.address):
        await until(lambda: children(served.process.pid))
        (app,) = children(served.process.pid)
        await until(lambda: served.remembered().get("tab") == "flow")
        served.process.kill()
        await until(lambda: not is_alive(app))


async def test_interrupted_the_server_ends_its_apps_and_then_itself(served: Served) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{served.address}/ws", origin=served.address):
        await until(lambda: children(served.process.pid))
        (app,) = children(served.process.pid)
        served.process.send_signal(signal.SIGINT)
        await until(lambda: served.process.poll() is not None)
        assert served.process.returncode == 0
        assert not is_alive(app)


async def test_only_the_page_that_is_served_may_connect_and_only_by_names_of_this_machine(served: Served) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{served.address}/ws", origin="http://elsewhere.example")
        async with session.get(served.address, headers={"Host": "elsewhere.example"}) as answer:
            assert answer.status == 403
        async with session.get(f"http://localhost:{served.port}") as answer:
            assert answer.status == 200
            assert f"ws://localhost:{served.port}/ws" in await answer.text()
    assert children(served.process.pid) == []


async def test_what_no_page_of_ours_would_say_ends_the_connection_and_not_the_server(served: Served) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(f"{served.address}/ws", origin=served.address) as connection:
            await connection.send_str('{"not": "a list"}')
            async with asyncio.timeout(PATIENCE):
                while not connection.closed:
                    await connection.receive()
        async with session.get(served.address) as answer:
            assert answer.status == 200


def test_where_it_is_and_for_whom_is_said(served: Served) -> None:
    assert served.said.startswith(
        f"woodwork-tui: main.ww is at {served.address} for everybody on this machine, without"
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "example.org", "::"])  # noqa: S104  what is refused
def test_an_address_that_others_can_reach_is_refused_unless_one_says_that_one_knows(tmp_path: Path, host: str) -> None:
    (tmp_path / "main.ww").write_text(FLOW)
    done = woodwork("serve", "main.ww", "--host", host, folder=tmp_path)
    assert done.status == 2
    assert f"{host} is not an address of this machine alone" in done.said
    assert "--i-know-there-is-no-auth" in done.said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere.ww",), "nowhere.ww does not exist."),
        (("main.ww", "--port", "70000"), "'70000' is not a port"),
        (("main.ww", "--host", "192.0.2.7", "--i-know-there-is-no-auth"), "cannot listen at 192.0.2.7:8000"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_sentence(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    (tmp_path / "main.ww").write_text(FLOW)
    done = woodwork("serve", *words, folder=tmp_path)
    assert done.status == 2
    assert says in done.said


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "main.ww").write_text(FLOW)
    code = (
        "import sys; sys.modules['textual_serve'] = None\n"
        "from woodwork_tui.cli import main; sys.exit(main(['serve', 'main.ww', '--port', sys.argv[1]]))"
    )
    words = [sys.executable, "-c", code, str(free_port())]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert 'pip install "woodwork-tui[serve]"' in done.stderr


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("a.b", False)]
)
def test_loopback_is_what_only_this_machine_can_reach(host: str, local: bool) -> None:
    assert is_loopback(host) is local


def test_options_reach_the_app_whatever_its_file_is_called(tmp_path: Path) -> None:
    made = command(Serve("a b;.ww", ascii=True, theme="nord", state="none"))
    done = subprocess.run(
        ["sh", "-c", made.replace("exec ", "exec printf '%s\\n' ", 1)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[3:] == ["--ascii", "--theme", "nord", "--state", "none", "--", "a b;.ww"]


PARENT = """
import os, subprocess, sys
os.environ["WOODWORK_SERVED_BY"] = str(os.getpid())
os.environ["TEXTUAL_DRIVER"] = "textual.drivers.web_driver:WebDriver"
app = subprocess.Popen([*sys.argv[1:], "main.ww"])
print(app.pid, file=sys.stderr, flush=True)
app.wait()
"""


async def test_an_app_whose_pipes_stay_open_ends_with_its_server_too(tmp_path: Path) -> None:
    (tmp_path / "main.ww").write_text(FLOW)
    with (tmp_path / "screen").open("wb") as screen:
        parent = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, "-c", PARENT, *COMMAND],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=screen,
            stderr=subprocess.PIPE,
        )
        assert parent.stderr is not None
        app = int(parent.stderr.readline())
        await until((tmp_path / ".woodwork" / "interface.json").exists)
        parent.kill()
        await until(lambda: not is_alive(app))
        parent.communicate()


def test_an_app_that_does_not_end_when_it_is_asked_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("woodwork_tui.cli.served._PATIENCE", 0.0)
    asked: list[tuple[int, signal.Signals]] = []
    end_with(os.getppid() + 1, lambda process, number: asked.append((process, number))).join(PATIENCE)
    assert asked == [(os.getpid(), signal.SIGTERM), (os.getpid(), signal.SIGKILL)]
