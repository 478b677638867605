"""A recipe: what is made from what, by which steps. Checked when it is loaded, the same on every machine.

Where it runs (workers, executor, paths of output) is not in it, so equal recipes have equal output.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ByteSize, ConfigDict, Field, SerializeAsAny, ValidationError, field_validator

from vlmdata.datasets import datasets_by_name, formats_by_name
from vlmdata.datasets.base import Dataset
from vlmdata.errors import RecipeError
from vlmdata.io.source import RecipeInput
from vlmdata.io.yaml_text import Where, parse
from vlmdata.models.presets import MODELS
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.shards.directory import Directory
from vlmdata.steps import steps_by_name
from vlmdata.steps.base import AnyStep

FormatName = Literal["parquet", "webdataset"]
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImageOutput(_Part):
    """How stored pictures are encoded. ``exact`` is pixel-equal to Pillow and the model's own code."""

    format: Literal["jpeg", "png", "webp"] = "jpeg"
    quality: Annotated[int, Field(ge=1, le=100)] = 95
    fidelity: Literal["fast", "exact"] = "fast"
    background: tuple[int, int, int] = (255, 255, 255)


class Output(_Part):
    """What is written. A shard holds at most ``max_samples`` samples and about ``max_bytes``."""

    formats: Annotated[tuple[FormatName, ...], Field(min_length=1)] = ("parquet",)
    max_samples: Annotated[int, Field(gt=0)] = 5000
    max_bytes: Annotated[ByteSize, Field(gt=0)] = ByteSize(512_000_000)
    shuffle: bool = False
    split: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]+$")], Annotated[float, Field(gt=0, lt=1)]] = {}
    views: Literal["stored", "planned"] = "stored"
    image: ImageOutput = ImageOutput()

    @field_validator("split")
    @classmethod
    def _within_the_whole(cls, split: dict[str, float]) -> dict[str, float]:
        if sum(split.values()) > 1 + 1e-9:
            raise ValueError(f"the shares add up to {sum(split.values()):g}, more than the whole")
        return split

    @property
    def pixels(self) -> PixelPolicy:
        return PixelPolicy(**self.image.model_dump(), views=self.views)


class Errors(_Part):
    """How many bugs (unexpected exceptions in steps) a run forgives. Bad input is not among them."""

    max_unexpected: Annotated[int, Field(ge=0)] = 20


class Licenses(_Part):
    """With ``commercial: true`` only samples whose licence says yes are kept."""

    commercial: bool = False


class Recipe(_Part):
    """A checked recipe. ``inputs`` and ``steps`` are frozen models themselves."""

    version: Literal[1]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]
    seed: int = 0
    model: str | None = None
    inputs: Annotated[tuple[SerializeAsAny[RecipeInput], ...], Field(min_length=1)]
    licenses: Licenses = Licenses()
    steps: tuple[SerializeAsAny[AnyStep], ...] = ()
    output: Output = Output()
    errors: Errors = Errors()

    def resolved(self) -> dict[str, Any]:
        """The recipe as plain data with every default written out; loading it gives an equal recipe."""
        data = self.model_dump(mode="json", exclude={"steps"})
        data["steps"] = [{step.name: step.model_dump(mode="json")} for step in self.steps]
        return data

    def with_limit(self, limit: int) -> Recipe:
        """The same with at most ``limit`` rows of each input."""
        inputs = tuple(
            one.model_copy(update={"limit": min(limit, one.limit) if one.limit else limit}) for one in self.inputs
        )
        return self.model_copy(update={"inputs": inputs})


