"""The command palette: everything the registry knows that can be done from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from woodwork_tui.actions import Action, action, commands
from woodwork_tui.screens.main import MainScreen
from woodwork_tui.state.commands import needs_words


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    help: str
    run: Callable[[], object]


class RegistryProvider(Provider):
    """Offers the actions whose keys are active, and the commands; what needs words opens the `:` line with it."""

    def _entries(self) -> Iterator[_Entry]:
        seen: set[str] = set()
        for key, bound in self.screen.active_bindings.items():
            if bound.binding.id and bound.enabled and bound.binding.id not in seen:
                seen.add(bound.binding.id)
                known = action(bound.binding.id)
                yield _Entry(known.title, _note(known), partial(self.app.simulate_key, key))
        screen = self.screen
        if isinstance(screen, MainScreen):
            for known in commands():
                if known.id not in seen:
                    yield _Entry(known.title, _note(known), partial(self._type, screen, known))

    @staticmethod
    def _type(screen: MainScreen, known: Action) -> None:
        word = known.command.split()[0]
        screen.action_command(f"{word} " if needs_words(known) or " " in known.command else word)

    async def discover(self) -> Hits:
        """Yield everything."""
        for entry in self._entries():
            yield DiscoveryHit(Content(entry.text), entry.run, entry.text, entry.help)

    async def search(self, query: str) -> Hits:
        """Yield what matches *query*."""
        matcher = self.matcher(query)
        for entry in self._entries():
            score = matcher.match(f"{entry.text} {entry.help}")
            if score > 0:
                yield Hit(score, matcher.highlight(entry.text), entry.run, entry.text, entry.help)


def _note(known: Action) -> str:
    told = [known.shown_key] if known.key else []
    if known.command:
        told.append(f":{known.command}")
    return escape("  ".join(told))  # the palette reads it as markup
