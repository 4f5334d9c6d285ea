"""The kind `memory short_term`: the last things said in each session."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

from woodwork_engine.components.component import Component
from woodwork_engine.components.payload_text import shown_text
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Field, Kind, KindSettings, Role


class MemoryShortTermSettings(KindSettings):
    """How much is remembered."""

    limit: int = Field(default=20, ge=1, le=10_000, description="things remembered per session")
    max_sessions: int = Field(
        default=10_000, ge=1, le=1_000_000, description="sessions remembered; the longest silent ones are forgotten"
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One remembered thing: who said what."""

    who: str
    text: str


class SessionMemory:
    """One session's part of a memory; what a function gets that has a parameter `memory`."""

    def __init__(self, memory: MemoryShortTerm, session: str) -> None:
        self._memory = memory
        self.session = session

    def add(self, who: str, text: str) -> None:
        """Remember that *who* said *text*."""
        self._memory.remember(self.session, who, text)

    def recall(self) -> list[Said]:
        """Return what is remembered, oldest first."""
        return self._memory.recall(self.session)


class MemoryShortTerm(Component):
    """Remembers the last things of each session, in this process only; a message sent here is remembered too."""

    def __init__(self, settings: MemoryShortTermSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._limit = settings.limit
        self._max_sessions = settings.max_sessions
        self._said: OrderedDict[str, deque[Said]] = OrderedDict()
        self._things = 0
        self._lock = threading.Lock()  # functions remember from their threads

    def remember(self, session: str, who: str, text: str) -> None:
        """Remember that *who* said *text* in *session*; the oldest thing goes when there are too many."""
        with self._lock:
            kept = self._said.pop(session, None) or deque(maxlen=self._limit)
            self._things += len(kept) < self._limit
            kept.append(Said(who, text))
            self._said[session] = kept
            while len(self._said) > self._max_sessions:
                _, forgotten = self._said.popitem(last=False)
                self._things -= len(forgotten)

    def recall(self, session: str) -> list[Said]:
        """Return what is remembered of *session*, oldest first."""
        with self._lock:
            return list(self._said.get(session, ()))

    def of(self, session: str) -> SessionMemory:
        """Return the part of this memory that belongs to *session*."""
        return SessionMemory(self, session)

    async def process(self, data: object) -> object:
        """Remember *data* as said by whoever sent it."""
        context = self.context
        self.remember(context.session_id, context.sender or "someone", shown_text(data))
        return None

    def remembered(self, session: str) -> tuple[tuple[str, str], ...]:
        """Return who said what in *session*, oldest first."""
        return tuple((said.who, said.text) for said in self.recall(session))

    def summary(self) -> str:
        """Return how much is remembered."""
        return f"{self._things:,} things of {len(self._said):,} sessions"


def referred_memory(site: Site, setting: str, name: str | None) -> MemoryShortTerm | None:
    """Return the memory that *setting* names, None when it names nothing; raises StartError for anything else."""
    if name is None:
        return None
    found = site.references.get(name)
    if isinstance(found, MemoryShortTerm):
        return found
    problem = "is not started" if found is None else "is no memory"
    raise site.refuse(f"{setting}: {name} {problem}; name a component declared as `memory short_term`")


KIND = Kind(
    name="memory short_term",
    role=Role.RESOURCE,
    summary="the last things said in each session",
    settings=MemoryShortTermSettings,
    factory="woodwork_engine.components.memory_short_term:MemoryShortTerm",
    aliases=("memory",),
)
