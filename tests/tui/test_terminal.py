"""The installed program in a real pseudo-terminal: it starts, answers keys, fits, and gives the terminal back."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest

from support.terminal import Terminal
from woodwork_tui.templates import MAIN, files

COMMAND = [sys.executable, "-c", "import sys; from woodwork_tui.cli import main; sys.exit(main())"]

FLOW = """\
tickets = input generator {
    rate: 20
    sessions: 3
    payload: "ticket {n}"
    to: agent
}
agent = llm scripted {
    answers: ["done: {input}"]
    to: [desk, audit]
}
audit = function python {
    path: "audit.py"
    function: handle
    to: []
    retry: { max_retries: 5, base: 30s, jitter: none }
}
desk = output console {}
"""
SLOW = """\
deployment = local { stop_timeout: 2s }
source = input generator { every = 1ms, count = 3, payload = "{n}", to = [slow, never] }
never = function python { path = "slow.py", function = "never", retry = { base: 60s, jitter: none } }
slow = function python { path = "slow.py", function = "slowly" }
"""
SLOWLY = """\
import asyncio
import pathlib

here = pathlib.Path(__file__).parent

async def never(number):
    raise ConnectionError

async def slowly(number):
    (here / "begun").touch()
    await asyncio.sleep(0.5)
    with (here / "done").open("a") as file:
        file.write(f"{number} ")
