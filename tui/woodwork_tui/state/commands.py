"""The `:` line: what was typed as a command, what is wrong with it so far, and how it can go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

from woodwork_tui.actions import COMMAND_TABS, TABS, Action, commands
from woodwork_tui.state.command_form import Command, Form, Names, Wrong, unknown
from woodwork_tui.state.dlq_view import DlqView
from woodwork_tui.state.draft import known_kinds
from woodwork_tui.state.filter_fields import FIELDS, completed
from woodwork_tui.state.hold_commands import HOLD_FORMS
from woodwork_tui.state.injection import recipients
from woodwork_tui.state.letter_commands import LETTER_FORMS
from woodwork_tui.state.preferences import READERS, SettingError, choices, read_setting
from woodwork_tui.state.reload_plan import leftovers
from woodwork_tui.state.revisions import ways_back
from woodwork_tui.state.view import View
from woodwork_tui.text import one_line

_ALIASES = {"q": "quit", "w": "save", "h": "help", **{tab: short for short, tab in COMMAND_TABS.items()}}
_MOST = 200

__all__ = ["Command", "CommandGrammar", "Names", "Wrong", "completions", "names", "parse", "usage"]


def names(view: View, themes: Iterable[str] = ()) -> Names:
    """Return the names in *view*; one that cannot be typed is left out."""
    plan = view.snapshot.plan
    return Names(
        tuple(each.name for each in recipients(plan)),
        tuple(f"{edge.source}->{edge.target}" for edge in plan.edges if edge.is_route) if plan else (),
        tuple(session.id for session in view.snapshot.sessions[:_MOST] if _can_be_typed(session.id)),
        tuple(retry.key for retry in view.snapshot.retries[:_MOST]),
        tuple(letter.dlq_id for letter in view.dead_letters[-_MOST:]),
        tuple(themes),
        tuple(str(revision.number) for revision in ways_back(view.snapshot.revisions)),
        tuple(left.name for left in leftovers(view.snapshot)),
        tuple((lane.target, lane.session) for lane in view.snapshot.lanes[:_MOST] if _can_be_typed(lane.session)),
        view.snapshot.holds,
        view.snapshot.breakpoints,
        tuple(held.key for held in view.snapshot.held[:_MOST]),
        tuple(job.id for job in reversed(view.snapshot.jobs)),
    )


def _can_be_typed(name: str) -> bool:
    return one_line(name) == name and " " not in name


CheckFilter = Callable[[str, str], str | None]
"""Says what is wrong with a tab's filter expression: tab, empty for the one in front, and expression in."""


def _components(known: Names) -> Iterable[str]:
    return known.components


def _kinds(known: Names) -> Iterable[str]:
    return (kind.name for kind in known_kinds())


def _nothing(known: Names) -> Iterable[str]:
    return ()


def _taps(known: Names) -> Iterable[str]:
    return (*known.components, *known.routes)


def _retry_ids(known: Names) -> Iterable[str]:
    return dict.fromkeys(key for key, _ in known.retries)


def _retry_targets(known: Names) -> Iterable[str]:
    return dict.fromkeys(target for _, target in known.retries)


_RETRY = Form((_retry_ids, _retry_targets), least=2)
_FORMS: Mapping[str, Form] = {
    **{f"tab.{tab}": Form((_nothing,), rest=True, strict=False) for tab in TABS},
    "app.filter": Form((_nothing,), rest=True, strict=False),
    "app.theme": Form((lambda known: known.themes,), least=1),
    "app.ascii": Form((lambda known: ("on", "off"),), least=1),
    "app.set": Form((lambda known: tuple(READERS), _nothing), least=2, rest=True),
    "dlq.group": Form((lambda known: tuple(DlqView),), least=1),
    "app.session": Form((lambda known: known.sessions,), least=1, strict=False),
    "list.export": Form((_nothing,), least=1, rest=True, strict=False),
    "sessions.compare": Form((lambda known: known.sessions,) * 2, least=2, strict=False),
    "app.goto": Form((_components,), least=1),
    "flow.add": Form((_kinds,), rest=True, strict=False),
    "flow.route": Form((_components, _components, _nothing), rest=True, strict=False),
    "flow.remove": Form((_taps,), least=1, strict=False),
    "item.tap": Form((_taps,)),
    "file.rollback": Form((lambda known: known.revisions,), least=1),
    "file.take": Form((lambda known: known.revisions,), least=1),
    "file.resolve": Form((lambda known: known.removed,), least=1),
    "retries.now": _RETRY,
    "retries.kill": _RETRY,
    "retries.edit": _RETRY,
    **LETTER_FORMS,
    **HOLD_FORMS,
}
_PLAIN = Form()


def _by_name() -> Mapping[str, Action]:
    found: dict[str, Action] = {}
    for each in commands():
        found.setdefault(each.command.split()[0], each)
    return found


_COMMANDS = _by_name()


