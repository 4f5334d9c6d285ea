"""The built-in kinds, and how a node of a plan becomes a component."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from woodwork_engine.components import (
    analytics,
    echo,
    function_python,
    input_cli,
    input_file,
    input_generator,
    llm_scripted,
    logger,
    memory_short_term,
    message_filter,
    output_console,
    output_file,
    payload_map,
    switch,
    throttle,
)
from woodwork_engine.components.calls import Call
from woodwork_engine.components.component import Component, Link
from woodwork_engine.components.hooks import HookFunction, Hooks, seen
from woodwork_engine.components.pipes import PipeFunction, Pipes
from woodwork_engine.components.scripts import load
from woodwork_engine.components.services import Services
from woodwork_engine.components.site import Site
from woodwork_engine.delivery import Context, current_context
from woodwork_engine.errors import StartError
from woodwork_engine.kinds import Kind, KindRegistry, KindSettings
from woodwork_engine.message import Outbox
from woodwork_engine.plan import Node, Script
from woodwork_engine.threads import THREAD_LIMIT, Threads

Factory = Callable[[KindSettings, Site], Component]


def builtin_kinds() -> KindRegistry:
    """Return a new registry of the kinds that need no further package; no person's code is run."""
    return KindRegistry(
        (
            input_cli.KIND,
            input_generator.KIND,
            input_file.KIND,
            llm_scripted.KIND,
            function_python.KIND,
            echo.KIND,
            message_filter.KIND,
            switch.KIND,
            payload_map.KIND,
            throttle.KIND,
            output_console.KIND,
            output_file.KIND,
            logger.KIND,
            analytics.KIND,
            memory_short_term.KIND,
        )
    )


def build(
    node: Node,
    settings: Mapping[str, object],
    outbox: Outbox,
    services: Services,
    references: Mapping[str, Component],
    kinds: KindRegistry | None = None,
) -> Component:
    """Return the component that *node* declares, not started; *settings* have their variables replaced.

    *references* are the components its reference settings name, by name. Raises StartError with one sentence: the
    place, what is wrong, what to do.
    """
    known = kinds or builtin_kinds()
    kind = known.get(node.kind)
    if kind is None:
        close = known.close_to(node.kind)
        hint = f"did you mean {close!r}?" if close else f"there are {', '.join(each.name for each in known)}"
        raise StartError(f"{node.span} {node.name}: there is no kind {node.kind!r}; {hint}")
    checked = _checked(kind, node, settings)
    limit = getattr(checked, "threads", None)
    threads = Threads(node.name, limit if isinstance(limit, int) else THREAD_LIMIT)
    site = Site(node, services, references, threads)
    component = _factory(kind, site)(checked, site)
    hooks = [HookFunction(_label(s), s.event, _call(s, threads, seen.get)) for s in node.hooks]
    pipes = [PipeFunction(_label(s), s.event, _call(s, threads, current_context)) for s in node.pipes]
    component.attach(
        Link(
            name=node.name,
            settings=checked,
            outbox=outbox,
            threads=threads,
            hooks=Hooks(node.name, hooks, outbox) if hooks else None,
            pipes=Pipes(pipes) if pipes else None,
        )
    )
    return component


def _checked(kind: Kind, node: Node, settings: Mapping[str, object]) -> KindSettings:
    try:
        return kind.settings.model_validate(dict(settings))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].removeprefix("Value error, ")
        raise StartError(f"{node.span} {node.name}: {f'{where}: ' if where else ''}{problem}") from None


def _factory(kind: Kind, site: Site) -> Factory:
    module, _, name = kind.factory.partition(":")
    try:
        return cast("Factory", getattr(import_module(module), name))
    except (ImportError, AttributeError) as error:
        raise site.refuse(
            f"{kind.name} cannot be loaded from {kind.factory}: {error}; install what it needs"
        ) from error


def _call(script: Script, threads: Threads, context: Callable[[], Context | None]) -> Call:
    place = f"{script.span} {script.use}:"
    function = load(Path(script.path), script.function, place)
    return Call(function, threads, {"context": context}, place)


def _label(script: Script) -> str:
    return f"{Path(script.path).name}::{script.function}"
