"""Plans: which rows go into which shard is decided before any work, and by the recipe alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlmdata.engine.job import Task
from vlmdata.engine.plan import make_plan
from vlmdata.errors import InputError, RecipeError
from vlmdata.io.source import RecipeInput
from vlmdata.recipe import Output, Recipe, parsed
from vlmdata.types import Partition, Rejected, Sample, SampleRole


class Rows(RecipeInput):
    """Files of given lengths with nothing in them."""

    name: str = "rows"
    lengths: tuple[int, ...]

    @property
    def title(self) -> str:
        return self.name

    def digest(self) -> str:
        return str(self.lengths)

    def partitions(self) -> list[Partition]:
        return [Partition(f"f{number}", 0, length) for number, length in enumerate(self.lengths)]

    def read(self, partition: Partition) -> Iterator[Sample | Rejected]:
        raise NotImplementedError


class EvalRows(Rows):
    role: ClassVar[SampleRole] = "eval"


def recipe(*inputs: Rows, **output: object) -> Recipe:
    return Recipe(version=1, name="r", seed=5, inputs=inputs, output=Output(**output))  # type: ignore[arg-type]


def rows_of(tasks: tuple[Task, ...]) -> list[tuple[int, str, int, int]]:
    return [
        (piece.source, piece.partition.file, row, piece.repeat)
        for task in tasks
        for piece in task.slices
        for row in range(piece.partition.start, piece.partition.stop)
    ]


lengths = st.lists(st.integers(0, 700), min_size=1, max_size=4).map(tuple)


@given(lengths, lengths, st.integers(1, 400), st.booleans())
def test_every_row_is_in_exactly_one_task(one: tuple[int, ...], two: tuple[int, ...], size: int, shuffle: bool) -> None:
    if not sum(one) or not sum(two):
        return
    inputs = (Rows(lengths=one), Rows(name="more", lengths=two))
    plan = make_plan(recipe(*inputs, max_samples=size, shuffle=shuffle), inputs)
    rows = rows_of(plan.tasks)
    expected = [
        (source, f"f{file}", row, 0)
        for source, files in enumerate((one, two))
        for file, length in enumerate(files)
        for row in range(length)
    ]
    assert (sorted(rows) if shuffle else rows) == expected
    assert all(task.rows == size for task in plan.tasks[:-1])
    assert [task.index for task in plan.tasks] == list(range(len(plan.tasks)))


def test_shuffling_is_seeded_and_mixes_inputs() -> None:
    inputs = (Rows(lengths=(3000,)), Rows(name="more", lengths=(3000,)))
    plans = [make_plan(recipe(*inputs, shuffle=True, max_samples=1000), inputs) for _ in range(2)]
    assert plans[0].tasks == plans[1].tasks
    assert any(len({piece.source for piece in task.slices}) == 2 for task in plans[0].tasks)


def test_a_weight_repeats_rows_and_takes_a_share_of_the_last_round() -> None:
    source = Rows(lengths=(10,), weight=2.5)
    (task,) = make_plan(recipe(source), [source]).tasks
    assert [(piece.repeat, piece.share) for piece in task.slices] == [(0, 1.0), (1, 1.0), (2, 0.5)]


def test_a_limit_takes_the_first_rows_across_files() -> None:
    source = Rows(lengths=(3, 5, 4), limit=6)
    counts = Counter(row[1] for row in rows_of(make_plan(recipe(source), [source]).tasks))
    assert counts == {"f0": 3, "f1": 3}


def test_inputs_of_one_title_get_keys_of_their_own() -> None:
    inputs = (Rows(lengths=(1,)), Rows(name="other", lengths=(1,)), Rows(lengths=(1,)))
    assert make_plan(recipe(*inputs), inputs).suffixes == ("", "", "-i3")
    near = (Rows(lengths=(1,)), Rows(name="rows-b", lengths=(1,)), Rows(name="rowsb", lengths=(1,)))
    assert make_plan(recipe(*near), near).suffixes == ("", "-i2", "")


def test_nothing_to_do_is_said() -> None:
    source = Rows(lengths=(0,))
    with pytest.raises(InputError, match="has no rows"):
        make_plan(recipe(source), [source])


def test_evaluation_data_does_not_become_training_data() -> None:
    inputs = (Rows(lengths=(1,)), EvalRows(name="exam", lengths=(1,)))
    with pytest.raises(RecipeError, match="evaluation data never becomes training data"):
        make_plan(recipe(*inputs), inputs)


def test_the_fingerprint_follows_recipe_and_inputs_and_nothing_else() -> None:
    source = Rows(lengths=(10,))

    def mark(changed: Rows, **output: object) -> str:
        return make_plan(recipe(changed, **output), [changed]).fingerprint

    first = mark(source)
    assert mark(Rows(lengths=(10,))) == first
    others = {mark(Rows(lengths=(11,))), mark(source, max_samples=7), mark(Rows(lengths=(10,), limit=9))}
    assert first not in others
    assert len(others) == 3
    assert mark(source.model_copy(update={"_base": str(Path.home())})) == first


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("[{tokenize: {tokenizer: t.json}}]", "tokenize works on text, .* put chat.render before it"),
        ("[pack]", "pack works on input_ids, .* put tokenize before it"),
    ],
)
def test_a_step_without_what_it_works_on_is_refused(steps: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("{}")
    text = f"version: 1\nname: r\ninputs: [{{dataset: shapes, limit: 5}}]\nsteps: {steps}\n"
    recipe = parsed(text, "r.yaml", tmp_path)
    with pytest.raises(RecipeError, match=said):
        make_plan(recipe, recipe.inputs)
