"""From pictures and talk to sequences, through the whole line, for every model."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer

from tests.engine.conftest import Run, hashes
from tests.made_tokenizers import SPECIAL, byte_level
from tests.servers.hub import hub_server
from tests.servers.hub_clients import hub_clients
from vlmdata.errors import OutputExistsError
from vlmdata.models.image_tokens import IMAGE_TOKENS, OF_POLICY
from vlmdata.models.presets import MODELS
from vlmdata.types import IGNORED

RECIPE = """
model: {model}
inputs: [{{dataset: shapes, limit: 12}}]
steps:
  - tile.anyres
  - chat.render: {{dialect: generic}}
  - tokenize: {{tokenizer: bytes{more}}}
output: {{views: planned}}
"""
COLUMNS = ["image_info", "messages", "text", "spans", "input_ids", "attention_mask", "labels"]
# What the talk of shapes has and some formats have no room for.
NO_ROOM = {"several_turns"}


@pytest.fixture
def made(tmp_path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(byte_level(tmp_path / "bytes" / "tokenizer.json")))


@pytest.mark.parametrize("model", MODELS)
def test_every_model_gets_its_sequences(run: Run, tmp_path: Path, made: Tokenizer, model: str) -> None:
    manifest = run(RECIPE.format(model=model, more=""))
    dropped = {tally.name: set(tally.dropped) for tally in manifest.funnel}
    assert dropped["chat.render"] <= NO_ROOM
    assert not dropped["tokenize"]
    rows = pq.read_table(tmp_path / "out" / "parquet", columns=COLUMNS).to_pylist()
    assert rows
    way = IMAGE_TOKENS[OF_POLICY[MODELS[model].tiling]]
    marks = {made.token_to_id(mark) for mark in way.marks} or {
        number for row in rows for number in row["input_ids"] if number < 0
    }
    for row in rows:
        assert len(row["input_ids"]) == len(row["labels"]) == len(row["attention_mask"])
        assert (len(row["image_info"]) > 0) == any(number in marks for number in row["input_ids"])
        assert not marks & set(row["labels"])
        spans = [row["text"][span["start"] : span["end"]] for span in row["spans"] if span["kind"] == "trained"]
        trained = made.decode([label for label in row["labels"] if label != IGNORED], skip_special_tokens=False)
        # A word and the space before it are one token.
        assert trained.replace(" ", "") == "".join(spans).replace(" ", "")


@pytest.mark.usefixtures("made")
def test_the_same_on_another_number_of_workers(run: Run, tmp_path: Path) -> None:
    text = RECIPE.format(model="qwen2-vl", more=", max_length: 500, truncation: cut")
    text = text.replace("views: planned", "views: planned, max_samples: 5")
    run(text, out="one")
    run(text, out="two", workers=2)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


@pytest.mark.usefixtures("made")
def test_a_run_pins_the_revision_of_its_tokenizer(run: Run, tmp_path: Path) -> None:
    text = RECIPE.format(model="qwen2-vl", more="").replace("tokenizer: bytes", "tokenizer: 'hub:owner/model'")
    with hub_server({"owner/model": tmp_path / "bytes"}) as hub, hub_clients(hub, tmp_path / "cache"):
        manifest = run(text)
        step = manifest.recipe["steps"][-1]["tokenize"]
        assert step["tokenizer"] == f"hub:owner/model@{hub.sha('owner/model')}"
        hub.commit("owner/model", {"tokenizer.json": byte_level(tmp_path / "t.json", special=SPECIAL[::-1])})
        with pytest.raises(OutputExistsError):
            run(text)
