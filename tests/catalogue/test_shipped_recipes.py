"""Every recipe that comes with vlmdata, run to its end over the fixtures of its inputs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.catalogue.fixture import Fixture
from tests.catalogue.fixtures import coco
from tests.catalogue.test_every_entry import FIXTURES
from tests.catalogue.world import World, world
from vlmdata.engine.run import Where, preprocess
from vlmdata.io.source import RecipeInput
from vlmdata.recipe import advice, load
from vlmdata.recipe.files import shipped
from vlmdata.shards.directory import Directory
from vlmdata.shards.verify import verify
from vlmdata.types import Sample


@dataclass(slots=True)
class _Shared(World):
    """One world for several data sets: a zip that two of them publish holds the pictures of both."""

    def _write(self, path: Path, data: bytes) -> None:
        if path.suffix == ".zip" and path.exists():
            packed = io.BytesIO(path.read_bytes())
            with zipfile.ZipFile(packed, "a") as old, zipfile.ZipFile(io.BytesIO(data)) as new:
                for name in set(new.namelist()) - set(old.namelist()):
                    old.writestr(name, new.read(name))
            data = packed.getvalue()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world") as made:
        yield _Shared(made.hub, made.web, made.by_hand)


def _publish(one: RecipeInput, shared: World) -> None:
    """Its files, and the tables of what is to be held out of it."""
    _fixture(one).publish(shared)
    for name in getattr(one, "without", ()):
        if name == "karpathy":
            coco.karpathy(shared)
        else:
            repo = f"jxu124/{name.replace('+', 'plus')}"
            coco.referring(shared, repo, {"validation": [coco.refer_row(coco.IDS[-1], 0, "val")]})


def _fixture(one: RecipeInput) -> Fixture:
    """What publishes an input as its recipe asks for it."""
    name = getattr(one, "dataset")  # noqa: B009
    defaults = {field: info.default for field, info in type(one).model_fields.items()}
    for fixture in FIXTURES[name]:
        if all(fixture.options.get(part, defaults[part]) == getattr(one, part) for part in ("split", "config")):
            return fixture
    raise AssertionError(f"no fixture publishes {one!r}")


@pytest.mark.parametrize("name", sorted(shipped()))
def test_it_runs_to_its_end_and_takes_something_of_every_input(name: str, shared: World, tmp_path: Path) -> None:
    recipe = load(name)
    for one in recipe.inputs:
        if one.title != "shapes":
            _publish(one, shared)
    manifest = preprocess(recipe.with_files(shared.by_hand).with_limit(40), tmp_path / "out", Where())
    assert verify(tmp_path / "out") == []
    assert manifest.written > 0
    directory = Directory(path=str(tmp_path / "out"))
    samples = [item for part in directory.partitions() for item in directory.read(part)]
    assert {item.origin.dataset for item in samples if isinstance(item, Sample)} == {one.title for one in recipe.inputs}
    assert manifest.role == ("eval" if name.endswith("-eval") else "train")


@pytest.mark.parametrize("name", ["demo", "paper", "light-vlm", "one-gpu", "smoke"])
def test_a_mix_of_both_phases_needs_no_advice(name: str) -> None:
    assert advice(load(name)) == []
