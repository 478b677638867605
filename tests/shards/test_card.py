"""The card of a data set directory, read by those who will read it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from vlmdata.shards.card import Release, card_text, write_card
from vlmdata.shards.card.features import features
from vlmdata.shards.card.metadata import size_category
from vlmdata.shards.compact import compact
from vlmdata.shards.contents import Contents, contents
from vlmdata.shards.formats import read_records
from vlmdata.shards.manifest_file import read_manifest
from vlmdata.types import License, Manifest, SourceInfo

Maker = Callable[..., Path]
HOSTILE = "x | <script>alert(1)</script> `a` **b** [c](javascript:d) $e$ _f_ &lt; \n\n# g \u202e\x1b[31m\n---\nh: i"


def head_of(text: str) -> dict[str, Any]:
    head: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
    return head


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    lines = text.split(f"## {heading}\n")[1].splitlines()
    table = [line for line in lines[: lines.index("", lines.index("") + 1)] if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def tokens(text: str) -> list[Any]:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text.split("\n---\n", 1)[1])


def test_the_head(make_directory: Maker) -> None:
    root = make_directory()
    manifest = read_manifest(root)
    text = (root / "README.md").read_text(encoding="utf-8")
    assert text == card_text(manifest, contents(root, manifest))
    head = head_of(text)
    info = head.pop("dataset_info")
    assert head == {
        "pretty_name": "made-up",
        "license": ["cc-by-4.0", "cc0-1.0"],
        "language": ["de"],
        "task_categories": ["image-text-to-text", "object-detection", "visual-question-answering"],
        "size_categories": ["n<1K"],
        "tags": ["vision-language", "vlmdata"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": "train", "path": "parquet/train-*.parquet"},
                    {"split": "validation", "path": "parquet/validation-*.parquet"},
                ],
            }
        ],
    }
    sizes = {part["name"]: (part["num_examples"], part["num_bytes"]) for part in info["splits"]}
    on_disk = [sum(p.stat().st_size for p in (root / "parquet").glob(f"{name}-*")) for name in ("train", "validation")]
    assert sizes == {"train": (14, on_disk[0]), "validation": (2, on_disk[1])}
    assert info["dataset_size"] == sum(on_disk)


def test_the_body(make_directory: Maker) -> None:
    text = (make_directory() / "README.md").read_text(encoding="utf-8")
    assert "| train | 14 |" in text
    assert r"| made\|up | 16 |" in text
    assert "| read | 16 | 0 | 0 | 0 |" in text
    assert "```yaml\nversion: 1\nname: made-up\n```" in text


def test_the_libraries_of_the_hub_read_it(make_directory: Maker) -> None:
    from datasets import Features
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCard, metadata_load

    root = make_directory()
    card = DatasetCard.load(root / "README.md")
    assert card.data.to_dict() == metadata_load(root / "README.md")
    assert MetadataConfigs.from_dataset_card_data(card.data).get_default_config_name() == "default"
    columns = read_manifest(root).columns
    written = Features._from_yaml_list(card.data.dataset_info["features"])
    assert written == Features.from_arrow_schema(_schema(columns))
    assert features(columns) == written._to_yaml_list()


def _schema(columns: list[str]) -> Any:
    from vlmdata.shards.schema import sample_schema

    return sample_schema(columns)


def test_datasets_loads_the_directory_by_its_card(make_directory: Maker, tmp_path: Path) -> None:
    from datasets import load_dataset

    loaded = load_dataset(str(make_directory()), cache_dir=str(tmp_path / "cache"))
    assert {name: len(part) for name, part in loaded.items()} == {"train": 14, "validation": 2}
    assert loaded["train"][0]["images"][0].size == (16, 12)


@pytest.mark.parametrize("formats", [("parquet",), ("webdataset",), ("webdataset", "parquet")])
def test_licences_agree_with_a_count_over_the_rows(
    made: SimpleNamespace, tmp_path: Path, formats: tuple[str, ...]
) -> None:
    terms = [
        License(annotations="CC-BY-4.0", images="CC-BY-2.0", commercial="yes"),
        License(annotations="CC-BY-4.0", images=None, commercial="unclear", generator="GPT-4"),
        License(),
    ]
    items = [made.written(number) for number in range(10)]
    items = [replace(item, sample=replace(item.sample, license=terms[number % 3])) for number, item in enumerate(items)]
    shards = made.write_task(tmp_path, [("train", item) for item in items], formats=formats, max_samples=4)
    manifest = replace(made.finish(tmp_path, shards, 10), licenses=Counter(item.sample.license for item in items))
    kind = formats[0] if len(formats) == 1 else "parquet"
    rows = [row for info in shards if info.path.startswith(kind) for row in read_records(tmp_path / info.path)]
    counted = Counter(License(**row["license"]) for row in rows)
    found = contents(tmp_path, manifest)
    assert found.licenses == manifest.licenses == counted
    assert found.pictures == Counter(image["license"] for row in rows for image in row["image_info"])
    shown = rows_of(card_text(manifest, found), "Licences")
    assert (
        Counter(
            {
                License(annotations=a or None, images=i or None, commercial=c, generator=g or None): int(n)  # type: ignore[arg-type]
                for a, i, c, g, n in shown
            }
        )
        == counted
    )


def test_compacting_keeps_it_true(make_directory: Maker) -> None:
    root = make_directory(tasks=3)
    before = (root / "README.md").read_text(encoding="utf-8")
    manifest = compact(root)
    after = (root / "README.md").read_text(encoding="utf-8")
    assert after == card_text(manifest, contents(root, manifest))
    assert rows_of(after, "Licences") == rows_of(before, "Licences")


def changed(root: Path, **fields: Any) -> tuple[Manifest, Contents]:
    manifest = read_manifest(root)
    return replace(manifest, **fields), contents(root, manifest)


def test_evaluation_data_is_never_called_train(make_directory: Maker) -> None:
    text = card_text(*changed(make_directory(), role="eval"))
    head = head_of(text)
    assert [one["split"] for one in head["configs"][0]["data_files"]] == ["evaluation", "validation"]
    assert [one["name"] for one in head["dataset_info"]["splits"]] == ["evaluation", "validation"]
    assert "evaluation" in head["tags"]
    assert "never becomes training data" in text
    assert 'split="train"' not in text


def test_what_is_known_of_sources_is_said_once(make_directory: Maker) -> None:
    one = SourceInfo(
        name="docs", digest="d", rows=8, attribution="Docs, Nobody 2024", homepage="https://docs.example",
        conditions=("pictures: each has its own owner",), problems=("boxes are shifted: they are moved back",),
    )  # fmt: skip
    text = card_text(*changed(make_directory(), sources=[one, replace(one, rows=3)]))
    assert text.count("- docs, pictures: each has its own owner") == 1
    assert text.count("- docs: Docs, Nobody 2024, https://docs.example") == 1
    assert text.count("- docs: boxes are shifted: they are moved back") == 1
    assert len(rows_of(text, "Sources")) == 2


def test_a_release_says_where_it_is_and_who_answers_for_it(make_directory: Maker) -> None:
    release = Release(repo="me/made-up", sheet="sheet.jpg", claims=("images under X (2 samples)",))
    text = card_text(*changed(make_directory()), release)
    assert 'load_dataset("me/made-up", split="train")' in text
    assert "![Some of the pictures](sheet.jpg)" in text
    assert "states to have the right" in text
    assert "- images under X (2 samples)" in text


def test_hostile_names_stay_text(make_directory: Maker) -> None:
    root = make_directory()
    source = SourceInfo(
        name=HOSTILE, digest="d", rows=1, attribution=HOSTILE, conditions=(HOSTILE,), problems=(HOSTILE,)
    )
    recipe = {"name": HOSTILE, "note": "```\n# out of the fence"}
    manifest, found = changed(root, name=HOSTILE, sources=[source], recipe=recipe)
    text = card_text(manifest, found, Release(repo="me/x", claims=(HOSTILE,)))
    assert set(head_of(text)) >= {"pretty_name", "license", "configs", "dataset_info"}
    assert "h" not in head_of(text)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)
    inline = [child for token in tokens(text) for child in token.children or ()]
    kinds = {token.type for token in tokens(text)} | {child.type for child in inline}
    assert kinds.isdisjoint({"html_block", "html_inline", "link_open", "strong_open", "em_open", "s_open"})
    assert sum(child.type == "code_inline" for child in inline) == 1 + len(manifest.columns)
    shown = {child.content for child in inline if child.type == "text"}
    assert any("<script>alert(1)</script> `a` **b** [c](javascript:d) $e$ _f_ &lt; # g" in one for one in shown)
    assert text.count("\n## ") == len(re.findall(r"^## (Load it|Licences|Sources|Known|What|Recipe)", text, re.M))


def test_the_card_survives_what_no_file_can_hold(make_directory: Maker) -> None:
    root = make_directory()
    write_card(root, replace(read_manifest(root), sources=[SourceInfo(name="half \ud800", digest="d", rows=1)]))
    assert "half \ufffd" in (root / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("samples", "word"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (99_999, "10K<n<100K"), (10**6, "1M<n<10M"), (10**15, "n>1T")],
)
def test_sizes_in_the_words_of_the_hub(samples: int, word: str) -> None:
    import datasets

    known = json.loads((Path(datasets.__file__).parent / "utils/resources/size_categories.json").read_text())
    assert size_category(samples) == word
    assert word in known
    assert {size_category(10**digits) for digits in range(14)} | {"unknown"} == set(known)
