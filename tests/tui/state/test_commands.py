"""What is typed on the `:` line: commands, complaints, completions."""

from __future__ import annotations

import pytest

from support.scene import scene
from woodwork_engine.hold import BY_LETTER, Breakpoint, HoldState, Scope
from woodwork_tui import actions
from woodwork_tui.screens.tabs import make_tab
from woodwork_tui.state import commands
from woodwork_tui.state.command_history import CommandHistory
from woodwork_tui.state.commands import Command, Names, Wrong, completions, names, parse, usage

KNOWN = Names(
    components=("chat", "agent", "audit"),
    routes=("agent->audit",),
    sessions=("s-01", "s-02"),
    retries=(("msg-1", "audit"), ("msg-2", "agent")),
    dead_letters=("d-01", "d-02"),
    jobs=("job-2", "job-1"),
    themes=("nord", "woodwork-dark"),
    revisions=("6", "5"),
    removed=("books",),
    lanes=(("audit", "s-01"),),
    holds=(HoldState(Scope("audit", "s-01"), 0.0, BY_LETTER, dlq_id="d-01"), HoldState(Scope(), 0.0)),
    breakpoints=(Breakpoint("audit"), Breakpoint("audit", "agent", "hop>3")),
    held=(("msg-7", "audit"),),
)
UNFINISHED = (
    *("replay", "replay dlq", "replay dlq wh", "replay dlq where", "job pause", "note d-01"),
    *(
        "inject cha",
        "inject chat/",
        "pause ag",
        "pause agent/",
        "break agent i",
        "break agent if",
        "break agent if hop>",
        "break ag",
    ),
    *("unbreak ", "unbreak aud", "release", "release msg", "release msg-7", "drop msg-7", "purge", "purge audit"),
    *("purge /s-01", "step-session", "retry-stuck audit/"),
)


def read(line, **options):
    result = parse(line, KNOWN, **options)
    return (result.action.id, *result.words) if isinstance(result, Command) else result


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("flow", ("tab.flow",)),
        ("msgs state:dead to:audit", ("tab.messages", "state:dead to:audit")),
        ("messages", ("tab.messages",)),
        ("q", ("app.quit",)),
        ("  quit ", ("app.quit",)),
        ("goto agent", ("app.goto", "agent")),
        ("session anything", ("app.session", "anything")),
        ("tap", ("item.tap",)),
        ("tap agent->audit", ("item.tap", "agent->audit")),
        ("inject", ("app.inject",)),
        ("fix", ("file.fix",)),
        ("w", ("file.save",)),
        ("save", ("file.save",)),
        ("edit", ("file.external",)),
        ("node", ("file.node",)),
        ("definition", ("file.definition",)),
        ("format", ("file.format",)),
        ("rollback 6", ("file.rollback", "6")),
        ("take 5", ("file.take", "5")),
        ("problem", ("file.next",)),
        ("undo-edit", ("file.undo",)),
        ("resolve books", ("file.resolve", "books")),
        ("inject chat", ("app.inject", "chat")),
        ('inject chat {"a": [1, 2]}', ("app.inject", "chat", '{"a": [1, 2]}')),
        ("inject chat  two  words", ("app.inject", "chat", "two  words")),
        ("inject chat/s-09 hi", ("app.inject", "chat/s-09", "hi")),
        ("pause", ("bus.pause",)),
        ("pause agent", ("bus.pause", "agent")),
        ("pause /s-02", ("bus.pause", "/s-02")),
        ("pause agent/a session", ("bus.pause", "agent/a session")),
        ("resume audit/s-01", ("bus.resume", "audit/s-01")),
        ("step", ("bus.step",)),
        ("step-session s-02", ("bus.step_session", "s-02")),
        ("break", ("bus.break",)),
        ("break agent", ("bus.break", "agent")),
        ("break agent->audit if payload.cost>1", ("bus.break", "agent->audit", "payload.cost>1")),
        ('break agent if "two words" session:s-0*', ("bus.break", "agent", '"two words" session:s-0*')),
        ("unbreak audit", ("bus.unbreak", "audit")),
        ("unbreak agent->audit if hop>3", ("bus.unbreak", "agent->audit", "hop>3")),
        ("held", ("bus.stops",)),
        ("release msg-7 audit", ("bus.release", "msg-7", "audit")),
        ('release msg-7 audit {"n": 1}', ("bus.release", "msg-7", "audit", '{"n": 1}')),
        ("release-all", ("bus.release_all",)),
        ("drop msg-7 audit", ("held.drop", "msg-7", "audit")),
        ("retry-stuck audit/s-01", ("bus.retry_stuck", "audit/s-01")),
        ("purge audit/s-01", ("bus.purge", "audit/s-01")),
        ("replay d-01 d-99", ("dlq.replay", "d-01", "d-99")),
        ("replay dlq where node:a  b rate 30/m stop 2", ("dlq.replay", "where", "node:a  b", "0.5", "0", "2")),
        ("edit-letter d-01", ("dlq.edit", "d-01")),
        ("note d-01 as  agreed", ("dlq.note", "d-01", "as  agreed")),
        ("trash", ("dlq.trash",)),
        ("purge-letters", ("dlq.purge",)),
        ("export my letters.jsonl", ("dlq.export", "my letters.jsonl")),
        ("import letters.jsonl", ("dlq.import", "letters.jsonl")),
        ("job pause job-2", ("job.pause", "pause", "job-2")),
        ("edit-retry msg-1 audit", ("retries.edit", "msg-1", "audit")),
        ("retry msg-1 audit", ("retries.now", "msg-1", "audit")),
        ("theme nord", ("app.theme", "nord")),
        ("ascii off", ("app.ascii", "off")),
        ("filter a b", ("app.filter", "a b")),
        ("new-session", ("flow.session",)),
    ],
)
def test_a_line_is_a_command_with_its_words(line, meaning):
    assert read(line) == meaning


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("flwo x", "no command 'flwo'; did you mean flow?"),
        ("zzz", "no command 'zzz'"),
        ("goto agnet", "'agnet' is not known; did you mean agent?"),
        ("goto agent audit", "goto takes nothing more: goto COMPONENT"),
        ("quit now", "quit takes nothing: quit"),
        ("theme nordic", "'nordic' is not known; did you mean nord?"),
        ("ascii maybe", "'maybe' is not known"),
        ('inject chat {"a": ', "line 1, column 6: Expecting value"),
        ("retry msg-1 nobody", "'nobody' is not known"),
        ("replay dlq when x", "'when' is no 'where'"),
        ("replay dlq where sesion:x", "no field 'sesion'; did you mean session? (at character 1)"),
        ("replay dlq where x rate soon", "pace: soon is none; write one such as 5/s or 300/m"),
        ("job stop job-2", "'stop' is not known"),
        ("job pause job-3", "'job-3' is not known; did you mean job-2?"),
        ("inject cha/s-1 x", "'cha' is not known; did you mean chat?"),
        ("pause agnet", "'agnet' is not known; did you mean agent?"),
        ("pause agnet/s-1", "'agnet' is not known; did you mean agent?"),
        ("break agent when x", "'when' is not known; write: agent if CONDITION"),
        ("break agent if sesion:red", "no field 'sesion'; did you mean session? (at character 1)"),
        ("break agent if payload.n>x", "'x' is no number; write one, or a duration such as 5m (at character 11)"),
        ("unbreak chat", "'chat' is not known"),
        ("release msg-8 audit", "'msg-8' is not known; did you mean msg-7?"),
        ("release msg-7 nobody", "'nobody' is not known"),
        ('release msg-7 audit {"n": ', "line 1, column 6: Expecting value"),
        ("drop msg-7 audit now", "'now' is too much: ID TARGET"),
    ],
)
def test_what_is_wrong_is_said_at_once(line, problem):
    assert read(line) == Wrong(problem)


