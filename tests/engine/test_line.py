"""The line: what steps return, raise and note is counted in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from tests.engine.conftest import recipe_of
from vlmdata.engine.run import Where, preprocess
from vlmdata.errors import RunError, TooManyErrors
from vlmdata.recipe import Recipe
from vlmdata.steps.base import AnyStep, Context, GlobalStep, Step, StreamStep
from vlmdata.types import Drop, Dropped, Manifest, Sample
from vlmdata.types.manifest import closes


class FailOnSome(Step):
    """Raises for every tenth row."""

    name = "test.fail"

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        if sample.meta["row"] % 10 == 0:  # type: ignore[operator]
            raise KeyError("no such thing")
        return sample


class NeedsPackage(Step):
    """Wants a package that is not there."""

    name = "test.needs"

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        raise ImportError("No module named 'elsewhere'")


class NoChildren(Step):
    """Returns an empty list."""

    name = "test.none"

    def apply(self, sample: Sample, ctx: Context) -> list[Sample]:
        return []


class KeepEveryOther(StreamStep):
    """Merges two into one, drops text-only samples."""

    name = "test.pairs"

    def run(self, samples: Iterator[Sample], ctx: Context) -> Iterator[Sample | Dropped]:
        for number, sample in enumerate(samples):
            if not sample.images:
                drop = Drop(reason="no_image")
                yield Dropped(key=sample.key, step=self.name, drop=drop, source=sample.origin.source, sample=sample)
            elif number % 2:
                yield sample


class BreakOff(StreamStep):
    """Raises in the midst."""

    name = "test.break"

    def run(self, samples: Iterator[Sample], ctx: Context) -> Iterator[Sample | Dropped]:
        yield next(samples)
        raise ZeroDivisionError("by nothing")


class KeepLargest(GlobalStep):
    """Keeps the samples of the scene kind that occurs most often."""

    name = "test.commonest"

    @classmethod
    def signature_schema(cls) -> pa.Schema:
        return pa.schema([("scene", pa.string())])

    def signature(self, sample: Sample, ctx: Context) -> Mapping[str, object]:
        return {"scene": sample.meta["scene"]}

    def decide(self, signatures: pyarrow.dataset.Dataset, scratch: Path) -> pa.Table:
        table = signatures.to_table()
        counts = table.group_by("scene").aggregate([("key", "count")]).sort_by([("key_count", "descending")])
        commonest = counts["scene"][0]
        return table.filter(pa.compute.equal(table["scene"], commonest))

    def resolve(self, sample: Sample, decision: Mapping[str, object] | None, ctx: Context) -> Sample | Drop:
        return sample if decision else Drop(reason="rare")


def ran(out: Path, *steps: AnyStep, tail: str = "", **where: object) -> Manifest:
    recipe = recipe_of("inputs: [{dataset: shapes, limit: 100}]\n" + tail, out.parent)
    with_steps = Recipe.model_construct(**{**dict(recipe), "steps": steps})
    return preprocess(with_steps, out, Where(**where))  # type: ignore[arg-type]


def test_bugs_are_forgiven_so_often_and_no_more(tmp_path: Path) -> None:
    manifest = ran(tmp_path / "out", FailOnSome(), tail="errors: {max_unexpected: 10}\n")
    assert manifest.funnel[1].dropped == {"error:KeyError": 10}
    assert closes(manifest.rows, manifest.written, manifest.funnel)
    records = pq.read_table(tmp_path / "out" / "dropped").to_pylist()
    assert sum("no such thing" in (record["value"] or "") for record in records) == 10
    with pytest.raises(TooManyErrors, match=r"KeyError.*in step 'test.fail', sample 'shapes-train-0000"):
        ran(tmp_path / "strict", FailOnSome(), tail="errors: {max_unexpected: 9}\n")


@pytest.mark.parametrize("step", [NeedsPackage(), BreakOff()], ids=lambda step: step.name)
def test_some_errors_are_never_forgiven(tmp_path: Path, step: AnyStep) -> None:
    with pytest.raises(RunError, match=step.name):
        ran(tmp_path / "out", step)
    assert not list((tmp_path / "out").rglob("*.partial"))
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_no_children_is_a_bug_not_a_way_to_drop(tmp_path: Path) -> None:
    manifest = ran(tmp_path / "out", NoChildren(), tail="errors: {max_unexpected: 100}\n")
    assert manifest.written == 0
    assert manifest.funnel[1].dropped == {"error:ValueError": 98}
    assert closes(manifest.rows, manifest.written, manifest.funnel)


def test_a_stream_step_merges_and_drops(tmp_path: Path) -> None:
    manifest = ran(tmp_path / "out", KeepEveryOther())
    tally = manifest.funnel[1]
    assert tally.merged > 0
    assert tally.dropped["no_image"] > 0
    assert closes(manifest.rows, manifest.written, manifest.funnel)


def test_a_global_step_decides_once_over_all_tasks(tmp_path: Path) -> None:
    tail = "output: {max_samples: 30}\n"
    whole = ran(tmp_path / "one", KeepLargest(), tail=tail)
    assert whole.funnel[1].dropped == {"rare": 41}
    scenes = {row["meta"] for row in pq.read_table(tmp_path / "one" / "parquet").to_pylist()}
    assert all('"scene": "plain"' in meta for meta in scenes)
    assert closes(whole.rows, whole.written, whole.funnel)
    assert [shard.path for shard in whole.shards] == [f"parquet/train-0000{task}.parquet" for task in range(4)]
