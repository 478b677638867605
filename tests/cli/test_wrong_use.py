"""Wrong words, inputs that are not there, folders that are something else: one line, and nothing is touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import RECIPE, Here, shard_hashes
from vlmdata.engine import workspace

WORDS = {
    "--bogus": "No such option: --bogus",
    "frobnicate": "No such command 'frobnicate'",
    "preproces x": "preprocess",
    "check": "Missing argument 'RECIPE'. See 'vlmdata check --help'",
    "check a b": "unexpected extra argument",
    "preprocess demo --frob": "No such option: --frob",
    "preprocess demo --out": "'--out' requires an argument",
    "preprocess demo --workers 0": "--workers should be greater than or equal to 1. See 'vlmdata preprocess --help'",
    "preprocess demo --workers x": "--workers should be a valid integer. See",
    "preprocess demo --limit -1": "--limit should be greater than or equal to 1",
    "preprocess demo --limit 5 --executor proceses": "unknown executor 'proceses'; did you mean 'processes'?",
    "fetch": "Missing argument 'NAME'",
    "fetch shape": "unknown data set 'shape'; did you mean 'shapes'?",
    "fetch shapes --split tran": "shapes: split should be 'train' or 'validation', not 'tran'; did you mean 'train'?",
    "fetch shapes --config x": "shapes: config cannot be chosen here, not 'x'",
    "fetch shapes --from x": "--from goes with fetch urls and fetch archive, not with shapes",
    "fetch shapes --where a>1": "--where does not go with fetch shapes",
    "fetch shapes --engine img2dataset": "shapes is read from files: it has no addresses to download",
    "fetch shapes --retry-failed": "shapes is read from files: it has no addresses to download",
    "fetch shapes --format tar": "unknown format 'tar'; known: parquet, webdataset",
    "fetch hub": "fetch hub takes a repository: hub:OWNER/NAME",
    "fetch hub:shapes": "hub:shapes: repo should match pattern",
    "fetch urls": "fetch urls takes its table with --from",
    "fetch urls --from x.csv": "there is no file or folder",
    "fetch urls --from x.csv --where width>": "where",
    "fetch urls --from x.csv --engine wget": "unknown engine 'wget'; known: img2dataset, vlmdata",
    "fetch urls --from x.csv --mirror a=b": "a mirror is FROM=TO, both beginning with http:// or https://, not 'a=b'",
    "fetch urls --from x.csv --max-bytes 0": "--max-bytes should be a size such as 512MB or 2GB, not '0'",
    "fetch urls --from x.csv --samples-per-shard 20000": "--samples-per-shard should be less than or equal to 10000",
    "fetch archive": "fetch archive takes its zip or tar with --from",
    "fetch archive --from x.zip --sha256 12": "sha256 should match pattern",
    "steps clean.imag": "unknown step 'clean.imag'; did you mean 'clean.image'?",
    "datasets shap": "unknown data set or format 'shap'; did you mean 'shapes'?",
    "inspect x --reason y": "--reason goes with --dropped",
    "inspect x --limit 0": "--limit should be greater than or equal to 1",
    "compact x --max-samples 0": "--max-samples should be greater than or equal to 1",
    "compact x --max-bytes 0": "--max-bytes should be a size such as 512MB or 2GB, not '0'",
    "compact x --max-bytes big": "--max-bytes should be a size such as 512MB or 2GB, not 'big'",
}
INPUTS = {
    "{path: nope.json, format: llava}": "there is no file or folder",
    "{path: folder}": "it is no data set directory",
    "{path: a-file}": "it is no data set directory",
    "{path: a-file, format: llava}": "expected rows, as a JSON list or as JSON Lines",
    "{path: a-file, format: parquet}": "is not a Parquet file",
    "{path: a-file, format: webdataset}": "is not a tar",
    "{path: a-file, format: imagefolder}": "is not a folder",
    "{path: folder, format: imagefolder}": "has no pictures",
    "{path: finished, split: test}": "has no split 'test'; it has train, validation",
}


@pytest.mark.parametrize(("words", "message"), WORDS.items(), ids=WORDS)
def test_wrong_words(here: Here, tmp_path: Path, words: str, message: str) -> None:
    code, out, err = here(*words.split())
    assert (code, out) == (2, "")
    assert err.startswith("vlmdata: ")
    assert message in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("given", "message"), INPUTS.items(), ids=INPUTS)
@pytest.mark.parametrize("dry", [[], ["--dry-run"]], ids=["run", "dry"])
def test_wrong_inputs(here: Here, tmp_path: Path, finished: Path, given: str, message: str, dry: list[str]) -> None:
    (tmp_path / "a-file").write_text("words\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "finished").symlink_to(finished)
    (tmp_path / "r.yaml").write_text(f"version: 1\nname: t\ninputs: [{given}]\n")
    code, out, err = here("preprocess", "r.yaml", *dry)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "t").exists()


@pytest.mark.parametrize("out", ["a-file", "a-file/sub", "a-file/sub/deeper"])
def test_an_output_folder_that_is_a_file(here: Here, tmp_path: Path, recipe: Path, out: str) -> None:
    (tmp_path / "a-file").write_text("mine")
    expected = f"vlmdata: {tmp_path / 'a-file'} is a file; --out names a folder\n"
    for more in ([], ["--overwrite"], ["--dry-run"]):
        assert here("preprocess", recipe, "--out", out, *more) == (2, "", expected)
    assert (tmp_path / "a-file").read_text() == "mine"


@pytest.mark.parametrize("name", ["thesis.tex", "README.md", "parquet"])
def test_a_folder_of_somebody_else(here: Here, tmp_path: Path, recipe: Path, name: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text("years")
    for more in ([], ["--overwrite"], ["--dry-run"]):
        code, out, err = here("preprocess", recipe, "--out", "mine", *more)
        assert (code, out) == (2, "")
        assert "is not empty and was not written by vlmdata" in err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == [name]


def test_the_output_of_another_recipe(here: Here, tmp_path: Path, finished: Path) -> None:
    shutil.copytree(finished, tmp_path / "small")
    (tmp_path / "other.yaml").write_text(RECIPE.replace("seed: 3", "seed: 4"))
    before = shard_hashes(finished)
    for more in ([], ["--dry-run"]):
        code, out, err = here("preprocess", "other.yaml", *more)
        assert (code, out) == (2, "")
        assert "holds 'small'" in err
        assert "Choose another --out, or --overwrite" in err
        assert shard_hashes(tmp_path / "small") == before
    assert here("preprocess", "other.yaml", "--overwrite", "--workers", 1, "-q") == (0, "", "")
    assert shard_hashes(tmp_path / "small") != before
    assert here("verify", "small", "-q") == (0, "", "")


def test_overwrite_does_not_touch_a_folder_another_run_writes_to(here: Here, tmp_path: Path, recipe: Path) -> None:
    assert here("preprocess", recipe, "-q", "--workers", 1)[0] == 0
    before = shard_hashes(tmp_path / "small")
    (tmp_path / "small" / workspace.WORK).mkdir()
    with workspace.locked(tmp_path / "small"):
        code, out, err = here("preprocess", recipe, "--overwrite")
    assert (code, out) == (2, "")
    assert "another vlmdata run is writing to" in err
    assert shard_hashes(tmp_path / "small") == before


@pytest.mark.parametrize("verb", ["inspect", "verify", "compact"])
def test_a_directory_that_is_none_or_damaged(here: Here, tmp_path: Path, finished: Path, verb: str) -> None:
    (tmp_path / "a-file").write_text("words")
    (tmp_path / "empty").mkdir()
    (tmp_path / "running" / workspace.WORK).mkdir(parents=True)
    for name in ("nowhere", "a-file", "empty", "running"):
        code, out, err = here(verb, name)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "it is no data set directory, or the run that writes it has not ended" in err
    shutil.copytree(finished, tmp_path / "cut")
    manifest = tmp_path / "cut" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:300])
    code, out, err = here(verb, "cut")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "manifest.json is damaged" in err


@pytest.mark.parametrize("verb", ["verify", "compact"])
def test_a_flipped_byte(here: Here, tmp_path: Path, finished: Path, verb: str) -> None:
    shutil.copytree(finished, tmp_path / "flipped")
    shard = next((tmp_path / "flipped" / "parquet").iterdir())
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 0xFF
    shard.write_bytes(data)
    before = shard_hashes(tmp_path / "flipped")
    code, out, err = here(verb, "flipped")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert f"parquet/{shard.name} has SHA-256 " in err
    assert shard_hashes(tmp_path / "flipped") == before


def test_inspect_of_a_shard_that_is_cut_off(here: Here, tmp_path: Path, finished: Path) -> None:
    for folder, words in (("parquet", []), ("dropped", ["--dropped"])):
        shutil.copytree(finished, tmp_path / folder)
        for shard in (tmp_path / folder / folder).iterdir():
            shard.write_bytes(shard.read_bytes()[:1000])
        code, out, err = here("inspect", folder, *words)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "cannot be read" in err


def test_a_reason_or_key_that_is_not_there(here: Here, finished: Path) -> None:
    code, out, err = here("inspect", finished, "--dropped", "--reason", "truncate")
    assert (code, out) == (2, "")
    assert err.endswith("dropped nothing as 'truncate'; did you mean 'truncated'?\n")
    assert here("inspect", finished, "--key", "x", "--json") == (
        2,
        "",
        f"vlmdata: {finished} has no sample of key 'x'\n",
    )


def test_a_dry_run_writes_no_output(here: Here, tmp_path: Path, recipe: Path, finished: Path) -> None:
    code, out, err = here("preprocess", recipe, "--dry-run", "--out", "nowhere")
    assert (code, err) == (0, "")
    assert out.startswith("small: 60 rows in 10 tasks\n")
    assert "train-00000 … 00009, validation-00000 … 00009; 6 samples or 512 MB each, at most" in " ".join(out.split())
    assert out.endswith("dry run, nothing written; nowhere is new\n")
    assert list(tmp_path.iterdir()) == [recipe]
    assert "there is nothing to do" in here("preprocess", recipe, "--dry-run", "--out", finished)[1]
    assert "would be removed first" in here("preprocess", recipe, "--dry-run", "--out", finished, "--overwrite")[1]
    assert (finished / "manifest.json").exists()


def test_an_overwrite_that_is_cut_off_leaves_no_run_that_seems_finished(
    here: Here, tmp_path: Path, recipe: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(finished, tmp_path / "small")
    (tmp_path / "other.yaml").write_text(RECIPE.replace("seed: 3", "seed: 4"))

    def cut_off(path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("vlmdata.engine.output.shutil.rmtree", cut_off)
        assert here("preprocess", "other.yaml", "--overwrite")[0] == 130
    assert "has not ended" in here("verify", "small")[2]
    assert "Choose another --out, or --overwrite" in here("preprocess", "other.yaml")[2]
    assert here("preprocess", recipe, "-q", "--workers", 1) == (0, "", "")
    assert shard_hashes(tmp_path / "small") == shard_hashes(finished)