@pytest.mark.parametrize("line", ["", "ms", "goto", "goto ag", "theme", "retry msg-1", "ascii o", *UNFINISHED])
def test_what_may_still_become_a_command_is_no_error_yet(line):
    found = parse(line, KNOWN)
    assert isinstance(found, Wrong)
    assert found.unfinished


def test_a_filter_behind_a_tab_is_checked_by_that_tab():
    check = {"dlq": "no such field"}
    assert read("dlq oops:1", check_filter=lambda tab, text: check.get(tab)) == Wrong("no such field")
    assert read("msgs oops:1", check_filter=lambda tab, text: check.get(tab)) == ("tab.messages", "oops:1")


def test_a_filter_by_itself_is_checked_by_the_tab_in_front():
    assert read("filter oops:1", check_filter=lambda tab, text: None if tab else "no such field") == Wrong(
        "no such field"
    )


@pytest.mark.parametrize("tab", actions.TABS)
def test_a_filter_is_offered_exactly_for_the_tabs_that_can_be_filtered(tab):
    assert actions.action(f"tab.{tab}").command.endswith(" [filter]") is make_tab(tab).filterable


@pytest.mark.parametrize(
    ("line", "ways"),
    [
        ("m", ("msgs ",)),
        ("go", ("goto ",)),
        ("goto a", ("goto agent", "goto audit")),
        ("goto agent", ()),
        ("inject ", ("inject chat ", "inject agent ", "inject audit ")),
        ("tap agent-", ("tap agent->audit",)),
        ("replay d-01 ", ("replay d-01 d-02",)),
        ("replay d", ("replay d-01", "replay d-02", "replay dlq where ")),
        ("replay dlq", ("replay dlq where ",)),
        ("replay dlq where x r", ("replay dlq where x rate 5/s",)),
        ("job ca", ("job cancel ",)),
        ("job show ", ("job show job-2", "job show job-1")),
        ("note ", ("note d-01 ", "note d-02 ")),
        ("edit-letter ", ("edit-letter d-01", "edit-letter d-02")),
        ("retry msg-1 ", ("retry msg-1 audit", "retry msg-1 agent")),
        ("session s", ("session s-01", "session s-02")),
        ("inject chat/", ("inject chat/s-01 ", "inject chat/s-02 ")),
        ("pause ag", ("pause agent",)),
        ("pause /", ("pause /s-01", "pause /s-02")),
        ("pause audit/", ("pause audit/s-01",)),
        ("resume ", ("resume audit/s-01",)),
        ("retry-stuck ", ("retry-stuck audit/s-01",)),
        ("step-session ", ("step-session s-01", "step-session s-02")),
        ("break agent", ("break agent->audit",)),
        ("break agent ", ("break agent if ",)),
        ("break agent if pa", ("break agent if payload.",)),
        ("break agent if hop>3 se", ("break agent if hop>3 session:",)),
        ("break agent if payload.n>1", ()),
        ("unbreak ", ("unbreak audit", "unbreak agent->audit if hop>3")),
        ("release ", ("release msg-7 audit",)),
        ("drop m", ("drop msg-7 audit",)),
        ("nothing ", ()),
        ("rollback ", ("rollback 6", "rollback 5")),
        ("resolve ", ("resolve books",)),
    ],
)
def test_a_line_goes_on_with_the_names_of_the_running_flow(line, ways):
    assert completions(line, KNOWN) == ways


