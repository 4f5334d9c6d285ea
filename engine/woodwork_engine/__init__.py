"""The Woodwork engine: flows, their bus and their components, without a screen.

`__all__` is the published interface. Names are loaded when they are first used, so that looking at a snapshot does not
load the parser and running a bus does not load the file watcher.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from woodwork_engine.bus.factory import MessageBusFactory
    from woodwork_engine.bus.global_bus import (
        configure_global_message_bus,
        create_default_message_bus,
        get_global_message_bus,
        set_global_message_bus,
        shutdown_global_message_bus,
    )
    from woodwork_engine.bus.interface import MessageBusInterface, Middleware, StopReport
    from woodwork_engine.bus.memory import InMemoryMessageBus
    from woodwork_engine.components import Component, Input, MessageBusIntegration, builtin_kinds, component
    from woodwork_engine.dead_letter import DeadLetter, DeathReason
    from woodwork_engine.delivery import Context, current_context
    from woodwork_engine.errors import (
        ClosingError,
        Halt,
        PayloadError,
        QueueFullError,
        Reject,
        ReplayRefusedError,
        RequestError,
        Retry,
        StartError,
        UnknownComponentError,
        WoodworkError,
    )
    from woodwork_engine.events import EventLog
    from woodwork_engine.kinds import Kind, KindRegistry, KindSettings
    from woodwork_engine.language import Checked as Flow
    from woodwork_engine.language import check, check_file
    from woodwork_engine.message import CommunicationPattern, DeliveryMode, MessageEnvelope
    from woodwork_engine.plan import Edge, FlowPlan, Node, PlanDiff, diff
    from woodwork_engine.policy import DeliveryPolicy, ErrorRule, FlowPolicy, RetryPolicy
    from woodwork_engine.record import Record
    from woodwork_engine.router import DeclarativeRouter
    from woodwork_engine.runtime import Engine, Replayed
    from woodwork_engine.snapshot import Snapshot
    from woodwork_engine.source import Diagnostic, Severity, Span
    from woodwork_engine.trace_context import incoming_trace

__all__ = [
    "ClosingError",
    "CommunicationPattern",
    "Component",
    "Context",
    "DeadLetter",
    "DeathReason",
    "DeclarativeRouter",
    "DeliveryMode",
    "DeliveryPolicy",
    "Diagnostic",
    "Edge",
    "Engine",
    "ErrorRule",
    "EventLog",
    "Flow",
    "FlowPlan",
    "FlowPolicy",
    "Halt",
    "InMemoryMessageBus",
    "Input",
    "Kind",
    "KindRegistry",
    "KindSettings",
    "MessageBusFactory",
    "MessageBusIntegration",
    "MessageBusInterface",
    "MessageEnvelope",
    "Middleware",
    "Node",
    "PayloadError",
    "PlanDiff",
    "QueueFullError",
    "Record",
    "Reject",
    "ReplayRefusedError",
    "Replayed",
    "RequestError",
    "Retry",
    "RetryPolicy",
    "Severity",
    "Snapshot",
    "Span",
    "StartError",
    "StopReport",
    "UnknownComponentError",
    "WoodworkError",
    "builtin_kinds",
    "check",
    "check_file",
    "component",
    "configure_global_message_bus",
    "create_default_message_bus",
    "current_context",
    "diff",
    "get_global_message_bus",
    "incoming_trace",
    "set_global_message_bus",
    "shutdown_global_message_bus",
]  # fmt: skip

_HOMES = {
    "bus.factory": ("MessageBusFactory",),
    "bus.global_bus": (
        "configure_global_message_bus", "create_default_message_bus", "get_global_message_bus",
        "set_global_message_bus", "shutdown_global_message_bus",
    ),
    "bus.interface": ("MessageBusInterface", "Middleware", "StopReport"),
    "bus.memory": ("InMemoryMessageBus",),
    "components": ("Component", "Input", "MessageBusIntegration", "builtin_kinds", "component"),
    "dead_letter": ("DeadLetter", "DeathReason"),
    "delivery": ("Context", "current_context"),
    "errors": (
        "ClosingError", "Halt", "PayloadError", "QueueFullError", "Reject", "ReplayRefusedError", "RequestError",
        "Retry", "StartError", "UnknownComponentError", "WoodworkError",
    ),
    "events": ("EventLog", "Record"),
    "kinds": ("Kind", "KindRegistry", "KindSettings"),
    "language": ("check", "check_file"),
    "message": ("CommunicationPattern", "DeliveryMode", "MessageEnvelope"),
    "plan": ("Edge", "FlowPlan", "Node", "PlanDiff", "diff"),
    "policy": ("DeliveryPolicy", "ErrorRule", "FlowPolicy", "RetryPolicy"),
    "router": ("DeclarativeRouter",),
    "runtime": ("Engine", "Replayed"),
    "snapshot": ("Snapshot",),
    "source": ("Diagnostic", "Severity", "Span"),
    "trace_context": ("incoming_trace",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_RENAMED = {"Flow": ("language", "Checked")}


def __getattr__(name: str) -> object:
    home, inside = _RENAMED.get(name, (_HOME_OF.get(name, ""), name))
    if not home:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{home}"), inside)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
