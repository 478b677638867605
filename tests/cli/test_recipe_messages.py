"""A recipe that is wrong: file and line, what is wrong, the nearest known name; exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Here

HEAD = "version: 1\nname: t\n"
START = HEAD + "inputs: [{dataset: shapes, limit: 20}]\n"

WRONG = {
    "": ": the file is empty",
    "# only a comment\n": ": the file is empty",
    "- a\n- b\n": ":1: a recipe is a mapping that begins with 'version: 1'",
    "hello": ":1: a recipe is a mapping that begins with 'version: 1'",
    "version: 1\n": ":1: name is missing",
    "name: t\ninputs: [{dataset: shapes}]\n": ":1: version is missing",
    "version: 2\nname: t\ninputs: [{dataset: shapes}]\n": ":1: version should be 1, not 2",
    "version: 1\nname: a b\ninputs: [{dataset: shapes}]\n": ":2: name should match pattern",
    HEAD + "inputs: []\n": ":3: inputs should not be empty",
    HEAD + "inputs: {dataset: shapes}\n": ":3: inputs is a list",
    HEAD + "inputs: [shapes]\n": ":3: input 1: an input is {dataset: NAME}, {path: DIR} or",
    HEAD + "inputs: [{datset: shapes}]\n": "{path: FILE, format: FORMAT}, not {'datset': 'shapes'}",
    HEAD + "inputs:\n  - {dataset: shapes}\n  - {dataset: shape}\n": (
        ":5: input 2: unknown data set 'shape'; did you mean 'shapes'?"
    ),
    HEAD + "inputs: [{dataset: [shapes]}]\n": ":3: input 1: unknown data set ['shapes']",
    HEAD + "inputs: [{dataset: shapes, split: trane}]\n": (
        ":3: input 1: split should be 'train' or 'validation', not 'trane'; did you mean 'train'?"
    ),
    HEAD + "inputs: [{dataset: shapes, limit: -3}]\n": ":3: input 1: limit should be greater than 0, not -3",
    HEAD + "inputs: [{path: x, format: lava}]\n": ":3: input 1: unknown format 'lava'; did you mean 'llava'?",
    HEAD + "inputs: [{format: llava}]\n": ":3: input 1: path is missing",
    START + "stepz: []\n": ":4: unknown parameter 'stepz'; did you mean 'steps'?",
    START + "steps: {clean.image: }\n": ":4: steps is a list, each item on a line of its own that starts with '- '",
    START + "steps:\n  - clean.imag\n": ":5: unknown step 'clean.imag'; did you mean 'clean.image'?",
    START + "steps:\n  - xyzzy\n": ":5: unknown step 'xyzzy'; known: augment.hflip, augment.",
    START + "steps:\n  - 3\n": ":5: a step is 'name' or 'name: {parameter: value}', not 3",
    START + "steps:\n  -\n": ":5: a step is 'name' or 'name: {parameter: value}', not nothing",
    START
    + "steps:\n  - filter.image:\n    min_side: 3\n": ":5: a step has one name, not 'filter.image' and 'min_side'",
    START + "steps:\n  - filter.image: 3\n": ":5: filter.image takes parameters by name",
    START + "steps:\n  - filter.image:\n      min_sid: 3\n": (
        ":6: filter.image: unknown parameter 'min_sid'; did you mean 'min_side'?"
    ),
    START
    + "steps:\n  - filter.image: {min_side: abc}\n": ":5: filter.image: min_side should be a whole number, not 'abc'",
    START + "steps:\n  - filter.image: {min_side: -3}\n": ":5: filter.image: min_side should be greater than 0, not -3",
    START + "steps:\n  - augment.hflip: {p: 2}\n": ":5: augment.hflip: p should be less than or equal to 1, not 2",
    START + "steps:\n  - filter.expr\n": ":5: filter.expr: keep is missing",
    START + "steps:\n  - tile.anyres\n": ":5: tile.anyres: no policy: give one (`vlmdata steps tile.anyres`",
    START + "steps:\n  - tile.anyres: {policy: llava-nex}\n": "not 'llava-nex'; did you mean 'llava-next'?",
    START + "steps:\n  - tile.anyres: {policy: internvl}\n  - augment.hflip\n": (
        ":6: augment.hflip moves pixels and boxes, so it must come before tile.anyres"
    ),
    START + "seed: 1\nseed: 2\n": ":5: 'seed' is given twice, first in line 4",
    START + "seed: 1.5\n": ":4: seed should be a whole number, not 1.5",
    START + "model: qwen4\n": ":4: unknown model 'qwen4'; did you mean 'qwen3-vl'?",
    START + "model: [a]\n": ":4: unknown model ['a']; known: ",
    START + "licenses: {commercial: maybe}\n": ":4: licenses.commercial should be true or false, not 'maybe'",
    START + "output: 3\n": ":4: output should be a mapping, not 3",
    START + "output:\n": ":4: output should be a mapping, not nothing",
    START + "output:\n  formats: [parquet]\n  max_sample: 3\n": (
        ":6: unknown parameter 'max_sample'; did you mean 'max_samples'?"
    ),
    START + "output: {formats: [lance]}\n": ":4: output.formats[0] should be 'parquet' or 'webdataset', not 'lance'",
    START + "output: {formats: parquet}\n": ":4: output.formats should be a list, not 'parquet'",
    START + "output: {max_bytes: big}\n": ":4: output.max_bytes should be a size such as 512MB, not 'big'",
    START
    + "output: {image: {quality: 200}}\n": ":4: output.image.quality should be less than or equal to 100, not 200",
    START + "output: {image: {qualty: 90}}\n": ":4: unknown parameter 'qualty'; did you mean 'quality'?",
    START + "output: {split: {a: 0.6, b: 0.7}}\n": ":4: output.split: the shares add up to 1.3, more than the whole",
    START + "a: [1, 2\nb: 3\n": ":5: not valid YAML: ",
    START + f"name2: {'x' * 500}\n": ":4: unknown parameter 'name2'; did you mean 'name'?",
    START + f"output: {'x' * 500}\n": f":4: output should be a mapping, not '{'x' * 58}…",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=range(len(WRONG)))
def test_file_line_and_what_to_do(here: Here, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "r.yaml").write_text(text)
    code, out, err = here("check", "r.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("vlmdata: r.yaml:")
    assert message in err
    assert err.count("\n") == 1
    assert len(err) < 320


def test_a_recipe_that_is_no_text(here: Here, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "folder").mkdir()
    binary = "vlmdata: photo.jpg is not UTF-8 text (byte 0); a recipe is a YAML file\n"
    assert here("check", "photo.jpg") == (2, "", binary)
    assert here("check", "folder") == (2, "", "vlmdata: folder is a folder; a recipe is a YAML file\n")


def test_a_recipe_that_is_not_there(here: Here, tmp_path: Path) -> None:
    start = "vlmdata: no recipe at {0}, and none shipped is called {1!r}; did you mean {2!r}?\n"
    (tmp_path / "training.yaml").write_text(START)
    expected = start.format(tmp_path / "trainin.yaml", "trainin.yaml", "training.yaml")
    assert here("check", "trainin.yaml") == (2, "", expected)
    assert here("check", "dem") == (2, "", start.format(tmp_path / "dem", "dem", "demo"))


def test_a_shipped_recipe_goes_by_its_name_unless_a_file_bears_it(here: Here, tmp_path: Path) -> None:
    assert here("check", "demo")[1].startswith("version: 1\nname: demo\n")
    (tmp_path / "demo").write_text(START)
    assert here("check", "demo")[1].startswith("version: 1\nname: t\n")
