"""Evaluation data never becomes training data, and stays marked whatever is made of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.engine.conftest import Run, recipe_of
from tests.made_datasets import Exam, Photos, Questions, register
from vlmdata.engine.plan import make_plan
from vlmdata.engine.run import Where, fetch, plan_of, preprocess
from vlmdata.errors import RecipeError
from vlmdata.recipe import Recipe, named_dataset
from vlmdata.shards.compact import compact
from vlmdata.shards.directory import Directory
from vlmdata.shards.manifest_file import read_manifest, write_manifest
from vlmdata.shards.verify import verify
from vlmdata.types import Partition, Rejected, Sample

REFUSED = "evaluation data never becomes training data"


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


def roles(out: Path) -> set[str]:
    return {role for path in (out / "parquet").iterdir() for role in pq.read_table(path)["role"].to_pylist()}


@pytest.mark.parametrize(
    "inputs",
    [
        "{dataset: photos}, {dataset: exam}",
        "{dataset: photos}, {dataset: photos, split: test}",
        "{path: chat.json, format: llava}, {dataset: exam}",
    ],
    ids=["exam", "test split", "own files"],
)
def test_a_mix_is_refused_before_anything_is_read(tmp_path: Path, inputs: str) -> None:
    with pytest.raises(RecipeError, match=REFUSED) as caught:
        recipe_of(f"inputs: [{inputs}]\n", tmp_path)
    assert str(caught.value).startswith("test.yaml:4: ")
    assert str(caught.value).endswith("Make a recipe of each kind")


def test_the_refusal_names_each_input_with_its_role(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        recipe_of("inputs: [{dataset: questions}, {dataset: photos, split: test}]\n", tmp_path)
    assert "questions (split train) is for training, photos (split test) is for evaluation" in str(caught.value)


def test_the_plan_refuses_what_was_put_together_without_a_file() -> None:
    inputs = (Questions(), Exam())
    with pytest.raises(RecipeError, match=REFUSED):
        make_plan(Recipe(version=1, name="r", inputs=inputs), inputs)


def test_the_mark_stays_through_fetch_preprocess_and_compact(run: Run, tmp_path: Path) -> None:
    folder, raw = fetch(named_dataset("exam", {}), tmp_path / "raw", Where())
    assert (raw.role, roles(folder)) == ("eval", {"eval"})
    made = run("inputs: [{path: raw}]\nsteps: [clean.image]\noutput: {max_samples: 9}\n")
    assert (made.role, roles(tmp_path / "out"), Directory(path=str(tmp_path / "out")).role) == (
        "eval",
        {"eval"},
        "eval",
    )
    assert compact(tmp_path / "out").role == read_manifest(tmp_path / "out").role == "eval"
    assert "never becomes training data" in (tmp_path / "out" / "README.md").read_text()
    assert "never becomes training data" in (tmp_path / "out" / "report.html").read_text()
    assert verify(tmp_path / "out") == []
    with pytest.raises(RecipeError, match=REFUSED):
        run("inputs: [{path: out}, {dataset: photos}]\n", "mixed")


def test_a_directory_that_came_to_be_after_the_check_is_met_by_the_plan(run: Run, tmp_path: Path) -> None:
    recipe = recipe_of("inputs: [{path: out}, {dataset: photos}]\n", tmp_path)
    run("inputs: [{dataset: exam}]\n")
    with pytest.raises(RecipeError, match=REFUSED):
        plan_of(recipe, Where())


def test_two_exams_are_one_output_of_evaluation_data(run: Run, tmp_path: Path) -> None:
    assert run("inputs: [{dataset: exam}, {dataset: photos, split: test, limit: 10}]\n").role == "eval"
    assert roles(tmp_path / "out") == {"eval"}


def test_verify_finds_a_mark_that_was_taken_off(run: Run, tmp_path: Path) -> None:
    made = run("inputs: [{dataset: exam, limit: 3}]\n")
    write_manifest(tmp_path / "out", replace(made, role="train"))
    problems = verify(tmp_path / "out")
    assert len(problems) == 3
    assert problems[0].endswith("(exam-train-0000) is evaluation data, manifest.json says train")


def test_training_data_is_not_marked(run: Run, tmp_path: Path) -> None:
    assert run("inputs: [{dataset: photos}]\n").role == "train"
    assert roles(tmp_path / "out") == {"train"}
    assert "Evaluation" not in (tmp_path / "out" / "README.md").read_text()


class Leaky(Photos):
    """For training as it says, with a few rows that are not."""

    def row(self, number: int) -> Sample | Rejected:
        made = super().row(number)
        return replace(made, role="eval") if isinstance(made, Sample) and number < 5 else made

    def partitions(self) -> list[Partition]:
        return [Partition("one", 0, 20)]

    @property
    def remote(self) -> bool:
        return False


def test_a_sample_that_says_it_is_for_evaluation_is_dropped_from_training(tmp_path: Path) -> None:
    manifest = preprocess(Recipe(version=1, name="r", inputs=(Leaky(),)), tmp_path / "out", Where())
    assert manifest.funnel[0].dropped == {"evaluation_only": 5, "missing_field": 2}
    assert roles(tmp_path / "out") == {"train"}