def shipped() -> dict[str, Path]:
    """Recipes that come with vlmdata, by name: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    folders = (package / "recipes", package.parent / "recipes")
    folder = next((folder for folder in folders if folder.is_dir()), None)
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))} if folder else {}


def load(name: str) -> Recipe:
    """Read and check the recipe at path ``name``, or the shipped one of that name. Raises ``RecipeError``."""
    known = shipped()
    path = Path(name) if name not in known or Path(name).is_file() else known[name]
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        beside = difflib.get_close_matches(name, map(str, path.parent.glob("*.y*ml")), n=1)
        hint = f"; did you mean {beside[0]!r}?" if beside else nearest(name, known)
        raise RecipeError(f"no recipe at {path.absolute()}, and none shipped is called {name!r}{hint}") from error
    except IsADirectoryError as error:
        raise RecipeError(f"{path} is a folder; a recipe is a YAML file") from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path} is not UTF-8 text (byte {error.start}); a recipe is a YAML file") from error
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}") from error
    return parsed(text, str(path), base=path.parent)


def parsed(text: str, name: str, base: Path) -> Recipe:
    """Check recipe ``text``; relative paths in it start at ``base``. ``name`` stands in error messages."""
    data, lines = parse(text, name)
    if not isinstance(data, dict):
        raise RecipeError(f"{name}:1: a recipe is a mapping that begins with 'version: 1'")
    return _Checker(name, lines, base).recipe(data)


class _Checker:
    """Turns plain data into a ``Recipe``; every complaint carries file and line."""

    def __init__(self, name: str, lines: Mapping[Where, int], base: Path) -> None:
        self.name = name
        self.lines = lines
        self.context = {"base": str(base)}

    def recipe(self, data: dict[str, Any]) -> Recipe:
        model = data.get("model")
        preset = None if model is None else self.known(model, MODELS, "model", ("model",))
        inputs = [self.input(item, ("inputs", index)) for index, item in enumerate(self.list_of(data, "inputs"))]
        steps = [self.step(item, ("steps", index)) for index, item in enumerate(self.list_of(data, "steps"))]
        if preset is not None:
            steps = [step.with_model(preset) for step in steps]
        self.check_order(steps)
        for index, step in enumerate(steps):
            if complaint := step.ready():
                raise self.error(("steps", index, step.name), complaint)
        return self.validated(Recipe, {**data, "inputs": inputs, "steps": steps}, ())

    def list_of(self, data: Mapping[str, Any], key: str) -> list[Any]:
        value = data.get(key) or []
        if not isinstance(value, list):
            raise self.error((key,), f"{key} is a list, each item on a line of its own that starts with '- '")
        return value

    def input(self, item: object, where: Where) -> RecipeInput:
        kind: type[RecipeInput]
        if not isinstance(item, dict) or not {"dataset", "format", "path"} & item.keys():
            forms = "{dataset: NAME}, {path: DIR} or {path: FILE, format: FORMAT}"
            raise self.error(where, f"an input is {forms}, not {_short(item)}")
        if "dataset" in item:
            kind = self.known(item["dataset"], datasets_by_name(), "data set", (*where, "dataset"))
        elif "format" in item:
            kind = self.known(item["format"], formats_by_name(), "format", (*where, "format"))
        else:
            kind = Directory
        return self.validated(kind, item, where)

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
            raise self.error(where, f"a step is 'name' or 'name: {{parameter: value}}', not {_short(item)}")
        kind = self.known(name, steps_by_name(), "step", where)
        if fields is not None and not isinstance(fields, dict):
            raise self.error(where, f"{name} takes parameters by name: '{name}: {{parameter: value}}'")
        return self.validated(kind, fields or {}, (*where, str(name)))

    def known(self, name: object, kinds: Mapping[str, T], noun: str, where: Where) -> T:
        if not isinstance(name, str) or name not in kinds:
            raise self.error(where, f"unknown {noun} {_short(name)}{nearest(str(name), kinds)}")
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
            raise self.error((*where, *field), _complaint(kind, field, first)) from error

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


def named_dataset(name: str, fields: Mapping[str, Any]) -> Dataset:
    """A published data set as the command line names it. Raises ``RecipeError``."""
    checker = _Checker("", {}, Path())
    kind = checker.known(name, datasets_by_name(), "data set", ())
    return checker.validated(kind, {"dataset": name, **fields}, ("dataset", name))


_EXPECTED = {
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "byte_size": "should be a size such as 512MB",
    "dict_type": "should be a mapping",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "int_from_float": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "list_type": "should be a list",
    "model_type": "should be a mapping",
    "none_required": "cannot be chosen here",
    "string_type": "should be text",
    "too_short": "should not be empty",
    "tuple_type": "should be a list",
}


def _complaint(kind: type[BaseModel], field: Where, error: Mapping[str, Any]) -> str:
    """A pydantic error as a sentence about the file, with the nearest known name."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in field).lstrip(".")
    if error["type"] == "extra_forbidden":
        owner = _model_at(kind, field[:-1])
        return f"unknown parameter {field[-1]!r}{nearest(str(field[-1]), owner.model_fields)}"
    if error["type"] == "missing":
        return f"{'.'.join(map(str, error['loc']))} is missing"
    if error["type"] == "value_error":
        return f"{name}{': ' if name else ''}{error['ctx']['error']}"
    found = error["input"]
    message = _EXPECTED.get(error["type"]) or re.sub(r"^(Input|String) ", "", error["msg"])
    hint = ""
    if error["type"] == "literal_error":
        close = difflib.get_close_matches(str(found), re.findall(r"'([^']+)'", error["ctx"]["expected"]), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{name} {message}, not {_short(found)}{hint}"


def _model_at(kind: type[BaseModel], path: Where) -> type[BaseModel]:
    """The model that ``path`` leads to from ``kind``."""
    for part in path:
        inner = kind.model_fields[str(part)].annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            kind = inner
    return kind


def _short(value: object) -> str:
    shown = "nothing" if value is None else repr(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error message about an unknown name."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(sorted(known)) or 'none'}"