def parse(line: str, known: Names, check_filter: CheckFilter = lambda tab, text: None) -> Command | Wrong:
    """Return what *line*, without its colon, asks for, or why it asks for nothing."""
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    name = _ALIASES.get(word, word)
    found = _COMMANDS.get(name)
    if found is None:
        return _unknown(word, bool(rest))
    if not _is_able(found, known):
        return Wrong(f"{name} needs a flow; open one first")
    form = _FORMS.get(found.id, _PLAIN)
    if form.read is not None:
        return _read(found, form.read(rest, known))
    words = _split(rest, form)
    if len(words) < form.least:
        return Wrong(f"{found.command}", unfinished=True)
    if len(words) > len(form.words) and not form.repeats:
        return Wrong(f"{name} takes {'nothing more' if form.words else 'nothing'}: {found.command}")
    if wrong := _unfit(words, form, known):
        return wrong
    return _checked(found, words, known, check_filter)


def _read(found: Action, words: tuple[str, ...] | Wrong) -> Command | Wrong:
    if isinstance(words, Wrong):
        return words if words.problem else Wrong(found.command, unfinished=True)
    return Command(found, words)


def _is_able(action: Action, known: Names) -> bool:
    return known.able is None or action.id in known.able


def _unknown(word: str, finished: bool) -> Wrong:
    if not word:
        return Wrong("", unfinished=True)
    every = (*_COMMANDS, *_ALIASES)
    if not finished and any(name.startswith(word) for name in every):
        return Wrong("", unfinished=True)
    close = get_close_matches(word, every, n=1)
    return Wrong(f"no command {word!r}" + (f"; did you mean {close[0]}?" if close else ""))


def _split(rest: str, form: Form) -> tuple[str, ...]:
    if not form.rest:
        return tuple(rest.split())
    return tuple(rest.split(None, len(form.words) - 1)) if rest else ()


def _unfit(words: tuple[str, ...], form: Form, known: Names) -> Wrong | None:
    if not form.strict:
        return None
    for number, word in enumerate(words[: len(form.words)]):
        if form.rest and number == len(form.words) - 1:
            continue
        candidates = tuple(form.words[number](known))
        if word in candidates:
            continue
        return unknown(word, candidates, last=number == len(words) - 1)
    return None


def _checked(found: Action, words: tuple[str, ...], known: Names, check_filter: CheckFilter) -> Command | Wrong:
    if found.id == "app.set":
        try:
            read_setting(words[0], words[1], known.themes)
        except SettingError as error:
            return Wrong(str(error))
    if words and (found.id.startswith("tab.") or found.id == "app.filter"):
        problem = check_filter(found.id.partition("tab.")[2], words[0])
        if problem is not None:
            return Wrong(problem)
    return Command(found, words)


def completions(line: str, known: Names) -> tuple[str, ...]:
    """Return how *line* can go on, each as the whole line; commands that take something end in a blank."""
    word, gap, rest = line.lstrip().partition(" ")
    if not gap:
        found = [name for name, each in _COMMANDS.items() if name.startswith(word) and _is_able(each, known)]
        return tuple(f"{name} " if " " in _COMMANDS[name].command else name for name in found)
    found_action = _COMMANDS.get(_ALIASES.get(word, word))
    if found_action is None:
        return ()
    form = _FORMS.get(found_action.id, _PLAIN)
    if form.ways is not None:
        return tuple(f"{word} {way}" for way in form.ways(rest, known))
    if (tab := found_action.id.removeprefix("tab.")) in FIELDS:
        return tuple(f"{word} {way}" for way in completed(rest, FIELDS[tab]))
    earlier, space, last = rest.rpartition(" ")
    place = len(earlier.split())
    if place >= len(form.words):
        if not form.repeats:
            return ()
        place = 0
    taken = set(earlier.split())
    candidates = choices(earlier, known.themes) if found_action.id == "app.set" and place else form.words[place](known)
    head = f"{word} {earlier}{space}"
    able = (each for each in candidates if each.startswith(last) and each != last and each not in taken)
    more = place + 1 < len(form.words)
    return tuple(f"{head}{each}{' ' if more else ''}" for each in able)


def usage(line: str) -> str:
    """Return the form of the command that *line* begins with, or nothing."""
    word = line.lstrip().partition(" ")[0]
    found = _COMMANDS.get(_ALIASES.get(word, word))
    return found.command if found else ""


class CommandGrammar:
    """The grammar over *names* as they are when it is asked; *check_filter* says what is wrong with a filter."""

    def __init__(self, names: Callable[[], Names], check_filter: CheckFilter = lambda tab, text: None) -> None:
        self._names = names
        self._check_filter = check_filter

    def parse(self, line: str) -> Command | Wrong:
        """Return what *line*, without its colon, asks for, or why it asks for nothing."""
        return parse(line, self._names(), self._check_filter)

    def completions(self, line: str) -> tuple[str, ...]:
        """Return how *line* can go on, each as the whole line."""
        return completions(line, self._names())

    def usage(self, line: str) -> str:
        """Return the form of the command that *line* begins with, or nothing."""
        return usage(line)
