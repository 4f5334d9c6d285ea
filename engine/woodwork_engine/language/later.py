"""Kinds that other Woodwork files use and this version does not build: enough to route around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from woodwork_engine.role import Role


@dataclass(frozen=True, slots=True)
class Family:
    """The kinds whose headers begin with one word; *types* are the second words known elsewhere, "" for none."""

    role: Role
    types: frozenset[str] = frozenset()


def _family(role: Role, types: str = "") -> Family:
    return Family(role, frozenset(types.split(" ")))


FAMILIES: Mapping[str, Family] = {
    "agent": _family(Role.AGENT, "llm"),
    "api": _family(Role.RESOURCE, "functions web"),
    "core": _family(Role.RESOURCE, "code command_line"),
    "decomposer": _family(Role.AGENT, "llm"),
    "embedding_model": _family(Role.RESOURCE, "hugging_face openai"),
    "environment": _family(Role.RESOURCE, "coding"),
    "function": Family(Role.PROCESSOR),
    "input": _family(Role.INPUT, "api keyword_voice push_to_talk websocket"),
    "knowledge_base": _family(Role.RESOURCE, "chroma neo4j text_file"),
    "llm": _family(Role.LLM, "claude hugging_face ollama openai"),
    "mcp": _family(Role.RESOURCE, "server"),
    "memory": _family(Role.RESOURCE, "long_term"),
    "output": _family(Role.OUTPUT, "api text_to_speech voice websocket"),
    "planner": _family(Role.AGENT, "llm"),
    "vector_db": _family(Role.RESOURCE, "chroma neo4j"),
    "vm": _family(Role.RESOURCE, "server"),
    "websocket": _family(Role.OUTPUT),
}

ALIASES: Mapping[str, str] = {
    "api_input": "input api",
    "claude": "llm claude",
    "hugging_face": "llm hugging_face",
    "ollama": "llm ollama",
    "openai": "llm openai",
}
"""Headers of one word that stand for two."""

BUSES = ("memory", "redis", "nats")
"""What may stand under `message_bus`."""

DEPLOYMENTS = ("local", "cloud", "docker", "server")
"""The headers of a `deployment`, which is settings and no component."""


def is_later(header: str) -> bool:
    """Whether *header* is a kind of other Woodwork versions that is not in this one."""
    family, _, kind = header.partition(" ")
    return family in FAMILIES and kind in FAMILIES[family].types


def role_of(header: str) -> Role:
    """Return what a component of a kind that is not built is to its flow, by the first word of its header."""
    family = FAMILIES.get(header.partition(" ")[0])
    return family.role if family is not None else Role.PROCESSOR


def headers() -> tuple[str, ...]:
    """Return every header that `is_later`."""
    return tuple(f"{name} {kind}".strip() for name, family in FAMILIES.items() for kind in sorted(family.types))
