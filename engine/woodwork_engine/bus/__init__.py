"""How messages travel: lanes, attempts, retries, dead letters and room, in memory (bus.md)."""
