"""Signatures that earlier runs have taken are not taken again, and ``explain`` knows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.engine.conftest import Run, hashes, recipe_of
from vlmdata.engine.explain import Explanation, explain
from vlmdata.engine.run import Where, plan_of
from vlmdata.io.cache import surveys
from vlmdata.steps.base import Context
from vlmdata.steps.dedup import DedupExact
from vlmdata.types import Sample

INPUTS = "inputs: [{dataset: shapes, limit: 60}]\n"
STEPS = "steps: [clean.image, {dedup.exact: {by: images}}, tile.anyres: {policy: llava-next}, boxes.normalize]\n"
SHARDS = "output: {max_samples: 25}\n"


@pytest.fixture(autouse=True)
def taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys of the samples that a signature is taken of, in a cache of its own."""
    monkeypatch.setenv("VLMDATA_HOME", str(tmp_path / "home"))
    keys: list[str] = []
    real = DedupExact.signature

    def noting(self: DedupExact, sample: Sample, ctx: Context) -> Mapping[str, object]:
        keys.append(sample.key)
        return real(self, sample, ctx)

    monkeypatch.setattr(DedupExact, "signature", noting)
    return keys


def explained(text: str, tmp_path: Path, out: str = "out") -> Explanation:
    return explain(plan_of(recipe_of(text, tmp_path), Where()), tmp_path / out)


def states(found: Explanation) -> dict[str, str]:
    return {line.place: line.state for line in found.lines}


def test_a_later_step_costs_no_survey(run: Run, tmp_path: Path, taken: list[str]) -> None:
    run(INPUTS + STEPS + SHARDS, "first")
    assert len(taken) > 50
    taken.clear()
    changed = INPUTS + STEPS.replace(", boxes.normalize", "") + SHARDS
    run(changed, "second")
    assert not taken
    for path in surveys().rglob("*.parquet"):
        path.unlink()
    run(changed, "anew")
    assert taken
    assert hashes(tmp_path / "second") == hashes(tmp_path / "anew")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("clean.image,", "clean.image, filter.image: {min_side: 9},"),
        lambda text: text.replace("by: images", "by: sample"),
        lambda text: text.replace("limit: 60", "limit: 61"),
        lambda text: text + "restore: [shapes-train-000003]\n",
        lambda text: text.replace("max_samples: 25", "max_samples: 24"),
    ],
    ids=["step before", "field", "input", "restore", "tasks"],
)
def test_what_decides_signatures_has_them_taken_anew(run: Run, taken: list[str], change) -> None:
    text = INPUTS + STEPS + SHARDS
    run(text, "first")
    taken.clear()
    run(change(text), "second")
    assert taken


def test_only_tasks_with_other_rows_are_surveyed(run: Run, tmp_path: Path, taken: list[str]) -> None:
    run(INPUTS + STEPS + SHARDS, "first")
    kept = next(surveys().rglob("*.parquet"))
    kept.unlink()
    taken.clear()
    run(INPUTS + STEPS + SHARDS, "second")
    assert 0 < len(taken) <= 25


def test_a_cache_that_takes_nothing_ends_no_run(run: Run, tmp_path: Path) -> None:
    surveys().parent.mkdir(parents=True, exist_ok=True)
    surveys().write_text("in the way")
    assert run(INPUTS + STEPS + SHARDS, "first").written


def test_nothing_to_compare_with(tmp_path: Path) -> None:
    found = explained(INPUTS + STEPS + SHARDS, tmp_path)
    assert found.earlier is None
    assert set(states(found).values()) == {""}
    assert found.lines[0].place == "inputs"
    assert not (tmp_path / "out").exists()


def test_the_same_recipe_is_finished(run: Run, tmp_path: Path) -> None:
    run(INPUTS + STEPS + SHARDS)
    found = explained(INPUTS + STEPS + SHARDS, tmp_path)
    assert found.finished
    assert set(states(found).values()) == {"same"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (", boxes.normalize", "", {"boxes.normalize": "gone", "render": "same"}),
        ("boxes.normalize", "boxes.normalize, chat.render: {format: vicuna-v1, dialect: llava}",
         {"chat.render": "new", "render": "same"}),
        ("llava-next", "llava-1.5", {"tile.anyres": "changed", "render": "changed"}),
        ("by: images", "by: sample", {"dedup.exact": "changed", "render": "changed"}),
        ("max_samples: 25", "image: {quality: 80}", {"render": "changed", "tile.anyres": "same"}),
        ("limit: 60", "limit: 59", {"inputs": "changed"}),
    ],
    ids=["gone", "new", "layout", "before the layout", "encoder", "input"],
)  # fmt: skip
def test_what_differs_is_said_where_it_is(run: Run, tmp_path: Path, old, new, expected) -> None:
    text = INPUTS + STEPS + SHARDS
    run(text)
    found = states(explained(text.replace(old, new), tmp_path))
    assert found == {**found, **expected}


def test_reasons_name_the_fields(run: Run, tmp_path: Path) -> None:
    text = INPUTS + STEPS + SHARDS
    run(text)
    lines = {line.place: line for line in explained(text.replace("by: images", "by: sample"), tmp_path).lines}
    assert lines["dedup.exact"].why == "by: images → sample"
    assert "0 of 3 tasks" in lines["dedup.exact"].work
    assert "3 of 3 tasks" in {line.place: line for line in explained(text, tmp_path).lines}["dedup.exact"].work
