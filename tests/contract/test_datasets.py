"""What holds for every data set and every local format."""

from __future__ import annotations

import inspect
import pickle
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from vlmdata.datasets import FORMATS, datasets_by_name
from vlmdata.datasets.base import Dataset, Format
from vlmdata.errors import InputError
from vlmdata.io.source import RecipeInput
from vlmdata.shards.schema import OPTIONAL_COLUMNS
from vlmdata.types import Rejected, Sample

KEY = re.compile(r"[a-z0-9_-]{1,120}")
DATASETS = tuple(datasets_by_name().values())
TASKS = {
    "caption", "vqa", "reasoning", "grounding", "detection", "ocr", "document", "chart", "table", "map", "gui", "math",
    "science", "diagram", "medical", "industrial", "video", "interleaved", "multi-image", "dialogue", "hallucination",
    "text",
}  # fmt: skip


def name_of(kind: type[RecipeInput]) -> str:
    field = "format" if issubclass(kind, Format) else "dataset"
    return str(kind.model_fields[field].default)


def missing(kind: type[Format], tmp_path: Path) -> Format:
    required = {name: "nowhere" for name, field in kind.model_fields.items() if field.is_required()}
    return kind.model_validate({**required, "path": "nowhere"}, context={"base": tmp_path})


@pytest.mark.parametrize("kind", [*FORMATS, *DATASETS], ids=name_of)
def test_it_says_what_it_is(kind: type[RecipeInput]) -> None:
    text = inspect.getdoc(kind) or ""
    assert len(text) > 60
    assert text.splitlines()[0].endswith(".")
    assert set(kind.fills) <= set(OPTIONAL_COLUMNS)
    assert re.fullmatch(r"[a-z0-9_.+-]+", name_of(kind))
    with pytest.raises(ValidationError, match="nonsense"):
        kind.model_validate({"path": "x", "nonsense": 1})


def test_names_are_not_shared() -> None:
    names = [name_of(kind) for kind in (*FORMATS, *DATASETS)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", FORMATS, ids=name_of)
def test_a_missing_input_is_refused_before_work_starts(kind: type[Format], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        missing(kind, tmp_path).partitions()


@pytest.mark.parametrize("kind", FORMATS, ids=name_of)
def test_it_travels_to_workers(kind: type[Format], tmp_path: Path) -> None:
    made = missing(kind, tmp_path)
    assert pickle.loads(pickle.dumps(made)).root == made.root == tmp_path / "nowhere"


@pytest.mark.parametrize("kind", DATASETS, ids=name_of)
def test_a_published_data_set_names_its_terms(kind: type[Dataset]) -> None:
    entry = kind.entry
    assert entry.title
    assert entry.homepage
    assert entry.revision
    assert entry.annotations.name
    assert entry.images.name
    assert entry.license.commercial == entry.commercial
    assert set(entry.tasks) <= TASKS
    assert entry.tasks
    assert all(re.fullmatch(r"[a-z]{2,3}", language) for language in entry.languages)
    assert not entry.generator or entry.generator_terms


@pytest.mark.parametrize("kind", DATASETS, ids=name_of)
def test_splits_and_configs_are_told_apart(kind: type[Dataset]) -> None:
    entry = kind.entry
    configs = [name for name, _ in entry.configs]
    places = [(split.config, split.name) for split in entry.splits]
    assert places
    assert len(set(places)) == len(places)
    assert len(set(configs)) == len(configs)
    assert all(split.config is None or split.config in configs for split in entry.splits)
    assert all(split.rows is None or split.rows > 0 for split in entry.splits)
    assert all(problem.what and problem.treatment for problem in entry.problems)


def test_a_class_bears_the_name_it_is_listed_under() -> None:
    assert {name: name_of(kind) for name, kind in datasets_by_name().items()} == {
        name: name for name in datasets_by_name()
    }


def test_rows_can_be_read_in_any_range() -> None:
    made = datasets_by_name()["shapes"].model_validate({"dataset": "shapes"})
    (partition, *_) = made.partitions()
    whole = list(made.read(type(partition)(partition.file, 0, 12)))
    part = list(made.read(type(partition)(partition.file, 5, 9)))
    assert len(whole) == 12
    assert part == whole[5:9]
    assert all(isinstance(item, Sample | Rejected) and KEY.fullmatch(item.key) for item in whole)
    assert len({item.key for item in whole}) == 12
