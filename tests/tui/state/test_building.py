"""Building on the graph: a change becomes texts of files, or one sentence about why it cannot be made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from woodwork_engine.snapshot import NodeState, NodeStats, Snapshot
from woodwork_tui.state.building import (
    Add,
    Base,
    Change,
    Connect,
    Disconnect,
    Proposal,
    Remove,
    command,
    new_problems,
    proposed,
    read_base,
    targets_from,
)
from woodwork_tui.state.change_question import ChangeQuestion, change_question
from woodwork_tui.state.draft import examine

FLOW = """\
include "more.ww"
in = input cli { to: agent }
agent = llm scripted { memory: notes, tools: [orders], to: [out, log] }  # the one
notes = memory short_term {}
orders = echo {}
out = output console {}
"""
MORE = "log = logger {}\nlate = echo { to: [agent, log] }\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "main.ww").write_text(FLOW)
    (tmp_path / "more.ww").write_text(MORE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def base(file: str = "main.ww") -> Base:
    read = read_base(file)
    assert isinstance(read, Base), read
    return read


def after(change: Change, folder: Path) -> dict[str, str]:
    """Return the texts that *change* makes, by file name."""
    proposal = proposed(change, base())
    assert isinstance(proposal, Proposal), proposal
    return {Path(path).name: text for path, text in proposal.after.items()}


def refused(change: Change) -> str:
    answer = proposed(change, base())
    assert isinstance(answer, str)
    return answer


def test_a_component_goes_to_the_end_of_the_main_file(folder: Path) -> None:
    assert after(Add("new", "echo", {"to": "out"}), folder) == {"main.ww": FLOW + "\nnew = echo {\n    to: out\n}\n"}


def test_a_route_is_written_where_its_source_is_declared(folder: Path) -> None:
    texts = after(Connect("late", "out", ("x",)), folder)
    assert texts == {"more.ww": MORE.replace("log] }", 'log, { component: out, on: "x" }] }')}


def test_a_route_beside_inferred_ones_leaves_them(folder: Path) -> None:
    (folder / "main.ww").write_text("a = input cli {}\nb = echo {}\nc = logger {}\n")
    assert after(Connect("a", "c"), folder)["main.ww"].startswith("a = input cli { to = [b, c] }\n")
    assert after(Connect("b", "c"), folder)["main.ww"].count("to = c"), "the built-in transcript cannot be written"


def test_a_line_that_goes_is_a_route_or_a_reference(folder: Path) -> None:
    assert "to: [log] }" in after(Disconnect("agent", "out"), folder)["main.ww"]
    assert "llm scripted { tools: [orders]," in after(Disconnect("agent", "notes"), folder)["main.ww"]
    assert "tools: []" in after(Disconnect("agent", "orders"), folder)["main.ww"]


def test_an_inferred_route_goes_by_saying_so(folder: Path) -> None:
    (folder / "main.ww").write_text("a = echo {}\nb = output console {}\n")
    assert after(Disconnect("a", "b"), folder) == {"main.ww": "a = echo { to = [] }\nb = output console {}\n"}


def test_a_component_goes_with_all_that_names_it_in_every_file(folder: Path) -> None:
    texts = after(Remove("agent"), folder)
    assert texts["more.ww"] == "log = logger {}\nlate = echo { to: [log] }\n"
    assert texts["main.ww"] == FLOW.replace("to: agent", "to: []").replace(FLOW.splitlines()[2] + "\n", "")
    assert not [found for found in examine({}, "main.ww").diagnostics if found.blocks]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (Add("agent", "echo"), "agent is there already."),
        (Connect("agent", "out"), "agent goes to out already."),
        (Connect("agent", "in"), "in is an input and takes no messages."),
        (Connect("out", "log"), "out is output console and sends nothing on."),
        (Connect("nobody", "out"), "The file has no component nobody."),
        (Disconnect("in", "out"), "The file has no route from in to out."),
        (Remove("nobody"), "The file has no component nobody."),
    ],
)
def test_what_cannot_be_is_one_sentence(change: Change, why: str, folder: Path) -> None:
    assert refused(change) == why


def test_nothing_is_built_on_a_file_with_errors(folder: Path) -> None:
    (folder / "main.ww").write_text("in = input cli { to: nobody }\n")
    assert read_base("main.ww") == "main.ww has an error; mend what 7 File tells first."
    assert isinstance(read_base("gone.ww"), str)


def test_routes_can_be_drawn_to_what_takes_messages_and_is_not_a_target_yet(folder: Path) -> None:
    assert targets_from("agent", base().plan) == ("late", "agent", "notes", "orders")


def test_each_change_has_the_command_that_does_the_same() -> None:
    changes = [Add("a", "echo"), Connect("a", "b", ("x", "y")), Disconnect("a", "b"), Remove("a")]
    assert list(map(command, changes)) == ["add echo", "route a b x y", "remove a->b", "remove a"]


# What is asked


def asked(change: Change, **nodes: int) -> ChangeQuestion:
    """Return what is asked about *change* of the flow that runs, with so many messages waiting at *nodes*."""
    known = base()
    proposal = proposed(change, known)
    assert isinstance(proposal, Proposal)
    stats = tuple(NodeStats(name, NodeState.OK, depth=depth) for name, depth in nodes.items())
    snapshot = Snapshot(plan=known.plan, nodes=stats)
    return change_question(change, known, proposal, examine(proposal.after, "main.ww"), snapshot)


def lines(question: ChangeQuestion) -> str:
    return "\n".join(line.text for line in question.lines)


def test_what_a_change_does_and_writes_is_shown(folder: Path) -> None:
    question = asked(Connect("orders", "log"))
    assert (question.title, question.doing, question.possible) == ("Route orders → log", "Write main.ww", True)
    assert "+ route    orders → log" in lines(question)
    assert [line.text for line in question.diff if line.tone in ("ok", "bad")] == [
        "- orders = echo {}",
        "+ orders = echo { to: log }",
    ]


def test_what_a_change_leaves_without_use_is_told_before(folder: Path) -> None:
    assert "nothing uses 'notes'" in lines(asked(Disconnect("agent", "notes")))


def test_the_messages_of_a_component_that_goes_are_counted_and_their_fate_is_told(folder: Path) -> None:
    question = asked(Remove("agent"), agent=3)
    assert question.keys == ("agent",)
    assert question.careful
    assert "3 messages would be stranded. agent takes nothing new" in question.fate[0].text
    assert ([way for way, _ in question.ways], question.way) == (["park", "dead_letter"], "park")
    assert question.doing == "Write 2 files"
    assert [line.text for line in question.diff if line.tone == "strong"] == ["main.ww", "more.ww"]


def test_a_change_that_would_keep_the_file_from_running_is_not_offered(folder: Path) -> None:
    question = asked(Add("fresh", "echo", {"to": "nobody"}))
    assert not question.possible
    assert "'to' names no component" in lines(question)


def test_only_new_problems_are_told(folder: Path) -> None:
    found = examine({}, "main.ww").diagnostics
    moved = tuple(replace(each, span=replace(each.span, line=each.span.line + 3)) for each in found)
    assert new_problems(found, moved) == ()


def test_a_line_out_of_a_switch_goes_where_it_is_written_and_none_is_drawn_beside_its_cases(folder: Path):
    ways = 'ways = switch { cases = [{ when = "a", to = out }, { when = "b", to = log }], else = log }\n'
    (folder / "switch.ww").write_text(f"in = input cli {{ to: ways }}\n{ways}out = console {{}}\nlog = logger {{}}\n")

    removed = proposed(Disconnect("ways", "log"), base("switch.ww"))
    drawn = proposed(Connect("ways", "in"), base("switch.ww"))

    assert isinstance(removed, Proposal)
    assert 'ways = switch { cases = [{ when = "a", to = out }] }' in next(iter(removed.after.values()))
    assert drawn == "ways sends by its cases; write them in the file."
