"""Where a component is built: its node, the engine's services, and the components it refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from woodwork_engine.components.component import Component
from woodwork_engine.components.scripts import load
from woodwork_engine.components.services import Services
from woodwork_engine.errors import StartError
from woodwork_engine.plan import Node
from woodwork_engine.threads import Threads


@dataclass(frozen=True, slots=True)
class Site:
    """What the factory of a kind gets beside the settings: `factory(settings, site)` returns the component."""

    node: Node
    services: Services
    references: Mapping[str, Component]
    threads: Threads

    @property
    def place(self) -> str:
        """The component's place and name, with which every StartError begins."""
        return f"{self.node.span} {self.node.name}:"

    def path(self, written: str) -> Path:
        """Return a path of the flow: relative ones start at the flow file's folder."""
        return self.services.folder / written

    def load(self, path: str, name: str) -> object:
        """Return what the person's file *path* calls *name*; raises StartError."""
        return load(self.path(path), name, self.place)

    def refuse(self, problem: str) -> StartError:
        """Return the error that says why the component cannot be built."""
        return StartError(f"{self.place} {problem}")
