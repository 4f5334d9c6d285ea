"""`woodwork-tui run`: a flow without a screen, from the arguments to the exit status (interfaces: Command line)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from woodwork_engine.components import builtin_kinds
from woodwork_engine.errors import StartError, StateFolderInUseError, StoreError
from woodwork_engine.kinds import KindRegistry
from woodwork_engine.language import read_environment, render_text, resolve_settings
from woodwork_engine.plan import FlowPlan, Node
from woodwork_engine.role import Role
from woodwork_engine.runtime import Engine
from woodwork_engine.runtime.state import folder_beside, what_is_kept
from woodwork_engine.source import Severity
from woodwork_tui.cli.flow_file import colored, read_flow
from woodwork_tui.cli.headless import HeadlessRun
from woodwork_tui.cli.requests import Run
from woodwork_tui.text import visible

USAGE = 2


def run(request: Run) -> int:
    """Run the flow as *request* says and return the exit status."""
    checked = read_flow(request.file)
    told = [found for found in checked.diagnostics if found.severity is not Severity.INFO]
    if told:
        print(render_text(told, checked.texts, color=colored(sys.stderr)), file=sys.stderr)
    if checked.plan is None:
        return USAGE
    endless = () if request.input is not None else _endless_inputs(checked.plan, request.file)
    if request.until_idle and endless:
        _say(f"--until idle: {', '.join(endless)} never ends; say --for DURATION, or feed the flow with --input FILE")
        return USAGE
    try:
        lines = _open_lines(request.input)
    except OSError as error:
        _say(f"--input: {request.input}: {error.strerror}; name a readable file or -")
        return USAGE
    state = _state(request, checked.plan)
    try:
        engine = Engine(request.file, headless=True, own_sources=lines is None, state=state)
    except (StateFolderInUseError, StoreError) as error:
        _say(str(error))
        return USAGE
    if any(not node.policy.durable for node in checked.plan.nodes if node.role is not Role.INPUT):
        _say(what_is_kept(checked.plan, state))
    return HeadlessRun(
        engine,
        sys.stdout.buffer,
        _say,
        lines=lines,
        inputs=_inputs(checked.plan),
        duration=request.duration,
        until_idle=request.until_idle or (request.duration is None and not endless),
        max_dlq=request.max_dlq,
    ).run()


def _state(request: Run, plan: FlowPlan) -> Path | None:
    if request.state is not None:
        return None if request.state == "none" else Path(request.state)
    durable = plan.policy.durable or any(node.policy.durable for node in plan.nodes)
    return folder_beside(request.file) if durable else None


def _say(sentence: str) -> None:
    print(f"woodwork-tui: {visible(sentence)}", file=sys.stderr, flush=True)


def _open_lines(source: str | None) -> BinaryIO | None:
    if source is None:
        return None
    return sys.stdin.buffer if source == "-" else Path(source).open("rb")


def _inputs(plan: FlowPlan) -> tuple[str, ...]:
    return tuple(node.name for node in plan.nodes if node.role is Role.INPUT and node.problem is None)


def _endless_inputs(plan: FlowPlan, file: str) -> tuple[str, ...]:
    kinds, environment = builtin_kinds(), read_environment(Path(file).absolute().parent)
    return tuple(name for name in _inputs(plan) if _endless(plan.node(name), kinds, environment))


def _endless(node: Node | None, kinds: KindRegistry, environment: Mapping[str, str]) -> bool:
    kind = kinds.get(node.kind) if node is not None else None
    if node is None or kind is None or kind.finite is None:
        return True
    try:
        return not kind.finite(kind.settings.model_validate(resolve_settings(node, environment)))
    except (StartError, ValidationError):  # it will not start, so it sends nothing
        return False
