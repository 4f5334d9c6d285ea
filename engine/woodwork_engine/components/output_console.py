"""The kind `output console`: the transcript in Chat, standard error when headless."""

from __future__ import annotations

from woodwork_engine.components.component import Component
from woodwork_engine.components.payload_text import shown_text
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Kind, KindSettings, Role


class OutputConsoleSettings(KindSettings):
    """A console output has nothing to set."""


class OutputConsole(Component):
    """Writes the text of each payload as one line of the transcript."""

    def __init__(self, settings: OutputConsoleSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._services = site.services

    async def process(self, data: object) -> object:
        """Show *data*: a string, or `text`, `output`, `answer` or `message` of an object, else its JSON."""
        text = shown_text(data)
        session = self.session.id
        services = self._services
        services.transcript.add(services.clock.time(), session, self.name, "out", text)
        if services.console is not None:
            services.console(self.name, session, text)
        return None


KIND = Kind(
    name="output console",
    role=Role.OUTPUT,
    summary="shows what it is sent in Chat; on standard error when headless",
    settings=OutputConsoleSettings,
    factory="woodwork_engine.components.output_console:OutputConsole",
    aliases=("output cli", "console"),
)
