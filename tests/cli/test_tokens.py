"""``vlmdata tokens``: sizes, files and streams of them, data set directories and recipes."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, RECIPE, Here, Vlmdata
from vlmdata.models.presets import REFUSED
from vlmdata.models.tiling import POLICIES, tiled, tokens_of
from vlmdata.shards.formats import read_records
from vlmdata.types import Size

KEYS = ["policy", "width", "height", "resized", "grid", "images", "tokens"]

# Policy, size, and the last three cells of its line. The vectors of the published code.
LINES = [
    ("llava-next", "640x480", "2x2 5 2340"),
    ("llava-next", "2000x600", "3x1 4 2182"),
    ("internvl", "640x480", "4x3 13 3328"),
    ("qwen2.5-vl", "640x480", "1x1 1 391"),
    ("qwen3-vl", "1920X1080", "1x1 1 2040"),
    ("smolvlm2", "1000x1000", "4x4 17 1127"),
    ("phi-3.5", "480×640", "3x4 13 1933"),
    ("phi-4-mm", "1920x1080", "5x3 16 3918"),
    ("minicpm-v", "2000x600", "5x1 6 384"),
]
WRONG = {
    "": "give sizes such as 640x480",
    "640x480": "name a policy (--policy P) or a model (--model M)",
    "-p intervl 640x480": "unknown tiling policy 'intervl'; did you mean 'internvl'?",
    "--model qwen3 640x480": "unknown model 'qwen3'; did you mean 'qwen3-vl'?",
    "--model nvila 640x480": f"model nvila is not supported: {REFUSED['nvila']}",
    "-p internvl --model qwen3-vl 640x480": "--policy and --model both name a policy",
    "-p internvl 640x480 640by480": "'640by480' is neither a size such as 640x480 nor a file or folder",
    "-p internvl 640x0": "'640x0' is neither a size",
    "-p internvl 99999999x1": "'99999999x1' is neither a size",
    "-p internvl --images 0 640x480": "--images should be greater than or equal to 1",
    "-p internvl --option max_tiles 640x480": "--option is NAME=VALUE, each name once",
    "-p internvl --option max_tiles=3 --option max_tiles=4 640x480": "each name once",
    "-p internvl --option max_tile=3 640x480": "unknown parameter 'max_tile'; did you mean 'max_tiles'?",
    "-p internvl --option max_tiles=many 640x480": "max_tiles should be a whole number, not 'many'",
    "-p internvl --option max_tiles=[ 640x480": "--option max_tiles:1: not valid YAML",
    "-p internvl --option max_side=512 640x480": "internvl takes tile, min_tiles, max_tiles, thumbnail, not max_side",
    "--option max_tiles=3 640x480": "--option goes with --policy or --model",
    "-p internvl --limit 3 640x480": "--limit goes with --recipe",
    "-p internvl wrong.txt": "wrong.txt:2: '640' is no size such as 640x480",
    "-p internvl folder": "it is no data set directory",
    "-p internvl folder 640x480": "count one thing at a time",
    "-p internvl --images 2 folder": "--images goes with sizes",
    "folder": "name a policy (--policy P) or a model (--model M)",
    "--recipe demo 640x480": "count one thing at a time",
    "--recipe nope.yaml": "no recipe at",
    "--recipe plain.yaml": "recipe plain has neither tile.anyres nor a model: give --policy or --model",
}


@pytest.mark.parametrize(("policy", "size", "cells"), LINES)
def test_a_line_for_a_size(here: Here, policy: str, size: str, cells: str):
    code, out, err = here("tokens", "--policy", policy, size)
    assert (code, err) == (0, "")
    head, line = out.splitlines()
    assert head.split() == ["size", "resized", "grid", "views", "tokens"]
    assert " ".join(line.split()[2:]) == cells


@pytest.mark.parametrize("policy", POLICIES)
def test_json_says_what_the_policy_says(here: Here, policy: str):
    code, out, err = here("tokens", "-p", policy, "640x480", "300x1200", "--json")
    assert (code, err) == (0, "")
    first, second = json.loads(out)
    assert list(first) == KEYS
    expected = tiled(policy, Size(300, 1200))
    assert expected.resized is not None
    assert second == {
        "policy": policy,
        "width": 300,
        "height": 1200,
        "resized": [expected.resized.width, expected.resized.height],
        "grid": list(expected.grid),
        "images": len(expected.views),
        "tokens": expected.tokens,
    }


def test_several_pictures_a_model_and_options(here: Here):
    several = json.loads(here("tokens", "--model", "internvl3", "640x480", "--images", 3, "--json")[1])
    assert several[0]["tokens"] == tokens_of("internvl", Size(640, 480), images=3)
    few = json.loads(here("tokens", "-p", "internvl", "--option", "max_tiles=6", "640x480", "--json")[1])
    assert few[0]["images"] == 7
    own = ["--option", "grids=[[1, 1], [3, 1]]", "--option", "thumbnail=none", "--option", "view_tokens=10"]
    assert json.loads(here("tokens", "-p", "custom", *own, "900x300", "--json")[1])[0]["tokens"] == 30


def test_a_size_the_model_fails_on_does_not_stop_the_others(here: Here):
    code, out, err = here("tokens", "-p", "qwen2-vl", "1000x1", "640x480")
    assert (code, err) == (0, "")
    assert [line.split()[1:] for line in out.splitlines()[1:]] == [
        ["refused:", "too_thin"],
        ["644x476", "1x1", "1", "391"],
    ]
    thin = json.loads(here("tokens", "-p", "qwen2-vl", "1000x1", "--json")[1])[0]
    assert [thin[key] for key in KEYS[3:]] == [None] * 4
    assert thin["refused"] == "too_thin"


def test_files_and_stdin(here: Here, vlmdata: Vlmdata, tmp_path: Path):
    (tmp_path / "sizes.txt").write_text("640x480 480x640\n\n1000x1000\n")
    wanted = ["640x480", "480x640", "1000x1000", "3x3"]
    lines = here("tokens", "-p", "internvl", "sizes.txt", "3x3")[1].splitlines()[1:]
    assert [line.split()[0] for line in lines] == wanted
    piped = subprocess.run(
        [*COMMAND, "tokens", "-p", "internvl", "-", "3x3", "--json"],
        input=(tmp_path / "sizes.txt").read_bytes(),
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert [f"{one['width']}x{one['height']}" for one in json.loads(piped.stdout)] == wanted
    (tmp_path / "none.txt").write_text("\n")
    assert here("tokens", "-p", "internvl", "none.txt", "--json") == (0, "[]\n", "")


def test_ten_thousand_sizes(vlmdata: Vlmdata, tmp_path: Path):
    """How long that takes is for benchmarks to say; here they all come, in order."""
    draw = random.Random(1)
    sizes = [f"{draw.randint(20, 4000)}x{draw.randint(20, 4000)}" for _ in range(10_000)]
    (tmp_path / "sizes.txt").write_text("\n".join(sizes))
    done = vlmdata("tokens", "-p", "internvl", "sizes.txt")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == sizes


def test_a_data_set_directory(here: Here, finished: Path):
    records = [record for path in sorted((finished / "parquet").iterdir()) for record in read_records(path)]
    taken = [
        sum(
            tokens_of("internvl", Size(image["width"], image["height"]), images=len(record["image_info"]))
            for image in record["image_info"]
        )
        for record in records
    ]
    code, out, err = here("tokens", "-p", "internvl", finished, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["policy"], found["refused"], found["options"]) == ("internvl", {}, {})
    assert (found["samples"], found["tokens"]) == (len(records), sum(taken))
    assert found["pictures"] == sum(len(record["image_info"]) for record in records)
    assert (found["by_sample"]["max"], found["by_sample"]["median"]) == (
        max(taken),
        sorted(taken)[(len(taken) - 1) // 2],
    )
    assert sum(bucket["samples"] for bucket in found["histogram"]) == len(records)
    assert all(
        bucket["samples"] == sum(bucket["from"] <= tokens <= bucket["to"] for tokens in taken)
        for bucket in found["histogram"]
    )


def test_a_directory_of_tars_alone_counts_the_same(here: Here, tmp_path: Path):
    for name, kind in (("tars", "webdataset"), ("rows", "parquet")):
        text = RECIPE.replace("[parquet, webdataset]", f"[{kind}]").replace("small", name)
        (tmp_path / f"{name}.yaml").write_text(text)
        assert here("preprocess", f"{name}.yaml", "-q", "--workers", 1)[0] == 0
    tars, rows = (here("tokens", "-p", "qwen3-vl", name, "--json")[1] for name in ("tars", "rows"))
    assert tars == rows
    assert json.loads(rows)["samples"] > 40


def test_a_recipe_counts_as_its_output_does(here: Here, tmp_path: Path, recipe: Path, finished: Path):
    of_output = json.loads(here("tokens", "-p", "llava-next", finished, "--json")[1])
    before = sorted(tmp_path.iterdir())
    code, out, err = here("tokens", "--recipe", recipe, "--json")
    assert (code, err) == (0, "")
    of_recipe = json.loads(out)
    assert sorted(tmp_path.iterdir()) == before
    assert of_recipe["policy"] == "llava-next"
    # Pictures whose header is whole and whose pixels are not are found when they are decoded.
    assert 0 <= of_recipe["samples"] - of_output["samples"] <= 5
    assert of_recipe["samples"] + sum(of_recipe["dropped"].values()) == 60


def test_a_recipe_with_a_model_and_a_step_over_the_whole_set(here: Here, tmp_path: Path):
    text = "version: 1\nname: x\nmodel: qwen3-vl\ninputs: [{dataset: shapes, limit: 40}]\nsteps: [dedup.exact]\n"
    (tmp_path / "x.yaml").write_text(text)
    found = json.loads(here("tokens", "--recipe", "x.yaml", "--limit", 20, "--json")[1])
    assert (found["policy"], found["left_out"]) == ("qwen3-vl", ["dedup.exact"])
    assert found["samples"] + sum(found["dropped"].values()) == 20
    other = here("tokens", "--recipe", "x.yaml", "--model", "llava-1.5", "--limit", 20)[1]
    assert other.startswith("llava-1.5: ")
    assert "left out: dedup.exact" in other
    assert "█" in other


@pytest.mark.parametrize(("words", "said"), WRONG.items(), ids=[f"wrong-{number}" for number in range(len(WRONG))])
def test_wrong_use(here: Here, tmp_path: Path, words: str, said: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "wrong.txt").write_text("640x480\n640 480\n")
    (tmp_path / "plain.yaml").write_text("version: 1\nname: plain\ninputs: [{dataset: shapes, limit: 1}]\n")
    code, out, err = here("tokens", *words.split())
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_quietly(here: Here, finished: Path):
    assert here("tokens", "-p", "internvl", "640x480", "-q") == (0, "", "")
    assert here("tokens", "-p", "internvl", finished, "-q") == (0, "", "")
