"""The kind `function python`: a function or class in a person's file."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Annotated, Self, cast

from pydantic import model_validator

from woodwork_engine.components.calls import Call
from woodwork_engine.components.component import Component, Link, MessageBusIntegration
from woodwork_engine.components.memory_short_term import referred_memory
from woodwork_engine.components.site import Site
from woodwork_engine.errors import StartError, described
from woodwork_engine.kinds import Field, Kind, KindSettings, Reference, Role, ScriptPath
from woodwork_engine.threads import THREAD_LIMIT


class FunctionPythonSettings(KindSettings):
    """Which file, which function or class in it; further keys are handed to the class."""

    path: Annotated[str, ScriptPath()] = Field(min_length=1, description="a Python file, relative to the flow's folder")
    function: str | None = Field(default=None, min_length=1, description="the function that gets each payload")
    class_: str | None = Field(
        default=None, alias="class", min_length=1, description="the class with process(data); instead of function"
    )
    memory: Annotated[str | None, Reference()] = Field(
        default=None, description="a memory short_term; a function with a parameter memory gets the session's part"
    )
    threads: int = Field(
        default=THREAD_LIMIT, ge=1, le=256, description="calls of a function that is not async running at once"
    )

    def takes_further_keys(self) -> bool:
        """Whether there is a class, whose `__init__` gets them."""
        return self.class_ is not None

    @model_validator(mode="after")
    def _one_entry(self) -> Self:
        if (self.function is None) == (self.class_ is None):
            raise ValueError("name either a function or a class of the file")
        return self


class FunctionPython(Component):
    """Hands each payload to a person's function, or to `process` of one instance of a person's class.

    Coroutines run on the engine's loop, everything else in a bounded set of threads. A function may ask by name for
    `context` and `memory`. What it raises is the attempt's failure.
    """

    def __init__(self, settings: FunctionPythonSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._site = site
        self._memory = referred_memory(site, "memory", settings.memory)
        self._instance: object | None = None
        if settings.function is not None:
            function = site.load(settings.path, settings.function)
        else:
            self._instance = self._made(site.load(settings.path, str(settings.class_)), settings)
            function = getattr(self._instance, "process", None)
            if function is None:
                raise site.refuse(f"{settings.class_} has no process; add `async def process(self, data)`")
        offered: dict[str, Callable[[], object]] = {"context": lambda: self.context}
        if self._memory is not None:
            memory = self._memory
            offered["memory"] = lambda: memory.of(self.session.id)
        self._call = Call(function, site.threads, offered, site.place)

    def _made(self, found: object, settings: FunctionPythonSettings) -> object:
        if not inspect.isclass(found):
            raise self._site.refuse(f"{settings.class_} is no class; write function = {settings.class_}")
        given: dict[str, object] = {"name": self._site.node.name, **(settings.model_extra or {})}
        try:
            parameters = inspect.signature(found).parameters
            if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
                given = {key: value for key, value in given.items() if key in parameters}
            return found(**given)
        except Exception as error:
            raise self._site.refuse(
                f"{settings.class_} cannot be made: {described(error)}; "
                "its __init__ gets name and the component's further settings"
            ) from error

    def attach(self, link: Link) -> None:
        """Become part of a flow, together with the person's component."""
        super().attach(link)
        if isinstance(self._instance, MessageBusIntegration):
            self._instance.attach(link)

    async def start(self) -> None:
        """Call the person's `start`; raises StartError with what went wrong."""
        try:
            await self._call_if_there("start")
        except Exception as error:
            raise StartError(f"{self._site.place} start() failed: {described(error)}") from error

    async def stop(self) -> None:
        """Call the person's `stop`, then end hooks and threads whatever became of it."""
        try:
            await self._call_if_there("stop")
        finally:
            await super().stop()

    async def _call_if_there(self, name: str) -> None:
        # A Component that overrides neither inherits ours, which would end hooks and threads a second time.
        method = getattr(self._instance, name, None)
        if method is None or getattr(type(self._instance), name, None) is getattr(Component, name):
            return
        if inspect.iscoroutinefunction(method):
            await method()
        else:
            await self._site.threads.run(cast("Callable[[], object]", partial(method)))

    async def process(self, data: object) -> object:
        """Return what the person's function makes of *data*; raises what it raises."""
        return await self._call(data)

    def summary(self) -> str | None:
        """Return what the person's own `summary()` says, if there is one."""
        own = getattr(self._instance, "summary", None)
        return str(said) if callable(own) and (said := own()) is not None else None


KIND = Kind(
    name="function python",
    role=Role.PROCESSOR,
    summary="a function or class in your own Python file",
    settings=FunctionPythonSettings,
    factory="woodwork_engine.components.function_python:FunctionPython",
    aliases=("function py",),
)
