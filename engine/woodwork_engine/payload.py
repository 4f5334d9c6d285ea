"""Payloads as plain data: encoded once when accepted, decoded for whoever looks (bus.md A7).

What comes back is JSON types, bytes and datetimes in UTC; a datetime without a time zone becomes ISO 8601 text.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

import msgspec

from woodwork_engine.errors import PayloadError

_TEXT = 1  # text with lone surrogates, which JSON allows and UTF-8 does not
_INTEGER = 2  # integers beyond 64 bits

_DEEPEST = 200


@runtime_checkable
class _Model(Protocol):
    def model_dump(self) -> dict[str, object]: ...


def _foreign(value: object) -> object:
    if isinstance(value, _Model):  # a pydantic model, recognised without importing pydantic
        return value.model_dump()
    raise TypeError(type(value).__name__)


def _extension(code: int, data: memoryview) -> object:
    raw = bytes(data)
    if code == _TEXT:
        return raw.decode("utf-8", "surrogatepass")
    if code == _INTEGER:
        return int(raw)
    return raw


_encoder = msgspec.msgpack.Encoder(enc_hook=_foreign)
_decoder = msgspec.msgpack.Decoder(ext_hook=_extension)

decode = _decoder.decode
"""Return a fresh copy of an encoded payload; raises one of UNREADABLE for what `encode` has not made."""

_pack = _encoder.encode


def field_reader(name: str) -> Callable[[bytes], object]:
    """Return what reads one field of encoded objects without decoding the rest; None where there is no such field.

    Its *name* is of letters, digits, `-` and `_`.
    """
    fields: list[tuple[str, object, object]] = [("value", Any, None)]
    one: type[Any] = msgspec.defstruct("One", fields, rename={"value": name})
    read = msgspec.msgpack.Decoder(one, ext_hook=_extension).decode

    def value(encoded: bytes) -> object:
        if not encoded or not (0x80 <= encoded[0] <= 0x8F or encoded[0] in _LARGE_OBJECTS):
            return None
        try:
            return read(encoded).value
        except UNREADABLE:
            return None

    return value


_LARGE_OBJECTS = (0xDE, 0xDF)
"""The first bytes of objects of more than fifteen fields (MessagePack: map 16, map 32)."""

UNREADABLE = (msgspec.MsgspecError, TypeError, ValueError)


def encode(value: object) -> bytes:
    """Return *value* as bytes; raises PayloadError with the path to what is not plain data."""
    try:
        return _pack(value)
    except (TypeError, ValueError, OverflowError, RecursionError, AttributeError, msgspec.MsgspecError):
        # ValueError covers UnicodeEncodeError: the slow way keeps surrogates and big integers, or explains
        return _pack(_plain(value, "$", 0))


_SCALARS = frozenset((str, int, float, bool, bytes, type(None)))
_KEYS = frozenset((str,))


def flat_copy(value: object) -> dict[str, object] | None:
    """Return a copy of *value*, the same as decoding gives, where it is a dict of immutable plain data; else None."""
    if type(value) is dict and _SCALARS.issuperset(map(type, value.values())) and _KEYS.issuperset(map(type, value)):
        return value.copy()
    return None


def _plain(value: object, path: str, depth: int) -> object:
    if depth > _DEEPEST:
        raise PayloadError(path, f"nested deeper than {_DEEPEST}, or refers to itself")
    if value is None or isinstance(value, bool | float | bytes | bytearray | memoryview | dt.datetime):
        return value
    if isinstance(value, str):
        return _plain_text(value)
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else msgspec.msgpack.Ext(_INTEGER, str(value).encode())
    if isinstance(value, Mapping):
        return {_plain_key(key, path): _plain(item, f"{path}.{key}", depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    return _plain_other(value, path, depth)


def _plain_text(value: str) -> object:
    try:
        value.encode()
    except UnicodeEncodeError:
        return msgspec.msgpack.Ext(_TEXT, value.encode("utf-8", "surrogatepass"))
    return value


def _plain_key(key: object, path: str) -> object:
    if not isinstance(key, str | int | float | bool | None):
        raise PayloadError(path, f"a key of type {type(key).__name__}; keys are text")
    text = key if isinstance(key, str) else str(key)
    return text.encode("utf-8", "backslashreplace").decode()


def _plain_other(value: object, path: str, depth: int) -> object:
    try:
        builtin = msgspec.to_builtins(value, builtin_types=(bytes, dt.datetime), enc_hook=_foreign)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        raise PayloadError(path, f"{type(value).__name__} is not plain data") from None
    if builtin is value:
        raise PayloadError(path, f"{type(value).__name__} is not plain data")
    return _plain(builtin, path, depth + 1)


def plain(value: object) -> object:
    """Return *value* as plain data that shares nothing with it; raises PayloadError."""
    return decode(encode(value))


def json_text(value: object) -> str:
    r"""Return decoded *value* as JSON: bytes in base64, datetimes RFC 3339, lone surrogates as `\ud800` escapes."""
    try:
        return msgspec.json.encode(value).decode()
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return json.dumps(value, separators=(",", ":"), default=_jsonable)


def _jsonable(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, dt.datetime) else str(value)
