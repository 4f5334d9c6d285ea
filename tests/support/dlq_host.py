"""A DLQ tab in an app whose dead letters change as a bus would change them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from support.scene import NOW, scene
from support.tab_host import TabHost
from woodwork_engine.dead_letter import DeadLetter, DeadState, Resolution
from woodwork_tui.screens.dlq import DlqTab
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.view import View

_STATES = {
    "discard": DeadState.DISCARDED, "restore": DeadState.OPEN, "replay": DeadState.REPLAYED,
    "replay_many": DeadState.REPLAYED,
}  # fmt: skip


class DlqHost(TabHost):
    """Shows *letters*; what the tab has done to them is shown at once, a second later each time."""

    def __init__(self, letters: Sequence[DeadLetter], **parts: object) -> None:
        super().__init__(DlqTab())
        self.letters = {letter.dlq_id: letter for letter in letters}
        self.thens: list[Callable[[object], None]] = []
        """What takes the answers to what was asked of the engine."""
        self.view: View = scene().view(**parts)

    @property
    def acts(self) -> list[tuple[str, dict[str, object]]]:
        """What was asked of the engine."""
        return [(said[0], said[1]) for said in self.told if isinstance(said[1], dict)]

    def on_mount(self) -> None:
        self.again()
        self.tab.enter()

    def again(self, **parts: object) -> None:
        """Show the letters of now."""
        letters = tuple(self.letters.values())
        self.view = replace(self.view, **{"now": self.view.now + 1.0, "dead_letters": letters, **parts})
        self.show(self.view)

    def put(self, letter: DeadLetter, **changes: object) -> None:
        """Let *letter* be what it was with *changes*."""
        self.letters[letter.dlq_id] = msgspec.structs.replace(letter, **changes)
        self.again()

    def on_tab_act(self, message: Tab.Act) -> None:
        # Textual calls the handler of TabHost too
        if message.then is not None:
            self.thens.append(message.then)
        if message.action == "purge_letters":
            for dlq_id in message.arguments["dlq_ids"]:
                del self.letters[dlq_id]
            self.again()
        if message.action not in _STATES:
            return
        state = _STATES[message.action]
        resolution = None if state is DeadState.OPEN else Resolution("person", NOW + len(self.told))
        for dlq_id in message.arguments["dlq_ids"]:
            self.letters[dlq_id] = msgspec.structs.replace(self.letters[dlq_id], state=state, resolution=resolution)
        self.again()

    def lines(self, *words: str) -> list[str]:
        """Return the lines of the screen that hold all *words*."""
        return [line for line in self.painted().splitlines() if all(word in line for word in words)]
