"""The kind `llm scripted`: a model that answers from a script, so that a flow runs without keys or network."""

from __future__ import annotations

import asyncio
import random
import re
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from woodwork_engine.components.component import Component
from woodwork_engine.components.memory_short_term import referred_memory
from woodwork_engine.components.payload_text import asked_text, shown_text
from woodwork_engine.components.site import Site
from woodwork_engine.errors import WoodworkError
from woodwork_engine.kinds import Duration, Field, Kind, KindSettings, Reference, Role

Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]
"""Several texts, or one."""

_HOLE = re.compile(r"\{(input|session|n|tool|said)\}")


class ModelError(WoodworkError):
    """A model did not answer."""


class Rule(BaseModel):
    """What is answered when the question contains a text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contains: str = Field(description="text the question contains, in any case; empty: always")
    answer: str = Field(default="", description="the answer; {input} {session} {n} {said} {tool} are filled in")
    tool: str | None = Field(
        default=None, description="a component of `tools` that is asked first; its answer is {tool}"
    )
    error: str | None = Field(default=None, description="fail with this message instead of answering")


class Question(BaseModel):
    """What a model is sent, where that is an object."""

    text: str = Field(description="what it is asked")


class LlmScriptedSettings(KindSettings):
    """What the model says, how long it takes, and how often it fails."""

    answers: Texts = Field(
        default=(), description="said in turn when no rule fits; {input} {session} {n} {said} are filled in"
    )
    rules: tuple[Rule, ...] = Field(default=(), description="the first whose text the question contains answers it")
    latency: Duration = Field(default=0.0, ge=0, le=3_600, description="time an answer takes, as in 400ms")
    latency_max: Duration | None = Field(
        default=None, ge=0, le=3_600, description="with it, an answer takes between latency and this, at random"
    )
    failure_rate: float = Field(default=0.0, ge=0, le=1, description="share of attempts that fail, from 0 to 1")
    error: str = Field(default="the model is overloaded", description="the message of those failures")
    seed: int | None = Field(default=None, description="makes latency and failures the same in every run")
    memory: Annotated[str | None, Reference()] = Field(
        default=None, description="a memory short_term in which question and answer are kept; {said} counts them"
    )
    tools: Annotated[Texts, Reference()] = Field(default=(), description="components that rules may ask")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.latency_max is not None and self.latency_max < self.latency:
            raise ValueError("latency_max is less than latency")
        for rule in self.rules:
            if rule.tool is not None and rule.tool not in self.tools:
                raise ValueError(f"a rule asks {rule.tool!r}, which is not in tools")
        return self


class LlmScripted(Component):
    """Answers by the first rule that fits, else in turn from its answers, else with what it was asked."""

    def __init__(self, settings: LlmScriptedSettings, site: Site) -> None:
        super().__init__(settings, site)
        self._script = settings
        self._memory = referred_memory(site, "memory", settings.memory)
        self._chance = random.Random(settings.seed)
        self._answered = 0

    async def process(self, data: object) -> object:
        """Return the answer to *data* as text; raises ModelError when the script says so."""
        asked = asked_text(data)
        await self._think()
        rule = self._rule_for(asked)
        if rule is not None and rule.error is not None:
            raise ModelError(rule.error)
        tool = await self._ask_tool(rule.tool, data) if rule is not None and rule.tool else ""
        answer = self._answer(rule, asked, tool)
        self._answered += 1
        if self._memory is not None:
            session = self._memory.of(self.session.id)
            session.add("user", asked)
            session.add(self.name, answer)
        return answer

    async def _think(self) -> None:
        script = self._script
        seconds = script.latency
        if script.latency_max is not None:
            seconds = self._chance.uniform(script.latency, script.latency_max)
        if seconds:
            await asyncio.sleep(seconds)
        if script.failure_rate and self._chance.random() < script.failure_rate:
            raise ModelError(script.error)

    def _rule_for(self, asked: str) -> Rule | None:
        folded = asked.casefold()
        return next((rule for rule in self._script.rules if rule.contains.casefold() in folded), None)

    async def _ask_tool(self, tool: str, data: object) -> str:
        self.note("tool.call", {"tool": tool, "input": data})
        observed = shown_text(await self.request(tool, data))
        self.note("tool.observation", {"tool": tool, "output": observed})
        return observed

    def _answer(self, rule: Rule | None, asked: str, tool: str) -> str:
        answers = self._script.answers
        in_turn = answers[self._answered % len(answers)] if answers else "{input}"
        template = in_turn if rule is None else rule.answer
        session = self.session.id
        said = len(self._memory.recall(session)) if self._memory is not None else 0
        holes = {"input": asked, "session": session, "n": str(self._answered + 1), "tool": tool, "said": str(said)}
        return _HOLE.sub(lambda hole: holes[hole[1]], template)

    def summary(self) -> str:
        """Return how many questions were answered."""
        return f"{self._answered:,} questions answered"


KIND = Kind(
    name="llm scripted",
    role=Role.LLM,
    summary="a model that answers from a script: no key, no network",
    settings=LlmScriptedSettings,
    factory="woodwork_engine.components.llm_scripted:LlmScripted",
    payload=Question,
)
