"""What stands around each attempt: a fixed order of layers, made into one callable per component (bus.md D8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from woodwork_engine.bus.endpoint import Endpoint
from woodwork_engine.bus.instance import Handler
from woodwork_engine.bus.interface import Middleware
from woodwork_engine.delivery import Context, Delivery

ORDER = (
    "trace", "metrics", "dedupe", "ttl", "breaker", "in_flight", "timeout", "added", "pipes", "handler",
)  # fmt: skip
"""Every layer, the outermost first.

`ttl` costs no layer, because the runner looks at it as it takes a message; `pipes` and `handler` are one, because a
component calls its pipes itself. `added` are those of `add_middleware`, the first one added outermost.
"""
_LAYERS = frozenset(ORDER) - {"ttl", "added", "pipes", "handler"}

Layer = Callable[[Endpoint, Handler], Handler]
"""Returns a handler around the one given; the very one given where the endpoint has no need of the layer."""


class Layers:
    """Builds what runners call: once per component and revision, so that no message walks a chain."""

    def __init__(self) -> None:
        self._layers: dict[str, Layer] = {}
        self._added: list[Middleware] = []

    def put(self, name: str, layer: Layer) -> None:
        """Let *layer* stand where *name* does in `ORDER`; it holds for what is built from now on."""
        if name not in _LAYERS:
            raise KeyError(name)
        self._layers[name] = layer

    def take(self, name: str) -> None:
        """Leave the layer *name* out of what is built from now on."""
        self._layers.pop(name, None)

    def add(self, middleware: Middleware) -> None:
        """Let *middleware* stand inside all that were added before."""
        self._added.append(middleware)

    def asked(self, endpoint: Endpoint, handler: Handler) -> Handler:
        """Return what a request calls: past the lanes and their layers, but not past what was added, nor untraced."""
        call = self._within_added(handler)
        trace = self._layers.get("trace")
        return call if trace is None else trace(endpoint, call)

    def _within_added(self, handler: Handler) -> Handler:
        for middleware in reversed(self._added):
            handler = _within(middleware, handler)
        return handler

    def around(self, endpoint: Endpoint, handler: Handler) -> Handler:
        """Return what *endpoint*'s runners call for an attempt by *handler*."""
        call = self._within_added(handler)
        for name in reversed(ORDER):
            if name in self._layers:
                call = self._layers[name](endpoint, call)
        return call


def _within(middleware: Middleware, handler: Handler) -> Handler:
    async def attempt(delivery: Delivery) -> object:
        return await middleware(Context.of(delivery, fenced=True), partial(handler, delivery))

    return attempt
