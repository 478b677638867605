"""Recipes: checked when loaded, resolved in full, complaints with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from vlmdata.errors import RecipeError, UsageError
from vlmdata.recipe import Recipe, load, parsed, shipped

HEAD = "version: 1\nname: r\ninputs:\n  - {dataset: shapes}\n"


def check(text: str) -> Recipe:
    return parsed(text, "r.yaml", Path("/nowhere"))


@pytest.mark.parametrize("path", sorted(Path(__file__).parents[1].glob("recipes/*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_recipe_loads_and_says_what_it_makes(path: Path) -> None:
    assert load(str(path)).name == path.stem
    assert load(path.stem) == load(str(path))
    head = path.read_text(encoding="utf-8").partition("version:")[0].splitlines()
    said = [line.split(":")[0] for line in head if re.match(r"# (What|From|How large): ", line)]
    assert said == ["# What", "# From", "# How large"]
    assert path.stem in shipped()


def test_a_resolved_recipe_is_the_same_recipe() -> None:
    recipe = load("demo")
    again = check(yaml.safe_dump(recipe.resolved(), sort_keys=False))
    assert again.steps == recipe.steps
    assert again.resolved() == recipe.resolved()


def test_a_model_fills_in_what_steps_leave_open() -> None:
    with_model = check(HEAD + "model: internvl3\nsteps: [boxes.render, tile.anyres]\n")
    spelled_out = check(HEAD + "steps: [{boxes.render: {dialect: internvl}}, {tile.anyres: {policy: internvl}}]\n")
    assert with_model.steps == spelled_out.steps


def test_a_largest_side_is_a_step_before_boxes_become_text() -> None:
    tail = "steps: [clean.boxes, {boxes.render: {dialect: qwen3-vl}}, tile.anyres]\n"
    limited = check(HEAD + "model: llava-next\n" + tail + "output: {image: {max_side: 640}}\n")
    assert [step.name for step in limited.steps] == ["clean.boxes", "image.resize", "boxes.render", "tile.anyres"]
    assert check(yaml.safe_dump(limited.resolved(), sort_keys=False)).steps == limited.steps
    assert check(HEAD + "output: {image: {max_side: 640}}\n").steps == limited.steps[1:2]


def test_a_limit_bounds_every_input() -> None:
    text = (
        "version: 1\nname: r\ninputs: [{dataset: shapes, limit: 5}, {dataset: shapes, limit: 50}, {dataset: shapes}]\n"
    )
    assert [one.limit for one in check(text).with_limit(10).inputs] == [5, 10, 10]


@pytest.mark.parametrize(
    ("tail", "line", "words"),
    [
        ("steps: [filter.imgae]", 5, "filter.image"),
        ("steps:\n  - clean.image\n  - filter.image: {min_sid: 3}", 7, "min_side"),
        ("steps:\n  - filter.image: {min_side: tiny}", 6, "min_side"),
        ("steps:\n  - filter.image: {min_side: -1}", 6, "min_side"),
        ("steps:\n  - [clean.image]", 6, "a step is"),
        ("steps:\n  - filter.image: 64", 6, "by name"),
        ("steps: clean.image", 5, "list"),
        ("steps: [boxes.render]", 5, "dialect"),
        ("steps:\n  - tile.anyres: {policy: llava-next}\n  - augment.hflip", 7, "before tile.anyres"),
        ("model: internvl3\nsteps:\n  - tile.anyres\n  - tile.anyres", 8, "twice"),
        ("sed: 3", 5, "seed"),
        ("model: qwen3-v", 5, "qwen3-vl"),
        ("output: {formats: []}", 5, "formats"),
        ("output: {formats: [tfrecord]}", 5, "formats"),
        ("output:\n  max_bytes: lots", 6, "max_bytes"),
        ("output:\n  split: {validation: 1.5}", 6, "split"),
        ("name: twice", 5, "twice"),
    ],
)
def test_wrong_recipes_are_refused_with_the_line_and_a_way_out(tail: str, line: int, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(HEAD + tail + "\n")
    assert str(caught.value).startswith(f"r.yaml:{line}: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ("[{dataset: shape}]", "'shapes'"),
        ("[{path: x, format: lava}]", "'llava'"),
        ("[shapes]", "an input is"),
        ("[{dataset: shapes, limt: 4}]", "'limit'"),
        ("[{path: x, format: llava, weight: 0}]", "weight"),
        ("[]", "inputs"),
    ],
)
def test_wrong_inputs_are_refused(inputs: str, words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        check(f"version: 1\nname: r\ninputs: {inputs}\n")


def test_what_is_no_recipe_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="did you mean 'demo'"):
        load("dmo")
    with pytest.raises(RecipeError, match="empty"):
        check("")
    with pytest.raises(RecipeError, match="mapping"):
        check("- a\n- b\n")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="UTF-8"):
        load(str(tmp_path / "binary.yaml"))


def test_expressions_keep_their_caret() -> None:
    with pytest.raises(RecipeError, match=r"\^"):
        check(HEAD + "steps:\n  - filter.expr: {keep: 'width >= '}\n")


def test_paths_start_at_the_recipe() -> None:
    text = "version: 1\nname: r\ninputs: [{path: sub/chat.json, format: llava}]\n"
    (one,) = parsed(text, "r.yaml", Path("/data")).inputs
    assert one.located("sub/chat.json") == Path("/data/sub/chat.json")
    assert "/data" not in yaml.safe_dump(parsed(text, "r.yaml", Path("/data")).resolved())
