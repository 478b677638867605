"""Each export opens in its project's own reader with equal samples, in an environment of its own.

VLMEvalKit is in no registry: its rules are followed in ``test_vlmeval.py``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.shards.exports.compared import pixels, records
from tests.shards.exports.conftest import Environment, Made
from vlmdata.shards.exports.export import export

pytestmark = [pytest.mark.slow, pytest.mark.full, pytest.mark.timeout(1800)]  # six environments, 8 GB

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
SPLITS = ("train", "validation")


def read(python: Path, reader: str, *words: object) -> list[dict[str, Any]]:
    command = [python, "-W", "ignore", HERE / "readers" / f"read_{reader}.py", *map(str, words)]
    home = os.environ | {"HOME": str(python.parents[1])}  # caches go with the environment
    done = subprocess.run(command, env=home, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def run_documented(python: Path, name: str, folder: Path) -> None:
    """The code of docs/exports.md for a format, over the export in ``folder / "OUT"``."""
    blocks = re.findall(r"```python\n(.*?)```", (REPOSITORY / "docs" / "exports.md").read_text("utf-8"), re.DOTALL)
    (block,) = (block for block in blocks if block.startswith(f"# {name}\n"))
    home = os.environ | {"HOME": str(python.parents[1])}
    done = subprocess.run([python, "-W", "ignore", "-c", block], cwd=folder, env=home, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


def export_there(python: Path, given: Path, to: str, out: Path) -> None:
    """By an interpreter that has the package of the format, and all that this one has behind it."""
    (folder,) = (python.parents[1] / "lib").glob("python*/site-packages")
    ours = [str(REPOSITORY), *(path for path in sys.path if "site-packages" in path)]
    (folder / "ours.pth").write_text("\n".join(ours))
    command = [python, "-m", "vlmdata", "export", given, "--to", to, "--out", out]
    done = subprocess.run(command, cwd=out.parent, capture_output=True, text=True)
    (folder / "ours.pth").unlink()
    assert done.returncode == 0, done.stderr[-3000:]


def without_pictures(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "images"}


def shown(row: dict[str, Any]) -> list[Any]:
    return [pixels(one["bytes"]) for one in row["images"]]


def sha256(row: dict[str, Any]) -> list[str]:
    return [hashlib.sha256(one["bytes"]).hexdigest() for one in row["images"]]


@pytest.mark.parametrize("name", ["talk", "tiled"])
def test_streaming_reads_mds(data_set: Made, environment: Environment, tmp_path: Path, name: str) -> None:
    python = environment("mosaicml-streaming==0.13.0")
    export(data_set(name), "mds", tmp_path / "OUT")
    for split in SPLITS:
        expected = records(data_set(name), split)
        back = read(python, "mds", tmp_path / "OUT", split)
        assert [(row["key"], row["images"]) for row in back] == [(row["key"], shown(row)) for row in expected]
        assert [row["record"] for row in back] == list(map(without_pictures, expected))
    run_documented(python, "mds", tmp_path)


@pytest.mark.parametrize("name", ["talk", "tiled"])
def test_energon_reads_energon(data_set: Made, environment: Environment, tmp_path: Path, name: str) -> None:
    python = environment("megatron-energon==7.4.1", "torch==2.13.0", "pillow")
    export(data_set(name), "energon", tmp_path / "OUT")
    for split, part in zip(SPLITS, ("train", "val"), strict=True):
        expected = records(data_set(name), split)
        back = read(python, "energon", tmp_path / "OUT", part)
        assert [(row["key"], row["images"]) for row in back] == [(row["key"], shown(row)) for row in expected]
        assert [row["record"] for row in back] == list(map(without_pictures, expected))
    run_documented(python, "energon", tmp_path)


@pytest.mark.parametrize("name", ["talk", "tiled"])
def test_litdata_reads_litdata(data_set: Made, environment: Environment, tmp_path: Path, name: str) -> None:
    python = environment("litdata==0.2.76", "torch==2.13.0")
    export_there(python, data_set(name), "litdata", tmp_path / "OUT")
    export_there(python, data_set(name), "litdata", tmp_path / "again")
    for split in SPLITS:
        expected = records(data_set(name), split)
        back = read(python, "litdata", tmp_path / "OUT" / split)
        assert [(row["key"], row["images"]) for row in back] == [(row["key"], sha256(row)) for row in expected]
        assert [row["record"] for row in back] == list(map(without_pictures, expected))
        for path in (tmp_path / "OUT" / split).iterdir():
            assert path.read_bytes() == (tmp_path / "again" / split / path.name).read_bytes()
    run_documented(python, "litdata", tmp_path)


@pytest.mark.parametrize("formats", ["parquet", "webdataset"])
def test_lance_reads_lance(data_set: Made, environment: Environment, tmp_path: Path, formats: str) -> None:
    python = environment("pylance==14.0.2")
    given = data_set("tiled", formats)
    export_there(python, given, "lance", tmp_path / "OUT")
    for split in SPLITS:
        expected = records(given, split)
        back = read(python, "lance", tmp_path / "OUT" / f"{split}.lance")
        assert [row["key"] for row in back] == [row["key"] for row in expected]
        assert [[digest for _, digest in row["images"]] for row in back] == list(map(sha256, expected))
        assert [row["record"] for row in back] == list(map(without_pictures, expected))
    run_documented(python, "lance", tmp_path)


def test_trl_reads_messages(data_set: Made, environment: Environment, tmp_path: Path) -> None:
    python = environment("trl==1.16.0", "torch==2.13.0", "transformers==5.23.0", "pillow")
    export(data_set("talk"), "messages", tmp_path / "OUT")
    for split in SPLITS:
        expected = records(data_set("talk"), split)
        back = read(python, "trl", tmp_path / "OUT", split)
        assert [row["key"] for row in back] == [row["key"] for row in expected]
        for row, given in zip(back, expected, strict=True):
            pictures = shown(given)
            assert row["messages"] == [
                [
                    message["role"],
                    [
                        part["text"] if part["type"] == "text" else pictures[part["image_index"]]
                        for part in message["content"]
                    ],
                ]
                for message in given["messages"]
            ]
    run_documented(python, "messages", tmp_path)


def test_llava_reads_llava(data_set: Made, environment: Environment, tmp_path: Path) -> None:
    """The code of LLaVA-1.5: rows with one picture or none."""
    pinned = ("torch==2.13.0", "transformers==4.37.2", "accelerate==0.21.0", "numpy<2", "protobuf", "requests")
    python = environment(*pinned, "pillow", "einops", "sentencepiece", bare=("llava-torch==1.2.2.post1",))
    export(data_set("talk"), "llava", tmp_path / "OUT")
    expected = {row["key"]: row for row in records(data_set("talk")) if len(row["images"]) < 2}
    back = read(python, "llava", tmp_path / "OUT" / "train.json", tmp_path / "OUT")
    assert [row["key"] for row in back] == list(expected)
    for row in back:
        given = expected[row["key"]]
        assert ([row["image"]] if row["image"] else []) == shown(given)
        _, colon, talk = row["text"].partition("USER: ")
        assert colon + talk == "".join(map(_llava_turn, given["messages"]))


def _llava_turn(message: dict[str, Any]) -> str:
    words = "".join(part["text"] or "" for part in message["content"]).strip()
    if message["role"] == "assistant":
        return f"ASSISTANT: {words}</s>"
    has_picture = any(part["type"] == "image" for part in message["content"])
    return "USER: " + (f"<image>\n{words}".strip() if has_picture else words) + " "


def test_pycocotools_reads_coco(data_set: Made, environment: Environment, tmp_path: Path) -> None:
    python = environment("pycocotools==2.0.11")
    export(data_set("regions"), "coco", tmp_path / "OUT")
    expected = [
        (row["key"], [mark for mark in row["annotations"] if mark["image_index"] == number])
        for row in records(data_set("regions"))
        for number in range(len(row["images"]))
    ]
    back = read(python, "coco", tmp_path / "OUT" / "instances_train.json")
    assert [image["key"] for image in back] == [key for key, _ in expected]
    shapes = 0
    for image, (_, marks) in zip(back, expected, strict=True):
        assert (tmp_path / "OUT" / "images" / image["file"]).is_file()
        assert [one["label"] for one in image["marks"]] == [mark["label"] or "object" for mark in marks]
        for one, mark in zip(image["marks"], marks, strict=True):
            x, y, width, height = one["bbox"]
            assert [x, y, x + width, y + height] == pytest.approx(mark["bbox"])
            if one["inside"] is not None:
                assert one["area"] == pytest.approx(one["inside"], rel=0.1, abs=20)
                shapes += 1
    assert shapes > 20
    run_documented(python, "coco", tmp_path)
