"""How a person's function is called: sync or async, with what its parameters ask for."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from woodwork_engine.errors import StartError
from woodwork_engine.threads import Threads

Offered = Mapping[str, Callable[[], object]]
"""What a function may ask for by naming a parameter so, each made when it is called."""

_NOTHING: Mapping[str, object] = {}


class Call:
    """A person's function, ready to be awaited: coroutines on the loop, everything else in a thread."""

    def __init__(self, function: object, threads: Threads, offered: Offered, place: str) -> None:
        if not callable(function):
            raise StartError(f"{place} {function!r} is not a function; name one that takes the payload")
        self._function = function
        self._threads = threads
        self._coroutine: Callable[..., Awaitable[object]] | None = None
        if inspect.iscoroutinefunction(function):
            self._coroutine = function
        self._wanted = _wanted(function, offered, place)
        self.wants_nothing = not self._wanted
        """Whether the function takes the payload alone."""
        self.shortest: Callable[[object], Awaitable[object]] = self
        """What to call with the payload; where it can be that, the function itself, which may then raise SystemExit."""
        if self._coroutine is not None and self.wants_nothing:
            self.shortest = self._coroutine

    async def __call__(self, data: object) -> object:
        """Return what the function makes of *data*; raises what it raises."""
        wanted = self._wanted
        given = {name: make() for name, make in wanted.items()} if wanted else _NOTHING
        try:
            if self._coroutine is not None:
                return await self._coroutine(data, **given)
            result: object = await self._threads.run(partial(self._function, data, **given))
            if isinstance(result, Awaitable):
                result = await result
        except (SystemExit, KeyboardInterrupt) as odd:  # would end the engine's loop
            raise RuntimeError(f"{type(odd).__name__} {odd}".strip()) from odd
        return result


def _wanted(function: Callable[..., object], offered: Offered, place: str) -> dict[str, Callable[[], object]]:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a builtin that does not tell
        return {}
    wanted = {name: make for name, make in offered.items() if name in list(signature.parameters)[1:]}
    try:
        signature.bind(None, **dict.fromkeys(wanted))
    except TypeError as error:
        asked = ", ".join(offered) or "nothing else"
        name = getattr(function, "__name__", type(function).__name__)
        raise StartError(
            f"{place} {name}{signature} cannot be called with one payload ({error}); "
            f"it may take the payload and, by name, {asked}"
        ) from None
    return wanted