"""
AUDIT = "def handle(data):\n    raise ConnectionError('audit-db refused')\n"


@pytest.fixture
def flow(tmp_path):
    (tmp_path / "main.ww").write_text(FLOW)
    (tmp_path / "audit.py").write_text(AUDIT)
    return tmp_path


def terminal(folder, *arguments, **options):
    return Terminal([*COMMAND, *arguments], folder=folder, **options)


def running(screen):
    return "RUN" in screen and "retry 0" not in screen and "↻0" not in screen


def test_it_shows_a_running_flow_answers_keys_and_gives_the_terminal_back(flow):
    with terminal(flow) as shown:
        shown.wait_until(running)
        for number, title in enumerate(
            ("Flow", "Messages", "Sessions", "Queues", "Retries", "DLQ", "File", "Health"), 1
        ):
            shown.press(str(number))
            shown.wait_for(f"[{number} {title}")
        shown.press("1")
        shown.wait_for("[1 Flow]")
        shown.press("ctrl+q")
        shown.wait_for("not finished", "Quit now")
        assert not shown.restored()
        shown.press("down", "down", "enter")
        assert shown.wait_exit() == 0
        assert shown.restored()
        assert "left behind: " in shown.text


def test_main_ww_is_opened_without_being_asked_for(flow):
    with terminal(flow) as shown:
        shown.wait_for("main.ww", "RUN")


def test_keys_typed_ahead_arrive_in_order(flow):
    with terminal(flow, "main.ww") as shown:
        shown.wait_until(running)
        shown.press(":dlq", "enter")
        shown.wait_for("[6 DLQ")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_drains_and_a_second_one_ends_at_once(flow, number, status):
    with terminal(flow, "main.ww") as shown:
        shown.wait_until(running)
        shown.signal(number)
        shown.wait_for("DRAINING")  # the audit waits for retries that will not come in time
        shown.signal(number)
        assert shown.wait_exit() == status
        assert shown.restored()
        assert "stopped at once" in shown.text


@pytest.mark.usefixtures("hang_ups_are_heeded")
def test_when_the_terminal_goes_what_is_under_way_is_brought_to_its_end(tmp_path):
    (tmp_path / "main.ww").write_text(SLOW)
    (tmp_path / "slow.py").write_text(SLOWLY)
    with terminal(tmp_path, "main.ww") as shown:
        shown.wait_until(lambda screen: (tmp_path / "begun").exists(), within=60)
        shown.hang_up()
        assert shown.process.wait(60) == 129
    assert (tmp_path / "done").read_text() == "1 2 3 "


def test_over_a_slow_line_keys_are_answered_and_the_flow_goes_on(flow):
    with terminal(flow, "main.ww") as shown:
        shown.wait_until(running)
        shown.bytes_per_second = 20_000  # as over ssh from afar
        shown.press("2")
        shown.wait_for("[2 Messages]", within=30)
        kept = shown.wait_until(lambda screen: re.search(r"([\d,]+) kept", screen), within=30)
        before = int(re.search(r"([\d,]+) kept", kept).group(1).replace(",", ""))
        shown.press("6")
        shown.wait_for("[6 DLQ", within=30)
        shown.press("2")
        shown.wait_until(
            lambda screen: (
                (found := re.search(r"([\d,]+) kept", screen)) and int(found.group(1).replace(",", "")) > before
            ),
            within=30,
        )
        shown.press("ctrl+q")
        shown.wait_for("not finished", within=30)


def test_ctrl_c_is_a_key_that_asks(flow):
    with terminal(flow, "main.ww") as shown:
        shown.wait_until(running)
        shown.press("ctrl+c")
        shown.wait_for("not finished")


def test_it_follows_the_size_of_the_terminal_down_to_almost_nothing(flow):
    with terminal(flow, "main.ww", columns=120, lines=36) as shown:
        shown.wait_until(running)
        shown.press("2")
        shown.wait_for("[2 Messages]")
        shown.resize(80, 24)
        shown.wait_for("[2Msgs]")
        shown.resize(20, 5)
        shown.wait_until(lambda screen: screen.startswith(" main.ww") and "Msgs" not in screen)
        shown.resize(120, 36)
        shown.wait_for("[2 Messages]")


def test_a_screen_of_twenty_by_five_starts_and_can_be_left(flow):
    (flow / "main.ww").write_text(files("hello")[MAIN])
    with terminal(flow, "main.ww", columns=20, lines=5) as shown:
        shown.wait_until(lambda screen: screen.startswith(" main.ww r1"))
        shown.press("2", "q")
        assert shown.wait_exit() == 0
        assert shown.restored()


def test_in_ascii_mode_every_byte_for_the_screen_is_ascii(flow):
    with terminal(flow, "main.ww", "--ascii") as shown:
        shown.wait_until(lambda screen: "* RUN" in screen)
        for key in ("2", "6", "7", "8", "1"):
            shown.press(key)
            shown.wait_for(f"[{key} ")
        assert shown.text.isascii()
        assert bytes(shown.raw).isascii()


def test_without_colours_what_is_shown_is_the_same(flow):
    with terminal(flow, "main.ww", env={"NO_COLOR": "1"}) as shown:
        shown.wait_until(running)
        assert "● RUN" in shown.text


def test_a_missing_file_is_offered_to_be_made_and_then_runs(tmp_path):
    with terminal(tmp_path, "shop.ww", columns=80, lines=24) as shown:
        shown.wait_for("shop.ww does not exist.", "New shop.ww from a template")
        shown.press("n")
        shown.wait_for("hello", "a prompt, a model that answers")
        shown.press("enter")
        shown.wait_for("shop.ww r1", "RUN")
    assert "input cli" in (tmp_path / "shop.ww").read_text()


def test_a_file_with_errors_shows_its_problems_and_starts_by_itself_when_mended(flow):
    (flow / "main.ww").write_text(FLOW.replace("to: agent", "to: agnet"))
    with terminal(flow, "main.ww") as shown:
        shown.wait_for("not started", "[7 File]", "nothing is running yet")
        (flow / "main.ww").write_text(FLOW)
        shown.wait_for("rev 1", "RUN")


def test_q_on_the_start_screen_leaves(tmp_path):
    with terminal(tmp_path) as shown:
        shown.wait_for("No flow file given")
        shown.press("q")
        assert shown.wait_exit() == 0
        assert shown.restored()


def test_keys_come_from_the_terminal_when_standard_input_is_a_pipe(flow):
    with terminal(flow, "main.ww", piped_input=b"not a key: q\n") as shown:
        shown.wait_until(running)
        shown.press("2")
        shown.wait_for("[2 Messages]")


def test_keys_come_from_the_terminal_when_standard_input_is_closed(flow):
    with Terminal(["sh", "-c", 'exec "$@" main.ww <&-', "sh", *COMMAND], folder=flow) as shown:
        shown.wait_until(running)
        shown.press("2")
        shown.wait_for("[2 Messages]")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_with_nowhere_to_write_to_it_ends_with_a_usage_error(flow, closed):
    done = subprocess.run(["sh", "-c", f'exec "$@" main.ww {closed}', "sh", *COMMAND], cwd=flow, check=False)
    assert done.returncode == 2


def test_an_unknown_theme_is_a_usage_error_and_no_screen(flow):
    with terminal(flow, "main.ww", "--theme", "nordd") as shown:
        assert shown.wait_exit() == 2
        assert shown.text.startswith("woodwork-tui: no theme 'nordd'; did you mean nord?")


def test_on_a_dumb_terminal_it_runs_without_a_screen(flow):
    with terminal(flow, "main.ww", env={"TERM": "dumb"}) as shown:
        shown.wait_for("the terminal is 'dumb', so the flow runs without a screen")
        shown.wait_until(lambda screen: '"type":"emitted"' in screen)
        assert b"\x1b" not in shown.raw


def test_into_a_pipe_it_writes_event_records_and_says_so(flow):
    process = subprocess.Popen([*COMMAND, "main.ww"], cwd=flow, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout.readline().startswith(b'{"seq":1,')
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        assert b"so the flow runs without a screen" in process.communicate(timeout=30)[1]
    finally:
        process.kill()
    assert process.returncode == 130


def test_without_a_terminal_and_without_a_flow_it_says_what_is_missing(tmp_path):
    done = subprocess.run(COMMAND, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no flow file was given nor is there a main.ww here" in done.stderr


def test_a_crash_gives_the_terminal_back_and_says_where_with_status_one(flow):
    crashing = (
        "import sys; import woodwork_tui.widgets.header as header\n"
        "def fail(*_): raise RuntimeError('[/] the header failed')\n"
        "header.header_line = fail\n"
        "from woodwork_tui.cli import main; sys.exit(main(['main.ww']))"
    )
    with Terminal([sys.executable, "-c", crashing], folder=flow) as shown:
        assert shown.wait_exit() == 1
        assert shown.restored()
        assert "RuntimeError: [/] the header failed" in shown.text
        assert "this is a fault of the program" in shown.text
