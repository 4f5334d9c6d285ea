"""Writes down what was said and charged, into a database that is not always there."""

import asyncio
import random

REFUSED = 0.3
"""Share of attempts that fail."""


async def record(entry):
    """Keep *entry*; raises ConnectionError when the database refuses."""
    connection = await connect("audit-db", 5432)
    await connection.write(entry)


async def connect(host, port):
    """Return a connection to the database."""
    await asyncio.sleep(0.008)
    if random.random() < REFUSED:
        raise ConnectionError(f"{host}:{port} refused")
    return Connection()


class Connection:
    """A connection that forgets what it is given."""

    async def write(self, entry):
        """Take *entry*."""
        await asyncio.sleep(0.002)
