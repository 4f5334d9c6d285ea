"""The commands about dead letters and retries on the `:` line: what follows their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from woodwork_engine.errors import FilterError
from woodwork_tui.state import replay_command
from woodwork_tui.state.command_form import Form, Names, Wrong
from woodwork_tui.state.dlq_filter import dlq_filter

JOB_WORDS = ("pause", "resume", "cancel", "show")


def _letters(known: Names) -> Iterable[str]:
    return known.dead_letters


def _nothing(known: Names) -> Iterable[str]:
    return ()


def _read_replay(rest: str, known: Names) -> tuple[str, ...] | Wrong:
    """Return the letters named, or `where` and then what a filter and a pace say."""
    if not replay_command.is_meant(rest):
        return tuple(rest.split()) or Wrong("", unfinished=True)
    read = replay_command.read(rest)
    if read is None:
        return Wrong("", unfinished=True)
    if isinstance(read, str):
        return Wrong(read)
    try:
        dlq_filter(read[0])
    except FilterError as error:
        return Wrong(str(error))
    return ("where", *read)


def _ways_to_replay(rest: str, known: Names) -> Iterable[str]:
    if replay_command.is_meant(rest) and rest != replay_command.LEAD[0]:
        return replay_command.completions(rest)
    earlier, space, last = rest.rpartition(" ")
    taken = set(earlier.split())
    ways = [one for one in known.dead_letters if one.startswith(last) and one != last and one not in taken]
    if not earlier and "dlq where ".startswith(last):
        ways.append("dlq where ")
    return tuple(f"{earlier}{space}{way}" for way in ways)


def _jobs(known: Names) -> Iterable[str]:
    return known.jobs


_SEVERAL = Form((_letters,), least=1, repeats=True, strict=False)
LETTER_FORMS: Mapping[str, Form] = {
    "dlq.replay": Form(read=_read_replay, ways=_ways_to_replay),
    "dlq.discard": _SEVERAL,
    "dlq.restore": _SEVERAL,
    "dlq.edit": Form((_letters,), least=1, strict=False),
    "dlq.note": Form((_letters, _nothing), least=2, rest=True, strict=False),
    "dlq.export": Form((_nothing,), least=1, rest=True, strict=False),
    "dlq.import": Form((_nothing,), least=1, rest=True, strict=False),
    "job.pause": Form((lambda known: JOB_WORDS, _jobs), least=2),
}
