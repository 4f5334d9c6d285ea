"""What a flow is made of: the components, one file per kind, and how they are built."""

from woodwork_engine.components.component import (
    Component,
    Input,
    Link,
    MessageBusIntegration,
    Session,
    component,
    new_session,
)
from woodwork_engine.components.handler import Handler, response_event
from woodwork_engine.components.registry import build, builtin_kinds
from woodwork_engine.components.services import Console, Services
from woodwork_engine.threads import zombie_threads

__all__ = [
    "Component", "Console", "Handler", "Input", "Link", "MessageBusIntegration", "Services", "Session", "build",
    "builtin_kinds", "component", "new_session", "response_event", "zombie_threads",
]  # fmt: skip
