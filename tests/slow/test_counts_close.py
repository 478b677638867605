"""Whatever a recipe says, nothing vanishes: ``in + created = written + merged + dropped``."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.slow.mutation import mutated
from vlmdata.datasets.shapes.dataset import sample
from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import parsed
from vlmdata.shards.verify import verify
from vlmdata.types.manifest import closes

Plain = dict[str, Any]


def step(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Plain]:
    return st.fixed_dictionaries(fields).map(lambda chosen: {name: chosen})


EARLY = [
    step("clean.image"),
    step("clean.image", issues=st.sampled_from(["usual", ["dark", "grayscale"]])),
    step("filter.image", min_side=st.integers(150, 300), max_aspect=st.sampled_from([1.2, 1.6, 3.0])),
    step("filter.text", min_chars=st.integers(0, 40), languages=st.sampled_from([["en"], ["ja"], ["en", "ja"]])),
    step("explode", by=st.sampled_from(["question", "caption"])),
    step("group", window=st.integers(1, 60)),
    step("dedup.exact", by=st.sampled_from(["sample", "images", "pixels", "text"])),
    step("dedup.near", keep=st.sampled_from(["largest", "first"])),
    step("filter.odd_size"),
    step("clean.boxes", min_side=st.integers(0, 80)),
    step("augment.hflip", p=st.floats(0, 1)),
]
LATE = [
    step("boxes.normalize"),
    step("boxes.render", dialect=st.sampled_from(["qwen3-vl", "internvl", "llava"])),
    step("tile.anyres", policy=st.just("llava-next")),
    step("tile.anyres", policy=st.just("internvl"), max_tiles=st.integers(1, 3)),
]
SHAPES = st.fixed_dictionaries(
    {"dataset": st.just("shapes"), "split": st.sampled_from(["train", "validation"]), "limit": st.integers(1, 60)},
    optional={"weight": st.sampled_from([0.5, 1.5, 2.0])},
)
FOLDER = st.fixed_dictionaries(
    {"path": st.just("damaged"), "format": st.just("imagefolder")}, optional={"limit": st.integers(1, 30)}
)
OUTPUT = st.fixed_dictionaries(
    {
        "formats": st.sampled_from([["parquet"], ["webdataset"], ["parquet", "webdataset"]]),
        "max_samples": st.integers(1, 40),
        "max_bytes": st.sampled_from(["1kB", "200kB", "500MB"]),
        "shuffle": st.booleans(),
        "split": st.sampled_from([{}, {"test": 0.3}, {"test": 0.3, "validation": 0.3}]),
        "views": st.sampled_from(["stored", "planned"]),
        "image": st.fixed_dictionaries({"format": st.sampled_from(["jpeg", "webp", "png"])}),
    }
)


@st.composite
def recipes(draw: st.DrawFn) -> Plain:
    early = draw(st.lists(st.one_of(EARLY), max_size=5))
    late = draw(st.lists(st.one_of(LATE), max_size=3, unique_by=lambda chosen: next(iter(chosen))))
    return {
        "version": 1,
        "name": "random",
        "seed": draw(st.integers(0, 9)),
        "inputs": draw(st.lists(st.one_of(SHAPES, FOLDER), min_size=1, max_size=3)),
        "steps": early + late,
        "output": draw(OUTPUT),
    }


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the folder ``damaged``: thirty files, most of them damaged."""
    folder = tmp_path_factory.mktemp("random")
    (folder / "damaged").mkdir()
    rng = random.Random(5)
    whole = [image for row in range(40) for image in sample("train", row).images if image.data]
    for number, image in enumerate(whole[:30]):
        data = mutated(image.data or b"", rng) if number % 3 else image.data or b""
        (folder / "damaged" / f"{number}{Path(str(image.source)).suffix}").write_bytes(data)
    return folder


def check(recipe: Plain, base: Path, workers: int, out: Path) -> None:
    checked = parsed(yaml.safe_dump(recipe), "random.yaml", base)
    manifest = preprocess(checked, out, Where(workers=workers))
    assert closes(manifest.rows, manifest.written, manifest.funnel)
    assert manifest.funnel[0].entered == manifest.rows
    assert verify(out) == []
    recorded = (pq.read_metadata(path).num_rows for path in (out / "dropped").glob("*"))
    assert sum(recorded) == sum(tally.dropped.total() for tally in manifest.funnel)
    for kind in recipe["output"]["formats"]:
        shards = [shard for shard in manifest.shards if shard.path.startswith(kind)]
        assert sum(shard.samples for shard in shards) == manifest.written
        assert max((shard.samples for shard in shards), default=0) <= recipe["output"]["max_samples"]
    again = preprocess(checked, out, Where(workers=workers))
    assert again.to_json() == manifest.to_json()


@pytest.mark.slow
@pytest.mark.parametrize("count", [25, pytest.param(300, marks=[pytest.mark.full, pytest.mark.timeout(3600)])])
def test_counts_close_whatever_the_recipe(base: Path, tmp_path_factory: pytest.TempPathFactory, count: int) -> None:
    @given(recipe=recipes(), workers=st.sampled_from([1, 1, 1, 2]))
    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    def closes_for(recipe: Plain, workers: int) -> None:
        check(recipe, base, workers, tmp_path_factory.mktemp("out") / "out")

    closes_for()


def test_weights_repeat_rows_of_the_recipe_not_of_the_copy_it_fetches(base: Path, tmp_path: Path) -> None:
    recipe = {
        "version": 1,
        "name": "weighted",
        "inputs": [{"dataset": "shapes", "limit": 17, "weight": 3}],
        "output": {"max_samples": 20},
    }
    manifest = preprocess(parsed(yaml.safe_dump(recipe), "weighted.yaml", base), tmp_path / "out", Where())
    assert manifest.rows == 3 * 17
