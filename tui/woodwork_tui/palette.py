"""The command palette: everything the registry knows that can be done from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from woodwork_tui.actions import Action, action, commands, show_key
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.screens.modal import nothing
from woodwork_tui.screens.steady import SteadyScreen


@dataclass(frozen=True, slots=True)
class _Entry:
    title: str
    note: str
    run: Callable[[], object]


class RegistryProvider(Provider):
    """Offers the actions whose keys are active, and the commands; what needs words opens the `:` line with it."""

    def _entries(self) -> list[_Entry]:
        found: dict[str, tuple[Action, _Entry]] = {}
        for key, bound in self.screen.active_bindings.items():
            if bound.binding.id and bound.enabled:
                known = action(bound.binding.id)
                if known.hint or known.group != "Lists":  # nobody moves a cursor from here
                    entry = _Entry(known.title, _note(known, key), partial(self.app.simulate_key, key))
                    found.setdefault(known.id, (known, entry))
        if isinstance(self.screen, MainScreen):
            for known in commands():
                entry = _Entry(known.title, _note(known), partial(self._type, self.screen, known))
                found.setdefault(known.id, (known, entry))
        return [entry for known, entry in sorted(found.values(), key=_order)]

    @staticmethod
    def _type(screen: MainScreen, known: Action) -> None:
        word = known.command.split()[0]
        screen.action_command(f"{word} " if " " in known.command else word)

    async def discover(self) -> Hits:
        """Yield everything."""
        for entry in self._entries():
            yield DiscoveryHit(_line(Content(entry.title), entry), entry.run, entry.title)

    async def search(self, query: str) -> Hits:
        """Yield what matches *query*."""
        matcher = self.matcher(query)
        for entry in self._entries():
            score = matcher.match(f"{entry.title} {entry.note}")
            if score > 0:
                yield Hit(score, _line(matcher.highlight(entry.title), entry), entry.run, entry.title)


class Palette(CommandPalette, SteadyScreen[None]):
    """The palette, chosen from or closed once: Textual's ends the app when it is clicked or entered twice at once."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the list alone while it has no place on the screen: Textual's own would end the app."""
        return action != "command_list" or any(found.size for found in self.query(CommandList))

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close."""
        return super().dismiss(result) if self in self.app.screen_stack else nothing()


def _order(found: tuple[Action, _Entry]) -> tuple[bool, int, str]:
    known = found[0]
    return known.group == "Tabs", known.rank, known.title


def _line(title: Content, entry: _Entry) -> Content:
    return Content.assemble(title, (f"   {entry.note}", "dim"))


def _note(known: Action, key: str = "") -> str:
    told = [show_key(key)] if key else []
    if known.command:
        told.append(f":{known.command}")
    return "  ".join(told)
