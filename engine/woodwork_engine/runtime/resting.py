"""The state that a flow has left, asked while it does not run: the same requests, written back into its folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

from woodwork_engine.bus.memory import InMemoryMessageBus
from woodwork_engine.policy import DeliveryPolicy
from woodwork_engine.runtime.desk import Desk
from woodwork_engine.store.folder import StateFolder


def ask_at_rest(folder: Path, flow: str, request: object) -> object:
    """Answer *request* about what is kept in *folder*; a replay is delivered at the next start.

    Raises StateFolderInUseError, StoreError, and what is wrong with the request as a WoodworkError.
    """
    return asyncio.run(_ask(folder, flow, request))


async def _ask(folder: Path, flow: str, request: object) -> object:
    kept = StateFolder(folder)
    try:
        # Without a time to live: it would run out while nobody is there.
        bus = InMemoryMessageBus(policy=DeliveryPolicy(durable=True, ttl=None), flow=flow, journal=kept)
        await bus.start()
        try:
            return await Desk(bus, None).answer(request)
        finally:
            await bus.stop(drain=False)
    finally:
        kept.close()
