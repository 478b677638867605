"""``vlmdata datasets``: the catalogue as a table, one entry in full, and a search of the Hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalogue.world import World, parquet, world
from tests.cli.conftest import Here
from vlmdata.datasets import DATASETS, datasets_by_name


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world") as made:
        yield made


def test_the_table_has_a_line_for_every_data_set(here: Here) -> None:
    code, out, _ = here("datasets")
    assert code == 0
    names = {line.split()[0] for line in out.splitlines() if line.strip()}
    assert set(DATASETS) <= names


def test_filters_take_what_fits_and_no_more(here: Here) -> None:
    code, out, _ = here("datasets", "--phase", "task", "--task", "chart", "--json")
    assert code == 0
    found = json.loads(out)["datasets"]
    assert "chartqa" in found
    assert set(found) == {
        name for name, kind in datasets_by_name().items() if kind.entry.phase == "task" and "chart" in kind.entry.tasks
    }


def test_one_entry_tells_both_licences_splits_and_problems(here: Here) -> None:
    code, out, _ = here("datasets", "vqav2")
    assert code == 0
    for word in ("CC-BY-4.0", "pictures", "82,783", "443,757 questions", "evaluation only", "problem"):
        assert word in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--phase", "pretraining"), "did you mean 'pretrain'"),
        (("--task", "charts"), "did you mean 'chart'"),
        (("--commercial", "maybe"), "unknown --commercial 'maybe'"),
        (("vqa2",), "did you mean 'vqav2'"),
        (("vqav2", "--phase", "task"), "do not go together"),
    ],
)
def test_wrong_words_are_answered_with_right_ones(here: Here, words: tuple[str, ...], said: str) -> None:
    code, _, err = here("datasets", *words)
    assert code == 2
    assert said in err


def test_a_search_says_which_reader_takes_each(here: Here, hub: World) -> None:
    card = "---\ntags: ['modality:image']\nlicense: mit\n---\n"
    rows = parquet([{"image": {"bytes": b"x", "path": None}, "caption": "a dog"}])
    hub.on_hub("someone/dogs", {"data/train-0.parquet": rows}, card)
    hub.on_hub("someone/dogs-packed", {"all.zip": b"PK\x05\x06" + bytes(18)}, card)
    hub.on_hub("someone/dogs-text", {"a.txt": b"bark"}, "---\nlicense: mit\n---\n")
    code, out, _ = here("datasets", "--hub", "dogs", "--json")
    assert code == 0
    found = {one["id"]: one for one in json.loads(out)}
    assert set(found) == {"someone/dogs", "someone/dogs-packed"}
    assert found["someone/dogs"]["reader"] == "parquet"
    assert found["someone/dogs"]["licenses"] == ["mit"]
    assert found["someone/dogs-packed"]["reader"] is None
    assert found["someone/dogs-packed"]["why"]


def test_a_search_knows_what_is_in_the_catalogue(here: Here, hub: World) -> None:
    card = "---\ntags: ['modality:image']\n---\n"
    rows = parquet([{"image": {"bytes": b"x", "path": None}, "query": "?", "label": ["1"]}])
    hub.on_hub("HuggingFaceM4/ChartQA", {"data/train-0.parquet": rows}, card)
    code, out, _ = here("datasets", "--hub", "chartqa")
    assert code == 0
    assert "hub:HuggingFaceM4/ChartQA  (no licence named" in out
    assert "in the catalogue as chartqa" in out
