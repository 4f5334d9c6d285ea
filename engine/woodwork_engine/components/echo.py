"""The kind `echo`: sends on what it is sent."""

from __future__ import annotations

from woodwork_engine.components.component import Component
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Kind, KindSettings, Role


class EchoSettings(KindSettings):
    """An echo has nothing to set."""


class Echo(Component):
    """Sends every payload on unchanged."""

    def __init__(self, settings: EchoSettings, site: Site) -> None:
        super().__init__(settings, site)

    async def process(self, data: object) -> object:
        """Return *data*."""
        return data


KIND = Kind(
    name="echo",
    role=Role.PROCESSOR,
    summary="sends on what it is sent",
    settings=EchoSettings,
    factory="woodwork_engine.components.echo:Echo",
)
