"""The kind `analytics`: counts messages by event and session."""

from __future__ import annotations

from collections import Counter, OrderedDict

from woodwork_engine.components.component import Component
from woodwork_engine.components.site import Site
from woodwork_engine.kinds import Field, Kind, KindSettings, Role

_EVENTS_KEPT = 1_000
_OTHER = "other"


class AnalyticsSettings(KindSettings):
    """How much is remembered."""

    max_sessions: int = Field(
        default=10_000, ge=1, le=1_000_000, description="sessions counted one by one; the longest silent ones go first"
    )


class Analytics(Component):
    """Counts what it is sent and sends nothing on; read by `summary()` and `by_event`, `by_session`."""

    def __init__(self, settings: AnalyticsSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._max_sessions = settings.max_sessions
        self.total = 0
        self.by_event: Counter[str] = Counter()
        self.by_session: OrderedDict[str, int] = OrderedDict()
        self.sessions_forgotten = 0
        self._busiest = (0, "")

    async def process(self, data: object) -> object:
        """Count one message."""
        context = self.context
        event = context.event_type
        self.total += 1
        self.by_event[event if event in self.by_event or len(self.by_event) < _EVENTS_KEPT else _OTHER] += 1
        session = context.session_id
        self.by_session[session] = count = self.by_session.pop(session, 0) + 1
        if count > self._busiest[0]:
            self._busiest = (count, session)
        if len(self.by_session) > self._max_sessions:
            self.by_session.popitem(last=False)
            self.sessions_forgotten += 1
        return None

    def summary(self) -> str:
        """Return the counts in one line: all, the commonest events, sessions and the busiest one."""
        if not self.total:
            return "no messages yet"
        events = ", ".join(f"{event} {count:,}" for event, count in self.by_event.most_common(3))
        most, busiest = self._busiest
        sessions = len(self.by_session) + self.sessions_forgotten
        return f"{self.total:,} messages: {events}; {sessions:,} sessions, busiest {busiest} ({most:,})"


KIND = Kind(
    name="analytics",
    role=Role.SINK,
    summary="counts messages by event and session",
    settings=AnalyticsSettings,
    factory="woodwork_engine.components.analytics:Analytics",
)
