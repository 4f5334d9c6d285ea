"""The app as a person uses it: tabs, selection, filters, commands, dialogs, quitting. Tabs and engine are fakes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from rich.text import Text

from support.fake_engine import FakeEngine, Left, Replayed
from support.flows import node
from support.scene import NOW, scene
from woodwork_engine.errors import UnknownComponentError
from woodwork_engine.snapshot import FlowState, Revision
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.app import WoodworkApp
from woodwork_tui.screens.about import AboutScreen
from woodwork_tui.screens.help import HelpScreen
from woodwork_tui.screens.inject import InjectScreen
from woodwork_tui.screens.quit import QuitScreen
from woodwork_tui.screens.tab import Tab
from woodwork_tui.screens.tabs import make_tab
from woodwork_tui.state.view import Selection
from woodwork_tui.widgets.command_line import CommandLine
from woodwork_tui.widgets.compare_pane import ComparePane
from woodwork_tui.widgets.filter_bar import FilterBar
from woodwork_tui.widgets.footer import FooterBar
from woodwork_tui.widgets.header import Header
from woodwork_tui.widgets.line_block import LineBlock
from woodwork_tui.widgets.line_table import Column, LineTable
from woodwork_tui.widgets.notice_bar import NoticeBar
from woodwork_tui.widgets.pane import Pane
from woodwork_tui.widgets.tab_bar import TabBar


class ListTab(Tab):
    """A tab that lists payloads and remembers what it was told."""

    filterable = True

    def __init__(self, name):
        super().__init__()
        self.called = name
        self.views = []
        self.open_detail = False
        self.revealed = None
        self.prompted = []
        self.acts = []
        self.table = LineTable([Column("p", "PAYLOAD", lambda row: Text(row.payload_line()))])

    def compose(self):
        yield Pane(self.table, title=self.called)

    def show(self, view):
        self.views.append(view)
        self.table.set_rows([row for row in view.deliveries if view.filter in row.payload_line()])

    def check_filter(self, text):
        return "no closing bracket" if "(" in text else None

    def filter_status(self):
        return f"{len(self.table.rows)} kept"

    def close(self):
        was, self.open_detail = self.open_detail, False
        return was

    def prompt(self, component):
        self.prompted.append(component)
        return self.called == "flow"

    def reveal(self, file, line):
        self.revealed = (file, line)

    def action_tap(self):
        self.acts.append("tap")

    def action_page(self, page):
        self.acts.append(page)

    def action_new_session(self):
        self.acts.append("new session")


class Clock:
    """A clock that stands still."""

    def time(self):
        return NOW

    def monotonic(self):
        return 0.0


class Desk:
    """The app in front of its fakes."""

    def __init__(self, app, pilot, engine, tabs):
        self.app, self.pilot, self.engine, self.tabs = app, pilot, engine, tabs

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text):
        await self.press(*("space" if c == " " else c for c in text))

    async def command(self, line):
        await self.press("colon")
        self.app.main.query_one(CommandLine).input.value = line
        await self.press("enter")

    async def settle(self):
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    def tick(self, now=NOW):
        self.app.tick(now)

    @property
    def tab(self):
        return self.app.main.place.tab

    @property
    def front(self):
        return self.app.main.tab

    @property
    def toasts(self):
        return [(each.title, each.message, each.severity) for each in self.app._notifications]

    def line(self, kind):
        return self.app.main.query_one(kind).text


@asynccontextmanager
async def desk(tmp_path, monkeypatch, *, size=(120, 36), engine=None, **options):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.ww").write_text("")
    engine = engine or FakeEngine()
    tabs = {}

    def maker(name):
        tabs[name] = ListTab(name)
        return tabs[name]

    options = {"opener": lambda file: engine, "tab_maker": maker, "clock": Clock(), "ticking": False, **options}
    app = WoodworkApp("main.ww", **options)
    async with app.run_test(size=size) as pilot:
        shown = Desk(app, pilot, engine, tabs)
        await shown.settle()
        shown.tick()
        await pilot.pause()
        yield shown


@pytest.fixture
def at_desk(tmp_path, monkeypatch):
    return lambda **options: desk(tmp_path, monkeypatch, **options)


async def test_the_engine_starts_after_the_first_frame_and_its_numbers_are_shown(at_desk):
    async with at_desk() as shown:
        assert shown.engine.started
        assert shown.line(Header).startswith(" main.ww  rev 2 ✓ 22:03:41 │ ● RUN │ in 4.0/s  out 10/s  p95 64ms │")
        assert shown.line(TabBar).startswith(
            " [1 Flow]   2 Messages    3 Sessions 6    4 Queues    5 Retries 2    6 DLQ"
        )


async def test_a_tab_is_made_when_it_is_first_shown_and_then_kept(at_desk):
    async with at_desk() as shown:
        assert list(shown.tabs) == ["flow"]
        await shown.press("6")
        assert list(shown.tabs) == ["flow", "dlq"]
        first = shown.front
        await shown.press("1", "6")
        assert shown.front is first
        assert not shown.tabs["flow"].display


async def test_only_the_tab_in_front_is_shown_a_tick(at_desk):
    async with at_desk() as shown:
        await shown.press("2")
        seen = len(shown.tabs["flow"].views)
        shown.tick(NOW + 1)
        assert len(shown.tabs["flow"].views) == seen
        assert shown.tabs["messages"].views[-1].now == NOW + 1


async def test_a_tick_folds_what_was_written_since_the_last_one(at_desk):
    async with at_desk() as shown:
        before = len(shown.front.views[-1].deliveries)
        shown.engine.scene.traffic.send("msg-x", "agent", source="chat")
        shown.tick()
        view = shown.front.views[-1]
        assert len(view.deliveries) == before + 1
        assert view.deliveries.get(("msg-x", "agent")).allowed == 4


async def test_minus_goes_to_the_tab_shown_before_and_back(at_desk):
    async with at_desk() as shown:
        await shown.press("3", "minus")
        assert shown.tab == "flow"
        await shown.press("minus")
        assert shown.tab == "sessions"


async def test_a_click_on_the_tab_bar_shows_that_tab(at_desk):
    async with at_desk() as shown:
        await shown.pilot.click(TabBar, offset=(shown.line(TabBar).index("4 Queues") + 1, 0))
        await shown.settle()
        assert shown.tab == "queues"


async def test_escape_clears_the_filter_then_the_session_then_closes_then_goes_back_and_never_quits(at_desk):
    async with at_desk() as shown:
        shown.front.post_message(Tab.Goto("messages", "ticket"))
        await shown.settle()
        shown.front.post_message(Tab.Select(Selection(session="s-02")))
        await shown.settle()
        shown.front.open_detail = True
        place = shown.app.main.place
        assert (place.filter, place.selection.session) == ("ticket", "s-02")
        await shown.press("escape")
        assert (shown.app.main.place.filter, shown.app.main.place.selection.session) == ("", "s-02")
        await shown.press("escape")
        assert shown.app.main.place.selection.session is None
        assert shown.front.open_detail
        await shown.press("escape")
        assert not shown.front.open_detail
        assert shown.tab == "messages"
        await shown.press("escape")
        assert shown.tab == "flow"
        await shown.press("escape", "escape")
        assert shown.app.is_running
        assert shown.app.screen is shown.app.main


async def test_a_chosen_session_stays_chosen_when_something_else_is_selected(at_desk):
    async with at_desk() as shown:
        shown.front.post_message(Tab.Select(Selection(session="s-02")))
        shown.front.post_message(Tab.Select(Selection(node="agent")))
        await shown.settle()
        assert shown.app.main.place.selection == Selection(node="agent", session="s-02")
        assert "session s-02 (esc)" in shown.line(Header)


async def test_q_goes_back_and_at_the_root_asks(at_desk):
    async with at_desk() as shown:
        shown.front.post_message(Tab.Goto("dlq"))
        await shown.settle()
        await shown.press("q")
        assert shown.tab == "flow"
        await shown.press("q")
        assert isinstance(shown.app.screen, QuitScreen)


async def test_f_shows_the_pane_with_the_focus_over_the_whole_screen_and_back(at_desk):
    async with at_desk() as shown:
        await shown.press("f")
        assert isinstance(shown.app.main.maximized, Pane)
        await shown.press("f")
        assert shown.app.main.maximized is None


async def test_capital_h_leaves_the_whole_screen_to_the_tab_says_how_to_come_back_and_comes_back(at_desk):
    async with at_desk() as shown:
        around = (Header, TabBar, FooterBar)
        await shown.press("H")
        assert not any(shown.app.main.query_one(each).display for each in around)
        assert shown.toasts[-1][1] == "H shows header, tabs and footer again."
        await shown.press("H")
        assert all(shown.app.main.query_one(each).display for each in around)


# the filter line


async def test_a_filter_is_applied_while_it_is_typed_and_says_how_much_matches(at_desk):
    async with at_desk() as shown:
        await shown.press("slash")
        await shown.type("ticket 7")
        assert shown.front.views[-1].filter == "ticket 7"
        assert shown.app.main.query_one(FilterBar).remark == "3 kept"


async def test_what_is_typed_after_a_slash_on_the_flow_selects_what_it_finds(at_desk):
    async with at_desk(tab_maker=make_tab) as shown:
        await shown.press("slash")
        await shown.type("aud")
        assert shown.app.main.place.selection.node == "audit"
        assert shown.app.main.query_one(FilterBar).remark == "1 of 6 components"


async def test_what_is_wrong_with_a_filter_is_said_and_the_last_good_one_stays(at_desk):
    async with at_desk() as shown:
        await shown.press("slash")
        await shown.type("ticket(")
        bar = shown.app.main.query_one(FilterBar)
        assert bar.remark == "no closing bracket"
        assert shown.front.views[-1].filter == "ticket"
        await shown.press("enter")
        assert bar.input.has_focus


async def test_a_filter_that_a_command_brings_is_checked_before_its_tab_was_ever_shown(at_desk):
    async with at_desk() as shown:
        await shown.command("dlq (")
        line = shown.app.main.query_one(CommandLine)
        assert line.is_open
        assert line.remark == "no closing bracket"
        assert shown.tab == "flow"
        await shown.press("escape")
        await shown.command("dlq ticket")
        assert (shown.tab, shown.app.main.place.filter) == ("dlq", "ticket")
        await shown.command("filter (")
        assert line.remark == "no closing bracket"


async def test_a_tab_that_lists_nothing_says_that_it_has_nothing_to_filter(at_desk, monkeypatch):
    monkeypatch.setattr(ListTab, "filterable", False)
    async with at_desk() as shown:
        await shown.command("health x")
        assert shown.app.main.query_one(CommandLine).remark == "Health has nothing to filter"


async def test_while_a_filter_is_typed_the_footer_shows_how_to_end_and_no_letters_to_press(at_desk):
    async with at_desk() as shown:
        await shown.press("slash")
        assert shown.line(FooterBar) == " F1Help  ⏎Done  esc Clear  tab Complete  ^pPalette  ^qQuit"
        await shown.press("escape", "colon")
        assert shown.line(FooterBar) == " F1Help  ⏎Done  esc Close  tab Complete  ^pPalette  ^qQuit"


async def test_letters_typed_into_a_filter_never_trigger_a_command(at_desk):
    async with at_desk() as shown:
        await shown.press("slash")
        await shown.type("q1f:?i-")
        assert (shown.tab, shown.app.main.place.filter) == ("flow", "q1f:?i-")
        assert shown.app.screen is shown.app.main


async def test_enter_leaves_the_filter_line_in_sight_and_gives_the_focus_back(at_desk):
    async with at_desk() as shown:
        await shown.press("slash")
        await shown.type("ticket")
        await shown.press("enter")
        assert shown.app.focused is shown.front.table
        assert shown.app.main.query_one(FilterBar).is_open
        await shown.press("escape")
        assert not shown.app.main.query_one(FilterBar).is_open


async def test_escape_in_the_filter_line_clears_the_filter(at_desk):
    async with at_desk() as shown:
        await shown.press("slash")
        await shown.type("ticket")
        await shown.press("escape")
        assert shown.app.main.place.filter == ""
        assert shown.app.focused is shown.front.table


async def test_each_tab_keeps_its_own_filter(at_desk):
    async with at_desk() as shown:
        await shown.command("flow ticket")
        await shown.command("msgs answer")
        await shown.press("1")
        assert shown.front.views[-1].filter == "ticket"
        await shown.press("2")
        assert shown.front.views[-1].filter == "answer"


# the command line


async def test_a_command_line_takes_keys_as_fast_as_they_come(at_desk):
    async with at_desk() as shown:
        for key in ("colon", "d", "l", "q", "enter"):
            shown.app.simulate_key(key)
        await shown.settle()
        await shown.settle()
        assert shown.tab == "dlq"


async def test_tab_completes_a_command_from_the_names_of_the_flow(at_desk):
    async with at_desk() as shown:
        await shown.press("colon")
        await shown.type("goto a")
        await shown.press("tab")
        assert shown.app.main.query_one(CommandLine).input.value == "goto agent"
        await shown.press("tab")
        assert shown.app.main.query_one(CommandLine).input.value == "goto audit"


async def test_what_is_wrong_with_a_command_is_said_while_typing_and_it_is_not_done(at_desk):
    async with at_desk() as shown:
        await shown.press("colon")
        await shown.type("goto agnet")
        line = shown.app.main.query_one(CommandLine)
        assert line.remark == "'agnet' is not known; did you mean agent?"
        await shown.press("enter")
        assert line.is_open
        await shown.press("escape")
        assert not line.is_open
        assert shown.app.focused is shown.front.table


async def test_up_brings_back_the_command_typed_before(at_desk):
    async with at_desk() as shown:
        await shown.command("goto agent")
        await shown.press("colon", "up")
        assert shown.app.main.query_one(CommandLine).input.value == "goto agent"


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ('inject chat {"text":"hi"}', ("inject", {"component": "chat", "payload": {"text": "hi"}, "session": None})),
        ("inject agent hello there", ("inject", {"component": "agent", "payload": "hello there", "session": None})),
        ("replay d-01 d-03", ("replay", {"dlq_ids": ("d-01", "d-03")})),
        ("note d-01 asked the team", ("note", {"dlq_ids": ("d-01",), "text": "asked the team"})),
        ("discard d-02", ("discard", {"dlq_ids": ("d-02",)})),
        ("restore d-02", ("restore", {"dlq_ids": ("d-02",)})),
        ("retry msg-r0/agent.0 audit", ("retry_now", {"message_id": "msg-r0/agent.0", "target": "audit"})),
        ("kill msg-r1/agent.0 audit", ("kill_retry", {"message_id": "msg-r1/agent.0", "target": "audit"})),
        ("reload", ("reload", {})),
    ],
)
async def test_a_command_on_the_bus_reaches_the_engine_and_is_repeated_in_the_toast(at_desk, line, asked):
    async with at_desk() as shown:
        await shown.command(line)
        assert shown.engine.asked == [asked]
        assert [title for title, _, _ in shown.toasts] == [line]


async def test_where_the_flow_has_a_memory_the_sessions_tab_shows_what_is_remembered_of_the_session(at_desk):
    engine = FakeEngine()
    flow = engine.snapshot().plan
    engine.snap(plan=replace(flow, nodes=(*flow.nodes, node("notes", "memory short_term"))))
    async with at_desk(tab_maker=make_tab, engine=engine) as shown:
        await shown.press("3", "v", "v")
        assert engine.asked == [("memories", {"session": "s-01"})]
        assert "hello from s-01" in shown.app.main.query_one("#session-turn", LineBlock).plain
        shown.tick(NOW + 0.1)
        await shown.settle()
        assert len(engine.asked) == 1
        await shown.press("down")
        shown.tick(NOW + 0.2)
        await shown.settle()
        assert "hello from s-02" in shown.app.main.query_one("#session-turn", LineBlock).plain
        assert not shown.toasts


async def test_without_a_memory_in_the_flow_nobody_is_asked(at_desk):
    async with at_desk(tab_maker=make_tab) as shown:
        await shown.press("3", "v", "v")
        assert shown.engine.asked == []
        assert "waiting in queue" in shown.app.main.query_one("#session-turn", LineBlock).plain


async def test_x_writes_what_is_listed_to_a_file_and_says_where(at_desk, tmp_path):
    async with at_desk(tab_maker=make_tab) as shown:
        await shown.press("2", "x")
        line = shown.app.main.query_one(CommandLine)
        assert line.input.value.startswith("export-shown messages-")
        line.input.value = "export-shown out.jsonl"
        await shown.press("enter")
        title, message, _ = shown.toasts[-1]
        assert title == "export-shown out.jsonl"
        assert message.endswith(f"in {tmp_path / 'out.jsonl'}")
        assert len((tmp_path / "out.jsonl").read_text().splitlines()) == len(shown.app.main.view.deliveries)
        await shown.command("export-shown out.jsonl")
        assert shown.toasts[-1][1].startswith("out.jsonl exists already")


async def test_where_nothing_is_listed_nothing_is_written(at_desk, tmp_path):
    async with at_desk(tab_maker=make_tab) as shown:
        await shown.command("health")
        await shown.command("export-shown out.jsonl")
        assert shown.toasts[-1][1] == "There is nothing here to export."
        assert not (tmp_path / "out.jsonl").exists()


async def test_a_command_compares_two_sessions(at_desk):
    async with at_desk(tab_maker=make_tab) as shown:
        await shown.command("compare s-01 s-02")
        assert shown.tab == "sessions"
        comparison = shown.app.main.query_one(ComparePane).comparison
        assert (comparison.left, comparison.right) == ("s-01", "s-02")


async def test_commands_move_select_and_change_how_things_look(at_desk):
    async with at_desk() as shown:
        await shown.command("dlq")
        assert shown.tab == "dlq"
        await shown.command("session s-03")
        assert shown.app.main.place.selection.session == "s-03"
        await shown.command("goto kb")
        assert (shown.tab, shown.app.main.place.selection.node) == ("flow", "kb")
        await shown.command("tap agent->audit")
        assert shown.app.main.place.selection.edge == ("agent", "audit")
        await shown.command("chat")
        await shown.command("new-session")
        assert shown.front.acts == ["tap", "chat", "new session"]
        await shown.command("theme nord")
        assert shown.app.theme == "nord"
        await shown.command("about")
        assert isinstance(shown.app.screen, AboutScreen)


async def test_ascii_on_leaves_nothing_but_ascii_on_the_screen_and_off_brings_the_rest_back(at_desk):
    async with at_desk() as shown:
        await shown.command("ascii on")
        assert painted(shown.app).isascii()
        assert "+- flow" in painted(shown.app)
        await shown.command("ascii off")
        assert "╭─ flow" in painted(shown.app)


def painted(app):
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


# doing things


async def test_an_act_is_done_on_the_engine_and_told_with_its_command(at_desk):
    async with at_desk() as shown:
        shown.engine.answers["replay"] = Replayed(("msg-1",), (("d-02", "replayed 3 times already"),))
        shown.front.post_message(Tab.Act("replay", {"dlq_ids": ("d-01", "d-02")}))
        await shown.settle()
        told = "1 message replayed, 1 refused: d-02: replayed 3 times already"
        assert shown.toasts == [("replay d-01 d-02", told, "warning")]


async def test_the_screen_goes_on_while_the_engine_takes_its_time(at_desk):
    async with at_desk() as shown:
        shown.engine.holds.add("discard")
        shown.front.post_message(Tab.Act("discard", {"dlq_ids": ("d-01",)}))
        await shown.pilot.press("3")
        await shown.pilot.pause()
        assert shown.tab == "sessions"
        assert shown.toasts == []
        shown.engine.answer("discard", 1)
        await shown.settle()
        assert shown.toasts == [("discard d-01", "1 dead letter discarded; u in DLQ brings back", "information")]


async def test_a_quiet_act_is_told_only_when_it_fails(at_desk):
    async with at_desk() as shown:
        shown.front.post_message(Tab.Act("inject", {"component": "chat", "payload": "hi"}, quiet=True))
        await shown.settle()
        assert shown.engine.asked == [("inject", {"component": "chat", "payload": "hi", "session": None})]
        assert shown.toasts == []
        shown.engine.answers["inject"] = UnknownComponentError("chat", ("agent",))
        shown.front.post_message(Tab.Act("inject", {"component": "chat", "payload": "hi"}, quiet=True))
        await shown.settle()
        assert [(title, severity) for title, _, severity in shown.toasts] == [("inject chat hi", "error")]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (UnknownComponentError("[/]", ("agent",)), "no component '[/]'; the flow has agent"),
        (ValueError("\x1b]0;owned\x07"), "unexpected ValueError: ␛]0;owned␇"),
    ],
)
async def test_what_failed_is_told_as_it_is_and_never_as_markup_or_control_characters(at_desk, error, told):
    async with at_desk() as shown:
        shown.engine.answers["inject"] = error
        shown.front.post_message(Tab.Act("inject", {"component": "[/]", "payload": "\x1b[2J[/"}))
        await shown.settle()
        assert shown.toasts == [('inject [/] "\\u001b[2J[/"', told, "error")]
        assert "\x1b" not in painted(shown.app)


async def test_an_act_that_no_engine_knows_is_refused(at_desk):
    async with at_desk() as shown:
        shown.front.post_message(Tab.Act("stop", {}))
        await shown.settle()
        assert shown.engine.asked == []
        assert shown.toasts == [("stop", "stop is nothing that can be done", "error")]


async def test_a_place_in_a_file_is_shown_in_the_file_tab(at_desk):
    async with at_desk() as shown:
        shown.front.post_message(Tab.Source("main.ww", 12))
        await shown.settle()
        assert (shown.tab, shown.front.revealed) == ("file", ("main.ww", 12))
        await shown.press("escape")
        assert shown.tab == "flow"


async def test_what_is_copied_and_how_much_is_told(at_desk):
    async with at_desk() as shown:
        shown.front.post_message(Tab.Copy("a\ud800b", "The payload"))
        await shown.settle()
        assert shown.app.clipboard == "a\\ud800b"
        assert shown.toasts == [("", "The payload copied (8 B)", "information")]


async def test_what_is_too_large_for_the_clipboard_goes_into_a_file(at_desk):
    async with at_desk() as shown:
        shown.front.post_message(Tab.Copy("x" * 80_000, "The payload"))
        await shown.settle()
        path = shown.toasts[0][1].rpartition(" ")[2]
        with open(path) as file:  # noqa: ASYNC230
            assert file.read() == "x" * 80_000


# injecting


async def test_inject_starts_from_the_payload_last_seen_and_sends_what_was_made_of_it(at_desk):
    async with at_desk() as shown:
        shown.front.post_message(Tab.Select(Selection(node="tickets")))
        await shown.settle()
        await shown.press("i")
        dialog = shown.app.screen
        assert isinstance(dialog, InjectScreen)
        await shown.press("ctrl+s")
        assert shown.engine.asked == [
            (
                "inject",
                {
                    "component": "tickets",
                    "payload": {"text": "ticket 27: please call me back", "user": "ben"},
                    "session": None,
                },
            )
        ]


async def test_inject_goes_to_the_prompt_of_an_input_cli_unless_another_component_is_selected(at_desk):
    async with at_desk() as shown:
        await shown.press("i")
        assert shown.front.prompted == ["chat"]
        assert shown.app.screen is shown.app.main


async def test_with_nothing_running_there_is_nobody_to_inject_to(at_desk):
    async with at_desk() as shown:
        shown.engine.snap(plan=None)
        shown.tick()
        await shown.press("i")
        assert shown.app.screen is shown.app.main
        assert shown.toasts == [("", "Nothing is running that could take a message.", "warning")]


async def test_inject_says_what_is_wrong_with_the_payload_and_does_not_send_it(at_desk):
    async with at_desk() as shown:
        shown.front.post_message(Tab.Select(Selection(node="tickets")))
        await shown.settle()
        await shown.press("i", "f2")
        shown.app.screen._editor.text = '{"text": '
        await shown.press("ctrl+s")
        assert isinstance(shown.app.screen, InjectScreen)
        assert shown.engine.asked == []
        await shown.press("escape")
        assert shown.app.screen is shown.app.main


# help, palette, about, footer


async def test_help_lists_the_keys_of_what_has_the_focus(at_desk):
    async with at_desk() as shown:
        await shown.press("question_mark")
        assert isinstance(shown.app.screen, HelpScreen)
        told = painted(shown.app)
        assert "Here" in told
        assert "Page down" in told
        await shown.press("escape")
        assert shown.app.screen is shown.app.main


async def test_the_palette_offers_what_the_registry_knows_and_does_it(at_desk):
    async with at_desk() as shown:
        await shown.press("ctrl+p")
        await shown.type("Versions")
        await shown.pilot.wait_for_scheduled_animations()
        await shown.settle()
        await shown.press("enter")
        await shown.settle()
        await shown.press("enter")
        await shown.settle()
        assert isinstance(shown.app.screen, AboutScreen)


async def test_the_footer_shows_what_can_be_pressed_here_and_a_click_presses_it(at_desk):
    async with at_desk() as shown:
        line = shown.line(FooterBar)
        assert line.startswith(" ?Help  :Cmd  /Filter  ⏎Open  iInject")
        assert line.endswith("^pPalette  ^qQuit")
        await shown.pilot.click(FooterBar, offset=(line.index("Help"), 0))
        await shown.settle()
        assert isinstance(shown.app.screen, HelpScreen)


# what is wrong


async def test_a_flow_that_cannot_start_shows_its_file_and_comes_up_when_it_is_mended(at_desk):
    engine = FakeEngine()
    error = Diagnostic(Severity.ERROR, "WW201", "'to' names no component", Span("main.ww", 7, 9, 7, 15))
    rejected = Revision(0, NOW, "rejected", "", diagnostics=(error,))
    empty = {"rev": 0, "plan": None, "nodes": (), "state": FlowState.STOPPED}
    running = engine.snapshot()
    engine.snap(**empty, revisions=(rejected,), diagnostics=(error,))
    async with at_desk(engine=engine) as shown:
        await shown.settle()
        assert shown.tab == "file"
        assert shown.line(Header).rstrip() == " main.ww  rev – ✗ not started │ ○ STOPPED │ watching 22:13:20"
        assert "main.ww has 1 error" in shown.line(NoticeBar)
        engine._snapshot = running
        shown.tick()
        assert "● RUN" in shown.line(Header)
        assert shown.line(NoticeBar) == ""
        assert shown.tab == "file"


async def test_an_engine_that_cannot_be_had_is_told_and_the_screen_stays(at_desk):
    def fail(file):
        raise OSError("no memory")

    async with at_desk(opener=fail) as shown:
        assert shown.line(NoticeBar).startswith("✗ main.ww cannot be run: no memory")
        await shown.press("2")
        assert shown.tab == "messages"


async def test_an_engine_that_ended_by_itself_is_told_with_the_reason(at_desk):
    async with at_desk() as shown:
        shown.engine.failed = RuntimeError("[/] no more threads")
        shown.tick()
        assert shown.line(NoticeBar).startswith("✗ The engine has ended: RuntimeError: [/] no more threads")
        assert "○ STOPPED" in shown.line(Header)


async def test_a_loop_that_does_not_answer_is_named(at_desk):
    async with at_desk() as shown:
        shown.engine.held_up = (3.2, "agent (agent.py:88)")
        shown.tick()
        assert "blocked by agent (agent.py:88)" in shown.line(NoticeBar)
        assert "lag 3.2s!" in shown.line(Header)


# leaving


async def test_quitting_lists_what_would_be_lost_and_stay_stays(at_desk):
    async with at_desk() as shown:
        await shown.press("ctrl+q")
        told = painted(shown.app)
        for line in ("6 messages are not finished", "3 queued", "1 running", "2 waiting for a retry"):
            assert line in told
        await shown.press("enter")
        assert shown.app.is_running
        assert shown.app.screen is shown.app.main


async def test_the_counts_in_the_quit_dialog_stay_true(at_desk):
    async with at_desk() as shown:
        await shown.press("ctrl+q")
        shown.engine.snap(totals={"queued": 0, "inflight": 0, "retrying": 1})
        shown.tick()
        await shown.pilot.pause()
        assert "1 message is not finished" in painted(shown.app)


async def test_drain_and_quit_waits_for_the_flow_and_reports_what_was_left(at_desk):
    async with at_desk() as shown:
        shown.engine.holds.add("stop")
        await shown.pilot.press("ctrl+q", "down", "enter")
        await shown.pilot.pause()
        assert shown.engine.asked == [("stop", {"drain": True})]
        assert shown.app.is_running
        shown.engine.answer("stop", Left(0, {"audit": 2}))
        await shown.settle()
        assert shown.app.return_value.status == 0
        assert shown.app.return_value.told == ("2 messages left behind: audit 2",)


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_asked_twice_it_drains(at_desk, key):
    async with at_desk() as shown:
        await shown.press(key)
        assert "^q again drains" in painted(shown.app)
        await shown.press(key)
        assert shown.engine.asked == [("stop", {"drain": True})]
        assert shown.app.return_value.status == 0


async def test_asked_twice_it_still_waits_for_an_answer_where_edits_would_be_lost(at_desk, monkeypatch):
    monkeypatch.setattr(ListTab, "unsaved", lambda tab: ("main.ww",))
    async with at_desk() as shown:
        await shown.press("ctrl+q", "ctrl+q")
        assert isinstance(shown.app.screen, QuitScreen)
        assert "^q again" not in painted(shown.app)
        assert shown.engine.asked == []


async def test_quit_now_does_not_drain(at_desk):
    async with at_desk() as shown:
        await shown.press("ctrl+q", "down", "down", "enter")
        assert shown.engine.asked == [("stop", {"drain": False})]
        assert shown.app.return_value.status == 0


async def test_asked_again_while_it_drains_it_ends_at_once(at_desk):
    async with at_desk() as shown:
        shown.engine.holds.add("stop")
        await shown.pilot.press("ctrl+q", "down", "enter")
        await shown.pilot.pause()
        await shown.pilot.press("ctrl+q")
        await shown.pilot.pause()
        assert shown.app.return_value.told == ("stopped at once; what was under way is lost",)


async def test_with_nothing_to_lose_quitting_does_not_ask(at_desk):
    async with at_desk() as shown:
        shown.engine.snap(totals={"queued": 0, "inflight": 0, "retrying": 0})
        shown.tick()
        await shown.press("ctrl+q")
        assert shown.engine.asked == [("stop", {"drain": True})]
        assert shown.app.return_value.status == 0


async def test_ctrl_c_asks_as_ctrl_q_does(at_desk):
    async with at_desk() as shown:
        await shown.press("ctrl+c")
        assert isinstance(shown.app.screen, QuitScreen)


# any size


@pytest.mark.parametrize("size", [(20, 5), (39, 9), (60, 20), (80, 24), (200, 60)])
async def test_every_size_shows_the_list_and_some_of_the_header(at_desk, size):
    async with at_desk(size=size) as shown:
        assert shown.line(Header).startswith(" main.ww")
        assert shown.front.table.size.height >= 1
        assert shown.front.table.size.width >= 10


async def test_on_a_low_screen_a_notice_takes_the_place_of_the_tab_bar(at_desk):
    async with at_desk(size=(80, 24)) as shown:
        assert shown.app.main.query_one(TabBar).display
        shown.engine.held_up = (3.2, "agent")
        shown.tick()
        await shown.pilot.pause()
        assert not shown.app.main.query_one(TabBar).display


async def test_the_scene_is_the_same_every_time():
    assert repr(scene().snapshot) == repr(scene().snapshot)
    assert replace(scene().view(), deliveries=None, transcript=None) == replace(
        scene().view(), deliveries=None, transcript=None
    )


async def test_a_tick_that_comes_while_the_screen_is_taken_down_shows_nothing(tmp_path, monkeypatch):
    async with desk(tmp_path, monkeypatch) as here:
        await here.app.main.query_one(FooterBar).remove()
        here.app.tick()


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_full_disk_is_on_the_screen_whichever_tab_is_in_front_until_there_is_room(at_desk, size):
    """I2: the reason, and where to look."""
    async with at_desk(size=size) as shown:
        health = shown.engine.snapshot().health
        shown.engine.snap(health=replace(health, journal="database or disk is full"))
        shown.tick()
        await shown.settle()
        assert "The state folder cannot be written: database or disk is full" in shown.line(NoticeBar)
        shown.engine.snap(health=health)
        shown.tick()
        await shown.settle()
        assert "cannot be written" not in shown.line(NoticeBar)


async def test_n_goes_round_what_the_filter_has_found(at_desk):
    async with at_desk() as shown:
        await shown.press("2")
        shown.tick()
        table = shown.front.table
        await shown.press("n")
        assert table.spot.index == 0  # nothing is looked for yet
        await shown.press("slash", *"ticket", "enter")
        shown.tick()
        count = len(table.rows)
        assert count > 2
        await shown.press("n", "n", "N")
        assert table.spot.index == 1
        await shown.press("N", "N")
        assert table.spot.index == count - 1
        await shown.press("n")
        assert table.spot.index == 0


async def test_tab_completes_the_fields_of_a_filter_one_after_the_other(at_desk):
    async with at_desk() as shown:
        await shown.press("2", "slash", *"se", "tab")
        bar = shown.app.main.query_one(FilterBar)
        assert bar.input.value == "session:"
        await shown.press("tab")
        assert bar.input.value == "sess:"
        await shown.press(*"s-01", "enter")
        assert shown.app.main.place.filter == "sess:s-01"
