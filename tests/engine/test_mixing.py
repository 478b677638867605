"""Mixing by counts: exactly as many rows as asked, whatever is cut, shuffled or worked off in parallel."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.conftest import Run, hashes, recipe_of
from tests.made_datasets import ROWS, Photos, register
from vlmdata.engine.plan import make_plan
from vlmdata.engine.run import Where, plan_of, preprocess
from vlmdata.errors import RecipeError
from vlmdata.recipe import Output, Recipe
from vlmdata.shards.verify import verify

MIX = "inputs: [{dataset: photos, count: %d}, {dataset: questions, count: %d}]\n"


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


def keys(out: Path) -> list[str]:
    return [key for path in sorted((out / "parquet").iterdir()) for key in pq.read_table(path)["key"].to_pylist()]


@given(
    present=st.integers(1, 60), count=st.integers(1, 200), size=st.integers(1, 50), seed=st.integers(0, 9),
    shuffle=st.booleans(),
)  # fmt: skip
def test_the_plan_holds_exactly_the_count(present: int, count: int, size: int, seed: int, shuffle: bool) -> None:
    source = Photos(present=present, count=count)
    output = Output(max_samples=size, shuffle=shuffle)
    plan = make_plan(Recipe(version=1, name="r", seed=seed, inputs=(source,), output=output), [source])
    assert plan.rows == count
    assert [task.rows for task in plan.tasks[:-1]] == [size] * (len(plan.tasks) - 1)
    taken = Counter(
        (piece.partition.file, row)
        for task in plan.tasks
        for piece in task.slices
        for row in range(piece.partition.start, piece.partition.stop)
        if piece.sampled is None or piece.sampled.takes(row)
    )
    assert taken.total() == count
    assert set(taken.values()) <= {count // present, -(-count // present)}


def test_a_run_reads_exactly_the_count_and_no_key_twice(run: Run, tmp_path: Path) -> None:
    manifest = run(MIX % (11, 95) + "output: {max_samples: 20}\n")
    assert manifest.rows == 106
    assert [source.rows for source in manifest.sources] == [36, 36]
    written = keys(tmp_path / "out")
    assert len(set(written)) == manifest.written == 106
    assert Counter(key.split("-")[0] for key in written) == {"photos": 11, "questions": 95}
    passes = Counter(match[1] if (match := re.search(r"-r(\d)$", key)) else "0" for key in written if key[0] == "q")
    assert passes == {"0": 36, "1": 36, "2": 23}
    assert verify(tmp_path / "out") == []


def test_rejected_rows_count_as_taken(tmp_path: Path) -> None:
    class Local(Photos):
        @property
        def remote(self) -> bool:
            return False

    manifest = preprocess(Recipe(version=1, name="r", inputs=(Local(count=ROWS),)), tmp_path / "out", Where())
    assert (manifest.rows, manifest.written, manifest.funnel[0].dropped) == (ROWS, 36, {"missing_field": 4})


def test_a_count_is_the_same_under_any_number_of_workers(run: Run, tmp_path: Path) -> None:
    text = MIX % (17, 50) + "output: {max_samples: 8, shuffle: true}\n"
    run(text, "one")
    run(text, "two", workers=2)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    assert len(keys(tmp_path / "one")) == 67


def test_the_seed_moves_the_rows_that_are_taken(tmp_path: Path) -> None:
    recipe = recipe_of("inputs: [{dataset: photos, count: 4}]\n", tmp_path)
    offsets = {
        plan_of(recipe.model_copy(update={"seed": seed}), Where()).tasks[0].slices[0].sampled for seed in range(4)
    }
    assert len(offsets) == 4


def test_the_copy_in_the_cache_is_whole_whatever_a_recipe_takes_of_it(tmp_path: Path) -> None:
    plans = [
        plan_of(recipe_of(f"inputs: [{{dataset: photos{mix}}}]\n", tmp_path), Where())
        for mix in ("", ", count: 3", ", weight: 2")
    ]
    assert len({plan.infos[0].digest for plan in plans}) == 1
    assert [plan.rows for plan in plans] == [36, 3, 72]


def test_a_limit_bounds_what_is_counted_from(tmp_path: Path) -> None:
    recipe = recipe_of("inputs: [{dataset: photos, limit: 6, count: 12}]\n", tmp_path)
    assert plan_of(recipe, Where()).rows == 12
    (limited,) = recipe.with_limit(4).inputs
    assert (limited.limit, limited.count) == (4, 4)
    (bounded,) = recipe_of("inputs: [{dataset: photos, count: 3}]\n", tmp_path).with_limit(9).inputs
    assert (bounded.limit, bounded.count) == (9, 3)


def test_weight_and_count_are_two_answers_to_one_question(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"test\.yaml:4: input 1: weight and count both say"):
        recipe_of("inputs: [{dataset: photos, weight: 2, count: 10}]\n", tmp_path)
    with pytest.raises(RecipeError, match=r"count should be greater than 0"):
        recipe_of("inputs: [{dataset: photos, count: 0}]\n", tmp_path)
