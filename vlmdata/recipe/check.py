"""From plain data to a checked recipe or input; every complaint carries file and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from vlmdata.datasets import datasets_by_name, formats_by_name
from vlmdata.datasets.base import Dataset
from vlmdata.datasets.hub.dataset import Hub
from vlmdata.errors import RecipeError, UsageError
from vlmdata.io.source import RecipeInput
from vlmdata.io.yaml_text import Where
from vlmdata.models.presets import MODELS, REFUSED
from vlmdata.recipe.complaints import complaint, nearest, short
from vlmdata.recipe.evaluation import evaluation_sources
from vlmdata.recipe.model import Recipe
from vlmdata.recipe.roles import mixed_roles
from vlmdata.shards.directory import Directory
from vlmdata.steps import steps_by_name
from vlmdata.steps.base import AnyStep
from vlmdata.steps.leaks import Decontaminate
from vlmdata.steps.resize import ImageResize

FILE_FORMATS = {"urls": "table", "archive": "zip or tar"}
HUB = "hub:"

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class Checker:
    """Turns plain data into a ``Recipe``; every complaint carries file and line."""

    def __init__(self, name: str, lines: Mapping[Where, int], base: Path) -> None:
        self.name = name
        self.lines = lines
        self.context = {"base": str(base)}

    def recipe(self, data: dict[str, Any]) -> Recipe:
        model = data.get("model")
        if isinstance(model, str) and model in REFUSED:
            raise self.error(("model",), f"model {model} is not supported: {REFUSED[model]}")
        preset = None if model is None else self.known(model, MODELS, "model", ("model",))
        inputs = [self.input(item, ("inputs", index)) for index, item in enumerate(self.list_of(data, "inputs"))]
        steps = [self.step(item, ("steps", index)) for index, item in enumerate(self.list_of(data, "steps"))]
        if preset is not None:
            steps = [step.with_model(preset) for step in steps]
        self.check_order(steps)
        for index, step in enumerate(steps):
            if complaint := step.ready():
                raise self.error(("steps", index, step.name), complaint)
            if isinstance(step, Decontaminate):
                self.check_evaluation(step, ("steps", index, step.name))
        recipe = _limited(self.validated(Recipe, {**data, "inputs": inputs, "steps": steps}, ()))
        if mixed := mixed_roles(inputs):
            raise self.error(("inputs",), mixed)
        return recipe

    def list_of(self, data: Mapping[str, Any], key: str) -> list[Any]:
        value = data.get(key) or []
        if not isinstance(value, list):
            raise self.error((key,), f"{key} is a list, each item on a line of its own that starts with '- '")
        return value

    def input(self, item: object, where: Where) -> RecipeInput:
        kind: type[RecipeInput]
        if not isinstance(item, dict) or not {"dataset", "format", "path"} & item.keys():
            forms = "{dataset: NAME}, {path: DIR} or {path: FILE, format: FORMAT}"
            raise self.error(where, f"an input is {forms}, not {short(item)}")
        if "dataset" in item:
            kind, own = self.published(item["dataset"], (*where, "dataset"))
            item = {**item, **own}
        elif "format" in item:
            kind = self.known(item["format"], formats_by_name(), "format", (*where, "format"))
        else:
            kind = Directory
        return self.validated(kind, item, where)

    def published(self, name: object, where: Where) -> tuple[type[Dataset], dict[str, str]]:
        """The class of a data set, and what its name alone says of it: ``hub:OWNER/NAME`` is one of many."""
        if isinstance(name, str) and name.startswith(HUB):
            return Hub, {"dataset": HUB[:-1], "repo": name.removeprefix(HUB)}
        return self.known(name, datasets_by_name(), "data set", where), {"dataset": str(name)}

    def step(self, item: object, where: Where) -> AnyStep:
        name: object
        fields: object
        if isinstance(item, dict) and len(item) == 1:
            ((name, fields),) = item.items()
        elif isinstance(item, str):
            name, fields = item, None
        elif isinstance(item, dict) and item:
            names = " and ".join(repr(key) for key in item)
            raise self.error(where, f"a step has one name, not {names}: indent its parameters deeper than the name")
        else:
            raise self.error(where, f"a step is 'name' or 'name: {{parameter: value}}', not {short(item)}")
        kind = self.known(name, steps_by_name(), "step", where)
        if fields is not None and not isinstance(fields, dict):
            raise self.error(where, f"{name} takes parameters by name: '{name}: {{parameter: value}}'")
        return self.validated(kind, fields or {}, (*where, str(name)))

    def known(self, name: object, kinds: Mapping[str, T], noun: str, where: Where) -> T:
        if not isinstance(name, str) or name not in kinds:
            raise self.error(where, f"unknown {noun} {short(name)}{nearest(str(name), kinds)}")
        return kinds[name]

    def validated(self, kind: type[M], data: Mapping[str, Any], where: Where) -> M:
        try:
            return kind.model_validate(data, context=self.context)
        except ValidationError as error:
            first = error.errors()[0]
            # Of pydantic's path only keys and indexes of the file mean something to its author; the rest names types.
            field: Where = ()
            for part in first["loc"]:
                field += (part,) if (*where, *field, part) in self.lines or not self.lines else ()
            raise self.error((*where, *field), complaint(kind, field, first)) from error

    def check_evaluation(self, step: Decontaminate, where: Where) -> None:
        for named in step.named:
            try:
                evaluation_sources(named)
            except RecipeError as error:
                raise self.error((*where, "against"), str(error)) from error

    def check_order(self, steps: Sequence[AnyStep]) -> None:
        closed: str | None = None
        for index, step in enumerate(steps):
            if step.moves_pixels and closed:
                raise self.error(
                    ("steps", index), f"{step.name} moves pixels and boxes, so it must come before {closed}"
                )
            if step.once and step.name in (one.name for one in steps[:index]):
                raise self.error(("steps", index), f"{step.name} stands in a recipe once, and it is here twice")
            if step.fixes_geometry:
                closed = closed or step.name

    def error(self, where: Where, message: str) -> RecipeError:
        known = where
        while known and known not in self.lines:
            known = known[:-1]
        place = f"{self.name}:{self.lines[known]}: " if known in self.lines else ""
        match where:
            case ("steps", int(), str(step), *_) | ("dataset", str(step), *_):
                place += f"{step}: "
            case ("inputs", int(number), *_):
                place += f"input {number + 1}: "
        return RecipeError(place + message)


def _limited(recipe: Recipe) -> Recipe:
    """With the step that ``output.image.max_side`` asks for, before the first that fixes geometry, if it lacks it."""
    if recipe.output.image.max_side is None:
        return recipe
    place = next((index for index, step in enumerate(recipe.steps) if step.fixes_geometry), len(recipe.steps))
    resize = ImageResize(max_side=recipe.output.image.max_side)
    if resize in recipe.steps[:place]:
        return recipe
    return recipe.model_copy(update={"steps": (*recipe.steps[:place], resize, *recipe.steps[place:])})


def named_source(name: str, file: str | None, options: Mapping[str, Any]) -> RecipeInput:
    """What ``vlmdata fetch`` names: a data set, ``hub:OWNER/NAME``, or ``urls`` and ``archive`` with their ``file``.

    Raises ``UsageError`` for options that do not go with it, ``RecipeError`` for values that are none.
    """
    checker = Checker("", {}, Path())
    kind: type[RecipeInput]
    if name in FILE_FORMATS:
        if file is None:
            raise UsageError(f"fetch {name} takes its {FILE_FORMATS[name]} with --from")
        kind, own = formats_by_name()[name], {"format": name, "path": file}
    else:
        if file is not None:
            raise UsageError(f"--from goes with fetch {' and fetch '.join(FILE_FORMATS)}, not with {name}")
        if name == HUB[:-1]:
            raise UsageError("fetch hub takes a repository: hub:OWNER/NAME")
        kind, own = checker.published(name, ())
    for option in options:
        if option not in kind.model_fields:
            raise UsageError(f"--{option.replace('_', '-')} does not go with fetch {name}")
    return checker.validated(kind, {**own, **options}, ("dataset", name))


def named_dataset(name: str, fields: Mapping[str, Any]) -> Dataset:
    """A published data set by its name. Raises ``RecipeError``."""
    checker = Checker("", {}, Path())
    kind, own = checker.published(name, ())
    return checker.validated(kind, {**own, **fields}, ("dataset", name))


def named_step(name: str, fields: Mapping[str, Any]) -> AnyStep:
    """A step by its name, with parameters. Raises ``RecipeError``."""
    return Checker("", {}, Path()).step({name: dict(fields)}, ("dataset",))