HOLDING = (
    "break agent if ",
    "pause ",
    "resume ",
    "step ",
    "step-session ",
    "break ",
    "unbreak ",
    "release ",
    "drop ",
    "purge ",
)


def test_every_completion_of_every_beginning_is_at_most_unfinished():
    for line in (
        "",
        "goto ",
        "inject ",
        "tap ",
        "session ",
        "theme ",
        "ascii ",
        "replay ",
        "retry ",
        "kill msg-1 ",
        *HOLDING,
    ):
        for way in completions(line, KNOWN):
            found = parse(way, KNOWN)
            assert isinstance(found, Command) or found.unfinished, way


def test_names_that_could_not_be_typed_are_not_offered():
    view = scene().view()
    assert names(view).sessions == ("s-01", "s-02", "s-03", "s-04", "s-05", "s-06")
    assert not commands._can_be_typed("\x1b[2J")
    assert not commands._can_be_typed("two words")


def test_names_come_from_the_flow_that_runs():
    found = names(scene().view(), ("nord",))
    assert found.components == ("tickets", "chat", "agent", "kb", "desk", "audit")
    assert "agent->audit" in found.routes
    assert "agent->kb" not in found.routes
    assert found.dead_letters == ("d-01", "d-02", "d-03")
    assert ("msg-r0/agent.0", "audit") in found.retries


def test_each_form_belongs_to_an_action_that_can_be_typed():
    assert set(commands._FORMS) <= {each.id for each in actions.commands()}


def test_the_form_of_a_command_is_known_while_its_words_are_typed():
    assert usage("goto ") == "goto COMPONENT"
    assert usage("nothing") == ""


def test_old_commands_come_back_newest_first_and_once():
    history = CommandHistory().added("flow").added("dlq").added("flow")
    assert history.lines == ("dlq", "flow")
    older = history.moved(-1)
    assert older.line == "flow"
    assert older.moved(-1).moved(-1).line == "dlq"
    assert older.moved(1).line == ""
    assert CommandHistory().moved(-1).line == ""


def test_a_setting_is_completed_with_what_it_can_be():
    assert completions("set t", KNOWN) == ("set theme ", "set time ")
    assert completions("set theme n", KNOWN) == ("set theme nord",)
    assert completions("set motion ", KNOWN) == ("set motion full", "set motion reduced")
    assert completions("set ring ", KNOWN) == ()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("set ring 5", "ring is a number of deliveries from 1,000 to 1,000,000, not '5'"),
        ("set ascii maybe", "ascii is on or off, not 'maybe'"),
        ("set theme nrod", "no theme 'nrod'; did you mean 'nord'?"),
        ("group size", "'size' is not known"),
    ],
)
def test_what_cannot_be_set_is_said(line, says):
    assert read(line) == Wrong(says)


def test_where_no_flow_is_open_only_what_needs_none_is_offered_and_taken():
    few = Names(themes=("nord",), able=frozenset({"app.theme", "app.quit"}))
    assert completions("", few) == ("theme ", "quit")
    assert parse("dlq", few) == Wrong("dlq needs a flow; open one first")
    assert isinstance(parse("theme nord", few), Command)


def test_the_filter_behind_a_tab_is_completed_with_the_fields_of_that_tab():
    assert completions("msgs state:dead rea", KNOWN) == ("msgs state:dead reason:",)
    assert completions("sessions fl", KNOWN) == ("sessions flight:",)
