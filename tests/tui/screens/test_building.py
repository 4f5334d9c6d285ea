"""Building on the graph, key by key: what is asked, what is written, and that the flow that runs follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.tab_host import until
from woodwork_tui.app import WoodworkApp
from woodwork_tui.screens.change_dialog import ChangeDialog
from woodwork_tui.screens.component_form import ComponentForm
from woodwork_tui.screens.file_source import SourcePane
from woodwork_tui.screens.pick import Pick
from woodwork_tui.state.view import Selection
from woodwork_tui.widgets.command_line import CommandLine

FLOW = """\
# two that talk
ask = input cli { to: say }   # asks

say = output console {}
notes = logger {}
"""


class Person:
    """What somebody in front of the app on a running flow does and sees."""

    def __init__(self, app: WoodworkApp, pilot: Pilot[None], folder: Path) -> None:
        self.app = app
        self.pilot = pilot
        self.file = folder / "main.ww"

    @property
    def text(self) -> str:
        return self.file.read_text()

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(note.title, note.message) for note in self.app._notifications]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.pilot.press(*text)

    async def command(self, line: str) -> None:
        await self.press("colon")
        self.app.main.query_one(CommandLine).input.value = line
        await self.press("enter")

    def select(self, *names: str) -> None:
        self.app.main.select(Selection(node=names[0]) if len(names) == 1 else Selection(edge=(names[0], names[1])))

    async def sees(self, kind: type) -> None:
        await until(self.pilot, lambda: isinstance(self.app.screen, kind))
        await self.pilot.pause()

    async def sees_told(self, words: str) -> None:
        await until(self.pilot, lambda: any(words in f"{title}: {said}" for title, said in self.told))

    async def sees_rev(self, number: int) -> None:
        await until(self.pilot, lambda: self.app.tick() or self.app.main.view.snapshot.rev == number)

    def shown(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "main.ww").write_text(FLOW)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def opened(folder: Path, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Person]:
    app = WoodworkApp("main.ww", ticking=False, folder=folder)
    async with app.run_test(size=size) as pilot:
        person = Person(app, pilot, folder)
        await until(pilot, lambda: app.tick() or (app.main.view.snapshot.rev == 1 and app.main.focused is not None))
        yield person
        app.abandon(5)


async def test_a_component_is_chosen_filled_in_reviewed_and_written_and_then_it_runs(folder: Path) -> None:
    async with opened(folder) as person:
        await person.press("a")
        await person.sees(Pick)
        await person.type("scripted")
        await person.press("enter")
        await person.sees(ComponentForm)
        await person.press("tab")
        await person.type("You said: {input}")
        await person.press("ctrl+s")
        await person.sees(ChangeDialog)
        assert "+ added    llm" in person.shown()
        assert '+     answers: "You said: {input}"' in person.shown()
        assert person.text == FLOW, "nothing is written before that is wanted"
        await person.press("enter")
        await person.sees_told("add llm scripted: written to main.ww")
        assert person.text == FLOW + '\nllm = llm scripted {\n    answers: "You said: {input}"\n}\n'
        await person.sees_rev(2)
        assert person.app.main.view.snapshot.plan.node("llm") is not None


async def test_the_form_says_what_is_wrong_and_offers_no_review_until_it_is_right(folder: Path) -> None:
    async with opened(folder) as person:
        await person.command("add function python")
        await person.sees(ComponentForm)
        assert "path is needed" in person.shown()
        await person.press("ctrl+s")
        assert isinstance(person.app.screen, ComponentForm)
        await person.type("gone.py")
        await person.press("tab")
        await person.type("handle")
        assert "ready" in person.shown()
        await person.press("ctrl+s")
        await person.sees(ChangeDialog)
        assert "gone.py" in person.shown(), "that the script is not there is told before it is written"


async def test_a_route_is_drawn_from_the_selection_to_a_chosen_component(folder: Path) -> None:
    async with opened(folder) as person:
        person.select("ask")
        await person.press("r")
        await person.sees(Pick)
        assert "say" not in person.app.screen.query_one("Options").get_option_at_index(0).prompt, (
            "it goes there already"
        )
        await person.press("enter")
        await person.sees(ChangeDialog)
        await person.press("enter")
        await person.sees_told("route ask notes: written to main.ww")
        assert person.text == FLOW.replace("to: say", "to: [say, notes]")
        await person.sees_rev(2)


async def test_a_line_is_removed_where_it_is_selected_and_asks_at_the_way_out(folder: Path) -> None:
    async with opened(folder) as person:
        person.select("ask", "say")
        await person.press("delete")
        await person.sees(ChangeDialog)
        assert "- route    ask → say" in person.shown()
        await person.press("enter")
        await person.sees_told("remove ask->say: written")
        assert person.text == FLOW.replace("to: say", "to: []")


async def test_removing_a_component_starts_at_cancel_and_says_what_becomes_of_its_lines(folder: Path) -> None:
    async with opened(folder) as person:
        person.select("say")
        await person.press("delete")
        await person.sees(ChangeDialog)
        assert "- removed  say" in person.shown()
        await person.press("enter")
        await until(person.pilot, lambda: not isinstance(person.app.screen, ChangeDialog))
        assert person.text == FLOW, "the first answer is the one that does nothing"
        await person.press("delete")
        await person.sees(ChangeDialog)
        await person.press("right", "enter")
        await person.sees_told("remove say: written")
        assert person.text == FLOW.replace("to: say", "to: []").replace("say = output console {}\n", "")


async def test_escape_writes_nothing_anywhere_on_the_way(folder: Path) -> None:
    async with opened(folder) as person:
        for way in (("a",), ("a", "enter"), ("a", "enter", "ctrl+s")):
            for key, dialog in zip(way, (Pick, ComponentForm, ChangeDialog), strict=False):
                await person.press(key)
                await person.sees(dialog)
            await person.press("escape")
            await until(person.pilot, lambda: person.app.screen is person.app.main)
        assert person.text == FLOW


STUCK = """\
deployment = local { drain_timeout: 50ms }
ask = input cli { to: audit }
audit = function python { path: "audit.py", function: handle, to: [] }
"""
SCRIPT = "import asyncio\nasync def handle(order):\n    await asyncio.Event().wait()\n"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_messages_that_a_removal_strands_go_the_way_that_is_chosen(size: tuple[int, int], folder: Path) -> None:
    (folder / "main.ww").write_text(STUCK)
    (folder / "audit.py").write_text(SCRIPT)
    async with opened(folder, size) as person:
        for number in range(3):
            person.app._operator.act("inject", {"component": "ask", "payload": number, "session": "s"})
        await until(person.pilot, lambda: person.app.tick() or waiting(person, "audit") == 3)
        await person.command("remove audit")
        await person.sees(ChangeDialog)
        await until(person.pilot, lambda: "[ Write main.ww ]" in person.shown())
        assert "3 messages would be stranded" in person.shown()
        await person.press("shift+tab", "down", "tab", "right", "enter")
        await person.sees_told("remove audit: written")
        await until(person.pilot, lambda: person.app.tick() or len(person.app.main.view.dead_letters) == 2)
        assert waiting(person, "audit") == 1, "the one that is being handled stays"


def waiting(person: Person, name: str) -> int:
    return next((node.depth for node in person.app.main.view.snapshot.nodes if node.name == name), 0)


async def test_changes_are_taken_back_one_by_one_the_last_one_first(folder: Path) -> None:
    async with opened(folder) as person:
        for line in ("route ask notes", "remove ask->say"):
            before = person.text
            await person.command(line)
            await person.sees(ChangeDialog)
            await person.press("enter")
            await until(person.pilot, lambda before=before: person.text != before)
        assert "to: [notes]" in person.text
        await person.sees_told("remove ask->say: written to main.ww, applied as any save is; :undo takes it back")
        for after in (FLOW.replace("to: say", "to: [say, notes]"), FLOW):
            await person.press("u")
            await person.sees(ChangeDialog)
            assert "Undo: " in person.shown()
            await person.press("enter")
            await until(person.pilot, lambda after=after: person.text == after)
            await until(person.pilot, lambda: person.app.screen is person.app.main)
        await until(person.pilot, lambda: sum(title == "undo" for title, _ in person.told) == 2)
        await person.press("u")
        await person.sees_told("Nothing was built here that could be taken back.")


async def test_what_was_changed_since_is_not_taken_back(folder: Path) -> None:
    async with opened(folder) as person:
        await person.command("route ask notes")
        await person.sees(ChangeDialog)
        await person.press("enter")
        await person.sees_told("route ask notes: written")
        person.file.write_text(person.text + "# theirs\n")
        await person.press("u")
        await person.sees_told("main.ww has changed since; roll back in 7 File, or edit it there.")
        assert person.text.endswith("# theirs\n")


async def test_a_route_for_some_events_is_typed(folder: Path) -> None:
    async with opened(folder) as person:
        await person.command("route ask notes input.* agent.error")
        await person.sees(ChangeDialog)
        await person.press("enter")
        await person.sees_told("route ask notes input.* agent.error: written")
        assert 'to: [say, { component: notes, on: ["input.*", "agent.error"] }] }   # asks' in person.text


HOSTILE = "# \x1b[2J [/] [bold]\n" + FLOW.replace("# asks", "# [/red] \x1b]0;x\x07 \u202e")


async def test_hostile_text_of_a_file_is_shown_and_kept_as_it_is(folder: Path) -> None:
    (folder / "main.ww").write_text(HOSTILE)
    async with opened(folder) as person:
        await person.command("route ask notes")
        await person.sees(ChangeDialog)
        shown = person.shown()
        assert "[/red]" in shown
        assert not set("\x1b\x07\u202e") & set(shown)
        await person.press("enter")
        await person.sees_told("route ask notes: written")
        assert person.text == HOSTILE.replace("to: say", "to: [say, notes]")


async def test_edits_that_are_not_saved_are_not_overwritten(folder: Path) -> None:
    async with opened(folder) as person:
        await person.press("7")
        await until(
            person.pilot, lambda: person.app.tick() or person.app.main.query_one(SourcePane).editor.text == FLOW
        )
        person.app.main.query_one(SourcePane).editor.insert("# mine\n")
        await until(person.pilot, person.app.main.unsaved)
        await person.command("remove ask->say")
        await person.sees_told("main.ww has edits that are not saved; save or undo them in 7 File.")
        assert person.text == FLOW


async def test_a_file_that_changes_while_one_reads_the_question_is_not_overwritten(folder: Path) -> None:
    async with opened(folder) as person:
        await person.command("route ask notes")
        await person.sees(ChangeDialog)
        person.file.write_text(FLOW + "# theirs\n")
        await person.press("enter")
        await person.sees_told("main.ww changed meanwhile; try again. Nothing was written.")
        assert person.text == FLOW + "# theirs\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add nothing", "There is no kind 'nothing'"),
        ("route", "Select the component that the route begins at."),
        ("route say", "say is output console and sends nothing on."),
        ("route ask say", "ask goes to say already."),
        ("remove nobody", "The file has no component nobody."),
        ("remove say->ask", "The file has no route from say to ask."),
    ],
)
async def test_what_cannot_be_done_is_told_in_a_sentence(line: str, said: str, folder: Path) -> None:
    async with opened(folder) as person:
        await person.command(line)
        await person.sees_told(said)
        assert person.text == FLOW


async def test_nothing_is_built_on_a_file_with_errors(folder: Path) -> None:
    async with opened(folder) as person:
        person.file.write_text(FLOW + "broken = {\n")
        await person.command("remove say")
        await person.sees_told("mend what 7 File tells first")


async def test_with_nothing_selected_there_is_nothing_to_remove(folder: Path) -> None:
    async with opened(folder) as person:
        await person.press("delete")
        await person.sees_told("Select the component or the line that is to go.")


@pytest.mark.parametrize("size", [(60, 20), (40, 12)])
async def test_the_answers_are_in_sight_however_small_the_screen_is(size: tuple[int, int], folder: Path) -> None:
    async with opened(folder, size) as person:
        await person.command("remove say")
        await person.sees(ChangeDialog)
        assert "[ Cancel ]" in person.shown()
        assert "[ Write main.ww ]" in person.shown()
        assert "removed" in person.shown()


@pytest.mark.parametrize("size", [(60, 20), (40, 12)])
async def test_the_form_shows_the_line_one_types_in_and_the_answers_however_small_the_screen_is(
    size: tuple[int, int], folder: Path
) -> None:
    async with opened(folder, size) as person:
        await person.command("add llm scripted")
        await person.sees(ComponentForm)
        for _ in range(len(person.app.screen.query("FormLine")) - 1):
            focused = person.app.focused
            assert focused is not None
            assert focused.parent.field.key in person.shown()
            assert "[ Review ]" in person.shown()
            await person.press("tab")
