"""Dead letters as bytes for a store and as lines of JSON for files; both are read back complete (bus.md E1).

The payload travels as it was encoded, so that bytes, datetimes and whatever else JSON lacks come back as they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import msgspec

from woodwork_engine.dead_letter import VERSION, DeadLetter
from woodwork_engine.errors import LetterFormatError
from woodwork_engine.payload import UNREADABLE, decode, encode, json_text

_BROKEN = (*UNREADABLE, RecursionError)


def to_bytes(letter: DeadLetter) -> bytes:
    """Return *letter* as bytes."""
    return encode(_without_payload(letter))


def from_bytes(data: bytes) -> DeadLetter:
    """Return the letter that `to_bytes` wrote; raises LetterFormatError."""
    try:
        plain = decode(data)
    except _BROKEN as error:
        raise LetterFormatError(f"these bytes are no dead letter: {error}") from error
    return _letter(plain)


def to_line(letter: DeadLetter) -> str:
    """Return *letter* as one line of JSON, without its end.

    `envelope.payload` is there to be looked at; what counts is `encoded`, in base64.
    """
    plain = msgspec.to_builtins(_without_payload(letter))
    plain["envelope"]["payload"] = letter.payload()
    return json_text(plain)


def from_line(line: str) -> DeadLetter:
    """Return the letter that `to_line` wrote; raises LetterFormatError."""
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LetterFormatError(f"this is no JSON: {error}") from error
    return _letter(plain)


def from_lines(lines: Iterable[str]) -> Iterator[tuple[int, DeadLetter | LetterFormatError]]:
    """Yield, for each line that is not blank, its number from 1 and the letter in it, or why it holds none."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield number, from_line(line)
            except LetterFormatError as error:
                yield number, error


def _without_payload(letter: DeadLetter) -> DeadLetter:
    bare = msgspec.structs.replace(letter.envelope, payload=None)
    return msgspec.structs.replace(letter, envelope=bare)


def _letter(plain: object) -> DeadLetter:
    version = plain.get("v") if isinstance(plain, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise LetterFormatError("this is no dead letter: it does not say in which version it was written")
    if version > VERSION:
        raise LetterFormatError(
            f"this dead letter was written by a newer version (v {version}, this one reads v {VERSION}); upgrade"
        )
    try:
        letter = msgspec.convert(plain, DeadLetter)
        _must_name_its_message(plain)
    except _BROKEN as error:
        raise LetterFormatError(f"this dead letter is not complete: {error}") from error
    complete = msgspec.structs.replace(letter.envelope, payload=_payload(letter.encoded))
    return msgspec.structs.replace(letter, envelope=complete, v=VERSION)


def _must_name_its_message(plain: object) -> None:
    envelope = plain.get("envelope") if isinstance(plain, dict) else None
    for name in ("message_id", "session_id", "event_type"):  # what an envelope makes up for itself where it is missing
        if not isinstance(envelope, dict) or name not in envelope:
            raise ValueError(f"`$.envelope` has no {name}")


def _payload(encoded: bytes) -> object:
    """Return the payload; of a letter whose payload cannot be read it is what the letter died of, and None."""
    try:
        return decode(encoded)
    except UNREADABLE:
        return None
