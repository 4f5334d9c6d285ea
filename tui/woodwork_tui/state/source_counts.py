"""The live numbers that stand behind the line on which a component is declared."""

from __future__ import annotations

from collections.abc import Mapping

from woodwork_engine.plan import FlowPlan
from woodwork_engine.role import Role
from woodwork_engine.snapshot import NodeStats, Snapshot
from woodwork_tui.state.late import LOADING
from woodwork_tui.text import glyph
from woodwork_tui.units import count, rate


def declared_lines(text: str) -> Mapping[str, int]:
    """Return on which line (from 1) each component of *text* is declared."""
    with LOADING:  # not before the first frame
        from woodwork_engine.language.naming import declaration_lines

    return declaration_lines(text)


def live_counts(snapshot: Snapshot, lines: Mapping[str, int], ascii_only: bool) -> dict[int, str]:
    """Return what is said behind each of *lines*, by number: `12.4/s q31 †12`; of what rests only its rate."""
    plan = snapshot.plan
    if plan is None:
        return {}
    return {lines[node.name]: _told(node, plan, ascii_only) for node in snapshot.nodes if node.name in lines}


def _told(node: NodeStats, plan: FlowPlan, ascii_only: bool) -> str:
    declared = plan.node(node.name)
    source = declared is not None and declared.role is Role.INPUT
    told = [rate(node.out_rate if source else node.in_rate)]
    if node.depth:
        told.append(f"q{count(node.depth)}")
    if node.dead_now:
        told.append(f"{glyph('dead', ascii_only)}{count(node.dead_now)}")
    return " ".join(told)
