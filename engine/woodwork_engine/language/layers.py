"""Reading one layer of delivery or flow settings: a component's own, `defaults`, a bus's, a deployment's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, get_args, get_origin

from pydantic import BaseModel

from woodwork_engine.kinds import KindSettings
from woodwork_engine.language.codes import Code
from woodwork_engine.language.environment import variables
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.suggestions import Suggestions, did_you_mean
from woodwork_engine.language.syntax import Entry, TypedBlock
from woodwork_engine.language.validation import complaints
from woodwork_engine.language.values import TYPE_KEY, block_of, place_of, plain, setting_of
from woodwork_engine.source import Fix

Model = TypeVar("Model", bound=KindSettings)


class LayerReader:
    """Turns entries into a settings model; what cannot be used is reported and left out."""

    def __init__(self, problems: Problems, suggestions: Suggestions) -> None:
        self._problems = problems
        self._suggestions = suggestions

    def read(self, model: type[Model], entries: Iterable[Entry], component: str | None = None) -> Model:
        """Return *model* made of the *entries* that fit it; with *component* errors keep only that from starting."""
        kept = tuple(entries)
        values = self._values(model, kept, component, "")
        found = complaints(model, values)
        for complaint in found:
            place = place_of(kept, complaint.path)
            if place is not None:
                self._problems.error(Code.BAD_SETTING, complaint.sentence, place, component=component)
        for key in {complaint.path[0] for complaint in found if complaint.path}:
            values.pop(str(key), None)
        return model.model_validate(values)

    def _values(
        self, model: type[BaseModel], entries: tuple[Entry, ...], component: str | None, prefix: str
    ) -> dict[str, object]:
        values: dict[str, object] = {}
        for entry in entries:
            setting = setting_of(entry.value)
            path = prefix + entry.key
            if entry.key not in model.model_fields:
                self._unknown(model, entry, prefix, component)
            elif (inner := _model_of(model, entry.key)) is not None and (block := block_of(entry.value)) is not None:
                values[entry.key] = self._values(inner, block.entries, component, f"{path}.")
            elif (each := _each_of(model, entry.key)) is not None and (block := block_of(entry.value)) is not None:
                values[entry.key] = {
                    one.key: self._one_of(each, one, component, f"{path}.{one.key}.") for one in block.entries
                }
            elif any(variables(setting)):
                self._problems.error(
                    Code.BAD_SETTING, f"{path!r} cannot come from the environment", entry.value.span,
                    "write the value itself", component=component,
                )  # fmt: skip
            else:
                values[entry.key] = plain(setting)
        return values

    def _one_of(self, model: type[BaseModel], entry: Entry, component: str | None, prefix: str) -> object:
        """Return one of the values of a setting whose keys are a person's own, each a *model* or a word for one."""
        block = block_of(entry.value)
        if block is None:
            return plain(setting_of(entry.value))
        header = {TYPE_KEY: entry.value.header.text} if isinstance(entry.value, TypedBlock) else {}
        return header | self._values(model, block.entries, component, prefix)

    def _unknown(self, model: type[BaseModel], entry: Entry, prefix: str, component: str | None) -> None:
        close = self._suggestions.close_to(entry.key, model.model_fields)
        self._problems.warning(
            Code.UNKNOWN_SETTING, f"there is no setting {prefix + entry.key!r} here", entry.key_span,
            did_you_mean(close) or "it has no effect", fix=Fix(entry.key_span, close) if close else None,
            component=component,
        )  # fmt: skip


def _each_of(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """Return the model of each value where the setting *key* is a mapping of such."""
    annotation = model.model_fields[key].annotation
    return _model_among(get_args(annotation)) if get_origin(annotation) is dict else None


def _model_of(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """Return the model of the setting *key*, where its value is such or none at all."""
    annotation = model.model_fields[key].annotation
    return None if get_origin(annotation) is dict else _model_among((annotation, *get_args(annotation)))


def _model_among(types: Iterable[object]) -> type[BaseModel] | None:
    return next((one for one in types if isinstance(one, type) and issubclass(one, BaseModel)), None)
