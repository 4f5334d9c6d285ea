"""The commands that send a message, hold messages up and let them go, as they are typed on the `:` line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from woodwork_engine.delivery_filter import FIELD_NAMES, condition
from woodwork_tui.state.command_form import Form, Names, Wrong, unknown
from woodwork_tui.state.filters import problem
from woodwork_tui.state.holds import read_scope, scope_word, stop_word
from woodwork_tui.state.injection import read_payload
from woodwork_tui.state.payload_edit import Invalid

Words = tuple[str, ...]
_UNFINISHED = Wrong("", unfinished=True)
_FIELD_STARTS = tuple(f"{name}{'.' if name == 'payload' else ':'}" for name in FIELD_NAMES if name != "text")
"""How a term of a condition begins."""


def _scopes(known: Names) -> tuple[str, ...]:
    """Return what can be paused, as it is typed."""
    sessions = (f"/{session}" for session in known.sessions)
    return (*known.components, *sessions, *_lanes(known))


def _lanes(known: Names) -> tuple[str, ...]:
    return tuple(f"{component}/{session}" for component, session in known.lanes)


def _paused(known: Names) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for hold in known.holds if (word := scope_word(hold.scope))))


def _read_scope(line: str, known: Names) -> Words | Wrong:
    """Read a scope that takes the whole line: a session may be called anything."""
    if not line:
        return ()
    scope = read_scope(line)
    if scope.component is not None and scope.component not in known.components:
        return unknown(scope.component, known.components, last="/" not in line)
    return (line,) if "/" not in line or scope.session is not None else _UNFINISHED


def _read_lane(line: str, known: Names) -> Words | Wrong:
    """Read the lane of a session at a component."""
    read = _read_scope(line, known)
    if isinstance(read, Wrong) or (read and None not in (read_scope(line).component, read_scope(line).session)):
        return read
    return _UNFINISHED


def _read_session(line: str, known: Names) -> Words | Wrong:
    return (line,) if line else _UNFINISHED


def _read_stop(line: str, known: Names) -> Words | Wrong:
    """Read `PLACE` or `PLACE if CONDITION`, the condition checked as the bus reads it."""
    place, gap, rest = line.partition(" ")
    if not place:
        return ()
    places = (*known.components, *known.routes)
    if place not in places:
        return unknown(place, places, last=not gap)
    if not gap:
        return (place,)
    word, _, asked = rest.strip().partition(" ")
    if word != "if":
        return _UNFINISHED if "if".startswith(word) else Wrong(f"{word!r} is not known; write: {place} if CONDITION")
    if not asked.strip() or asked.endswith((":", "~", ">", "<", "=")):  # a value is still to come
        return _UNFINISHED
    wrong = problem(condition, asked.strip())
    return (place, asked.strip()) if wrong is None else Wrong(wrong)


def _read_set_stop(line: str, known: Names) -> Words | Wrong:
    if not line:
        return _UNFINISHED
    wanted = tuple(map(stop_word, known.breakpoints))
    if line in wanted:
        place, _, asked = line.partition(" if ")
        return (place, asked) if asked else (place,)
    return unknown(line, wanted, last=True) if wanted else Wrong("there is no breakpoint")


def _read_key(line: str, known: Names) -> Words | Wrong:
    words = line.split()
    if not words:
        return _UNFINISHED
    if len(words) > 2:
        return Wrong(f"{words[2]!r} is too much: ID TARGET")
    return _one_held(words, known)


def _one_held(words: list[str], known: Names) -> Words | Wrong:
    names, last = dict.fromkeys(name for name, _ in known.held), len(words) == 1
    if words[0] not in names:
        return unknown(words[0], names, last=last) if names else Wrong("no message is held")
    targets = [target for name, target in known.held if name == words[0]]
    if last:
        return _UNFINISHED
    return tuple(words) if words[1] in targets else unknown(words[1], targets, last=len(words) == 2)


def _read_release(line: str, known: Names) -> Words | Wrong:
    """Read `ID TARGET`, and a payload behind it that takes the place of the message's own."""
    words = line.split(None, 2)
    if not words:
        return _UNFINISHED
    key = _one_held(words[:2], known)
    if isinstance(key, Wrong) or len(words) == 2:
        return key
    read = read_payload(words[2])
    return Wrong(str(read)) if isinstance(read, Invalid) else (*key, words[2])


def _read_inject(line: str, known: Names) -> Words | Wrong:
    """Read `COMPONENT PAYLOAD`, or `COMPONENT/SESSION PAYLOAD`; the payload takes the rest of the line."""
    words = tuple(line.split(None, 1))
    if not words:
        return ()
    component, slash, session = words[0].partition("/")
    if component not in known.components:
        return unknown(component, known.components, last=len(words) == 1 and not slash)
    if slash and not session:
        return _UNFINISHED
    read = read_payload(words[1]) if len(words) == 2 else None
    return Wrong(str(read)) if isinstance(read, Invalid) else words


def _from(candidates: Callable[[Names], Iterable[str]]) -> Callable[[str, Names], Iterator[str]]:
    """Return what completes a line to one of *candidates*."""

    def ways(line: str, known: Names) -> Iterator[str]:
        return (each for each in candidates(known) if each.startswith(line) and each != line)

    return ways


def _stop_ways(line: str, known: Names) -> Iterator[str]:
    place, gap, rest = line.partition(" ")
    word, behind, asked = rest.lstrip().partition(" ")
    if not gap:
        yield from _from(lambda known: (*known.components, *known.routes))(line, known)
    elif word == "if" and behind:
        begun = asked.rpartition(" ")[2]
        head = line[: len(line) - len(begun)]
        yield from (f"{head}{each}" for each in _FIELD_STARTS if each.startswith(begun) and each != begun)
    elif "if".startswith(rest.strip()):
        yield f"{place} if "


def _injections(line: str, known: Names) -> Iterator[str]:
    if " " not in line:
        yield from (f"{each} " for each in known.components if each.startswith(line))
        if "/" in line:
            component = line.partition("/")[0]
            words = (f"{component}/{session}" for session in known.sessions)
            yield from (f"{word} " for word in words if word.startswith(line))


_HELD = _from(lambda known: (f"{name} {target}" for name, target in known.held))

HOLD_FORMS: Mapping[str, Form] = {
    "app.inject": Form(read=_read_inject, ways=_injections),
    "bus.pause": Form(read=_read_scope, ways=_from(_scopes)),
    "bus.resume": Form(read=_read_scope, ways=_from(_paused)),
    "bus.step": Form(read=_read_scope, ways=_from(_scopes)),
    "bus.step_session": Form(read=_read_session, ways=_from(lambda known: known.sessions)),
    "bus.retry_stuck": Form(read=_read_lane, ways=_from(_paused)),
    "bus.purge": Form(read=_read_lane, ways=_from(_lanes)),
    "bus.break": Form(read=_read_stop, ways=_stop_ways),
    "bus.unbreak": Form(read=_read_set_stop, ways=_from(lambda known: map(stop_word, known.breakpoints))),
    "bus.release": Form(read=_read_release, ways=_HELD),
    "held.drop": Form(read=_read_key, ways=_HELD),
}
"""The forms of these commands, by action."""
