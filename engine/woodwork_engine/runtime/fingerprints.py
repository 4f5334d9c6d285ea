"""What a component is made of besides its settings: its scripts' contents and the values of its variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from woodwork_engine.kinds import KindRegistry, ScriptPath
from woodwork_engine.language.environment import variables
from woodwork_engine.plan import FlowPlan, Node


def scripts_of(node: Node, folder: Path, kinds: KindRegistry) -> tuple[Path, ...]:
    """Return the person's files that *node* runs, each once; *folder* is the flow's."""
    found = dict.fromkeys(Path(script.path) for script in (*node.hooks, *node.pipes))
    kind = kinds.get(node.kind)
    if kind is not None:
        for name, field in kind.settings.model_fields.items():
            value = node.settings.get(field.alias or name)
            if isinstance(value, str) and any(isinstance(mark, ScriptPath) for mark in field.metadata):
                found[folder / value] = None
    return tuple(path for path in found if "\0" not in str(path))  # a name that no file can have


class Fingerprint(NamedTuple):
    """Digests of a component's scripts and of the values of its variables."""

    code: bytes
    environment: bytes

    def changed_from(self, before: Fingerprint) -> tuple[str, ...]:
        """Return which of `code` and `environment` differ from *before*."""
        return tuple(name for name, old, new in zip(self._fields, before, self, strict=True) if old != new)


def fingerprints(
    plan: FlowPlan, folder: Path, kinds: KindRegistry, environment: Mapping[str, str]
) -> dict[str, Fingerprint]:
    """Return the fingerprint of every component of *plan*."""
    return {
        node.name: Fingerprint(_code(scripts_of(node, folder, kinds)), _values(node, environment))
        for node in plan.nodes
    }


def values_of_variables(plan: FlowPlan, environment: Mapping[str, str]) -> set[str]:
    """Return the value of every variable that a setting of *plan* refers to: what must not be shown."""
    names = {variable.name for node in plan.nodes for variable in variables(tuple(node.settings.values()))}
    return {environment[name] for name in names if name in environment}


def content(path: Path) -> bytes | None:
    """Return the bytes of *path*, None when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _code(scripts: Iterable[Path]) -> bytes:
    digest = blake2b(digest_size=16)
    for path in scripts:
        found = content(path)
        digest.update(b"missing" if found is None else b"%d:" % len(found) + found)
    return digest.digest()


def _values(node: Node, environment: Mapping[str, str]) -> bytes:
    digest = blake2b(digest_size=16)
    for name in sorted({variable.name for variable in variables(tuple(node.settings.values()))}):
        digest.update(repr((name, environment.get(name))).encode())
    return digest.digest()
