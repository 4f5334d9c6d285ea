"""Does what was typed on the `:` line: through the same actions and calls that keys lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from textual.app import App

from woodwork_tui.exports import export_to
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.commands import Command
from woodwork_tui.state.injection import Payload, read_payload
from woodwork_tui.state.leaving import Ending
from woodwork_tui.state.view import Selection

Act = Callable[[str, Mapping[str, object]], None]
"""Has an Engine method called with keyword arguments."""

_ON_MAIN = {"app.last": "last", "app.full": "full", "app.chrome": "chrome"}
_ON_APP = {
    "app.help": "help",
    "app.about": "about",
    "app.quit": "quit",
    "app.reload": "reload",
    "app.inject": "inject",
    "app.palette": "command_palette",
    "bus.repeat": "repeat",
    "app.copy_command": "copy_command",
}
_ON_FLOW = {"flow.session": "new_session", "flow.tap_page": "page('tap')", "flow.chat_page": "page('chat')"}
_BUILDING = {"flow.add": "add", "flow.route": "route", "flow.remove": "remove", "flow.undo": "undo"}
_ON_FILE = {
    "file.save": "save",
    "file.fix": "fix",
    "file.external": "external",
    "file.node": "node",
    "file.definition": "definition",
    "file.format": "format",
    "file.next": "next_problem",
    "file.undo": "undo_edit",
    "file.take": "take",
    "file.rollback": "roll_back_to",
    "file.resolve": "resolve",
}
_ON_LETTERS = {"dlq.replay": "replay", "dlq.discard": "discard", "dlq.restore": "restore"}
_ON_RETRIES = {"retries.now": "retry_now", "retries.kill": "kill_retry"}
_IN_DLQ = {"dlq.trash": "trash", "dlq.purge": "purge"}


class Commander:
    """Performs commands on *main* and *app*; *act* reaches the engine, *is_done* does commands about what is held."""

    def __init__(self, app: App[Ending], main: MainScreen, act: Act, is_done: Callable[[Command], bool]) -> None:
        self._app = app
        self._main = main
        self._act = act
        self._is_done = is_done

    async def perform(self, command: Command) -> None:
        """Do *command*."""
        name, words = command.action.id, command.words
        if name.startswith("tab."):
            await self._show(name.removeprefix("tab."), words)
        elif self._is_done(command):
            return
        elif name == "dlq.replay" and words[0] == "where":
            await self._replay_where(*words[1:])
        elif name in _ON_LETTERS:
            self._act(_ON_LETTERS[name], {"dlq_ids": words})
        elif name in _ON_RETRIES:
            self._act(_ON_RETRIES[name], {"message_id": words[0], "target": words[1]})
        elif name in _IN_DLQ:
            await self._on_tab("dlq", _IN_DLQ[name])
        elif name in _ON_MAIN:
            await self._main.run_action(_ON_MAIN[name])
        elif name in _ON_FLOW:
            await self._on_tab("flow", _ON_FLOW[name])
        elif name in _BUILDING:
            self._main.post_message(Tab.Build(_BUILDING[name], *words))
        elif name in _ON_FILE:
            await self._on_tab("file", f"{_ON_FILE[name]}({', '.join(map(repr, words))})")
        elif words:
            await self._with_words(name, words)
        elif name == "item.tap":
            await self._on_tab("flow", "page('tap')")
        elif name == "app.filter":
            await self._main.move(self._main.place.filtered(""))
        else:
            await self._app.run_action(_ON_APP[name])

    async def _with_words(self, name: str, words: tuple[str, ...]) -> None:
        match name:
            case "app.filter":
                await self._main.move(self._main.place.filtered(words[0]))
            case "app.session":
                self._main.select(replace(self._main.place.selection, session=words[0]))
            case "app.goto":
                self._main.select(Selection(node=words[0]))
                await self._main.move(self._main.place.go("flow"))
            case "list.export":
                export = self._main.tab.exported() if self._main.tab is not None else None
                self._app.run_worker(export_to(self._app, export, words[0], f"export-shown {words[0]}"))
            case "sessions.compare":
                await self._show("sessions", ())
                if self._main.tab is not None:
                    await self._main.tab.run_action(f"compare({words[0]!r}, {words[1]!r})")
            case "item.tap":
                await self._tap(words[0])
            case "app.theme" | "app.ascii":
                await self._set(name.removeprefix("app."), words[0])
            case "app.set":
                await self._set(*words)
            case "dlq.group":
                await self._show("dlq", ())
                if self._main.tab is not None:
                    await self._main.tab.run_action(f"group('{words[0]}')")
            case "app.inject":
                await self._inject(*words)
            case _:
                await self._on_letters(name, words)

    async def _replay_where(self, where: str, rate: str, canary: str, stop: str) -> None:
        await self._main.move(self._main.place.go("dlq").filtered(where))
        await self._on_tab("dlq", f"replay_where({where!r}, {float(rate)}, {int(canary)}, {int(stop)})")

    async def _on_letters(self, name: str, words: tuple[str, ...]) -> None:
        match name:
            case "retries.edit":
                await self._on_tab("retries", f"edit_delivery({words[0]!r}, {words[1]!r})")
            case "dlq.edit":
                await self._on_tab("dlq", f"edit_letter({words[0]!r})")
            case "dlq.note":
                self._act("note_letters", {"dlq_ids": words[:1], "text": words[1]})
            case "dlq.export":
                await self._on_tab("dlq", f"export({words[0]!r})")
            case "dlq.import":
                self._act("import_letters", {"file": words[0]})
            case "job.pause" if words[0] == "show":
                await self._on_tab("dlq", f"open_job({words[1]!r})")
            case "job.pause":
                self._act(f"{words[0]}_job", {"job_id": words[1]})

    async def _set(self, name: str, value: str) -> None:
        await self._app.run_action(f"set({name!r}, {value!r})")

    async def _show(self, tab: str, words: tuple[str, ...]) -> None:
        place = self._main.place.go(tab)
        await self._main.move(place.filtered(words[0]) if words else place)

    async def _inject(self, place: str, text: str | None = None) -> None:
        component, _, named = place.partition("/")
        session = named or self._main.place.selection.session
        if text is None:
            self._main.select(replace(self._main.place.selection, session=session))
            await self._app.run_action(f"inject('{component}')")
            return
        read = read_payload(text)
        if isinstance(read, Payload):
            self._act("inject", {"component": component, "payload": read.value, "session": session})

    async def _tap(self, wish: str) -> None:
        source, arrow, target = wish.partition("->")
        self._main.select(Selection(edge=(source, target)) if arrow else Selection(node=wish))
        await self._on_tab("flow", "tap")

    async def _on_tab(self, tab: str, action: str) -> None:
        await self._main.move(self._main.place.go(tab))
        if self._main.tab is not None:
            await self._main.tab.run_action(action)
