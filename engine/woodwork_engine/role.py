"""What a component is to its flow; apart from `kinds` so that plans and snapshots load without pydantic."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a component is to its flow; decides inference and what a screen shows."""

    INPUT = "input"
    AGENT = "agent"
    LLM = "llm"
    PROCESSOR = "processor"
    OUTPUT = "output"
    SINK = "sink"
    RESOURCE = "resource"
