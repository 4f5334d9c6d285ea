"""The chat: what persons typed into `input cli` components and what console outputs answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from woodwork_engine.plan import FlowPlan
from woodwork_engine.role import Role
from woodwork_engine.transcript import Line, Transcript
from woodwork_tui.text import fit, visible
from woodwork_tui.units import clock

MOST_LINES = 500
"""What was said before is no longer shown."""
_LONGEST = 20_000
_OUTPUT_KINDS = ("output console", "output cli", "console")


def prompts(plan: FlowPlan | None) -> tuple[str, ...]:
    """Return the inputs a person can type into, in the order of the file."""
    return _named(plan, Role.INPUT, ("input cli",))


def answerers(plan: FlowPlan | None) -> tuple[str, ...]:
    """Return the outputs whose lines are shown."""
    return _named(plan, Role.OUTPUT, _OUTPUT_KINDS)


def _named(plan: FlowPlan | None, role: Role, kinds: tuple[str, ...]) -> tuple[str, ...]:
    nodes = plan.nodes if plan else ()
    return tuple(node.name for node in nodes if node.role is role and node.kind in kinds and node.problem is None)


class Conversation:
    """Follows a transcript; `own` is the session in which a person spoke last, empty for one that is still to begin."""

    def __init__(self) -> None:
        self.own: str | None = None
        self._read = 0
        self._transcript: Transcript | None = None

    def news(self, transcript: Transcript) -> tuple[tuple[Line, ...], bool]:
        """Return the lines said since the last time, and whether they are all there is: another transcript."""
        anew = transcript is not self._transcript
        if anew:
            self._transcript, self._read, self.own = transcript, 0, None
        lines = transcript.after(self._read)
        self._read = lines[-1].number if lines else self._read  # more may have been said meanwhile
        for line in lines:
            if line.said == "in":
                self.own = line.session
        return lines, anew

    def begin(self) -> None:
        """Let the next prompt begin a session of its own."""
        self.own = ""


def spoken(lines: Iterable[Line], session: str | None, *, ascii_only: bool = False) -> list[Text]:
    """Return *lines* as they are shown, those of *session* only unless that is None; styles are tones."""
    return [
        shown
        for line in lines
        if session is None or line.session == session
        for shown in _spoken(line, session is None, ascii_only)
    ]


def _spoken(line: Line, with_session: bool, ascii_only: bool) -> Iterator[Text]:
    asked = line.said == "in"
    mark = (">" if asked else "<") if ascii_only else ("›" if asked else "‹")
    head = Text(end="")
    head.append(f"{clock(line.at, millis=False)} ", "faint")
    if with_session:
        head.append(f"{fit(line.session, 16)} ", "muted")
    head.append(f"{fit(line.who, 24)} {mark} ", "accent" if asked else "title")
    text = line.text if len(line.text) <= _LONGEST else f"{line.text[:_LONGEST]}… ({len(line.text):,} characters)"
    first, *others = visible(text).replace("\r\n", "\n").expandtabs(4).split("\n")
    yield head.append(first, "strong" if asked else "")
    for other in others:
        yield Text(f"         {other}", style="strong" if asked else "", end="")


def empty_text(plan: FlowPlan | None) -> str:
    """Return why nothing was said, and what to do."""
    asking, answering = prompts(plan), answerers(plan)
    if not asking and not answering:
        return "This flow has no `input cli` and no `output console`. i injects a message into any component."
    if not asking:
        return f"Nothing was said yet. What {_either(answering)} gets is shown here."
    if not answering:
        return f"Nothing was said yet. i types into {asking[0]}; without an `output console` no answer is shown."
    return f"Nothing was said yet. i types into {asking[0]}, enter sends; {_either(answering)} answers here."


def _either(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
