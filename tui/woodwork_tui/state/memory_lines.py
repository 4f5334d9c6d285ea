"""What components remember of a session, as lines: who said what, the newest last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from woodwork_engine.plan import FlowPlan
from woodwork_engine.snapshot import Memory
from woodwork_tui.text import fit, pad, safe
from woodwork_tui.units import plural

_WHO = 12


def has_memory(plan: FlowPlan | None) -> bool:
    """Whether a component of *plan* may remember sessions."""
    return plan is not None and any(node.kind.split()[0] == "memory" for node in plan.nodes)


def memory_lines(session: str, memories: Sequence[Memory] | None, width: int, *, most: int = 20) -> tuple[Text, ...]:
    """Return what *memories* hold of *session* in at most *most* lines of *width* cells; None: it is asked for."""
    if memories is None:
        return (Text("Looking…", "muted"),)
    kept = [memory for memory in memories if memory.things]
    if not kept:
        where = ", ".join(fit(memory.component, 30) for memory in memories)
        told = f"Nothing of {fit(session, 60)} is remembered{f' in {where}' if where else ''}."
        return (safe(told, width=width, style="muted"),)
    room = max(1, (most - len(kept)) // len(kept))
    return tuple(line for memory in kept for line in _of(memory, width, room))


def _of(memory: Memory, width: int, most: int) -> Iterator[Text]:
    hidden = max(0, len(memory.things) - most)
    earlier = f", the newest {most}" if hidden else ""
    title = f"{fit(memory.component, 40)} remembers {plural(len(memory.things), 'thing')}{earlier}"
    yield safe(title, width=width, style="strong")
    for who, text in memory.things[hidden:]:
        line = Text(f"  {pad(who, _WHO)} ", "muted", end="", no_wrap=True)
        yield line.append(fit(text, max(1, width - _WHO - 3)), "default")
