"""One message bus for a whole script (the published globals); nothing inside the engine imports this."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from copy import deepcopy

from woodwork_engine.bus.factory import MessageBusFactory
from woodwork_engine.bus.interface import MessageBusInterface
from woodwork_engine.errors import SettingError


class _Global:
    """What the functions below share."""

    def __init__(self) -> None:
        self.bus: MessageBusInterface | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.config: Mapping[str, object] | None = None


_global = _Global()


def create_default_message_bus() -> MessageBusInterface:
    """Return a new memory bus with the built-in settings, not yet started."""
    return MessageBusFactory.create_message_bus()


async def get_global_message_bus() -> MessageBusInterface:
    """Return the script's bus, running; made at first use. One left over from a closed loop is replaced."""
    loop = asyncio.get_running_loop()
    bus = _global.bus
    if bus is None or (_global.loop is not None and _global.loop.is_closed()):
        bus = _global.bus = MessageBusFactory.create_message_bus(_global.config)
        _global.loop = None
    if _global.loop is None:
        _global.loop = loop
        await bus.start()
    return bus


def set_global_message_bus(message_bus: MessageBusInterface | None) -> None:
    """Let *message_bus* be the script's bus; it is started at its next use. None: a new one is made then.

    One that was in use before goes on; it is stopped by whoever has it.
    """
    _global.bus = message_bus
    _global.loop = None


def configure_global_message_bus(config: Mapping[str, object] | None) -> None:
    """Make the script's bus with *config* when it is first used; raises SettingError, also when there is one."""
    if _global.bus is not None:
        raise SettingError(
            "global message bus", "is in use already; configure it before its first use, or shut it down first"
        )
    MessageBusFactory.create_message_bus(config)  # a mistake is told now rather than at first use
    _global.config = None if config is None else deepcopy(dict(config))


async def shutdown_global_message_bus() -> None:
    """Stop the script's bus, if there is one; the next use makes a new one."""
    bus, _global.bus, _global.loop = _global.bus, None, None
    if bus is not None:
        await bus.stop()
