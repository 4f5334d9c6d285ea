"""A flow that runs: the engine, its thread, its revisions, its snapshots."""

from woodwork_engine.runtime.engine import Engine, Replayed

__all__ = ["Engine", "Replayed"]
