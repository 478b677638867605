"""A change of a recipe's text renders no picture again and gives the bytes of a clean run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.slow.conftest import hashes, untimed, vlmdata

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
RECIPE = """
version: 1
name: incremental
seed: 5
inputs: [{{dataset: shapes, limit: {rows}}}]
steps:
  - clean.image
  - explode: {{by: question}}
  - filter.text: {{max_chars: {chars}}}
  - group: {{window: 40}}
  - augment.hflip: {{p: 0.5}}
  - boxes.render: {{dialect: {dialect}}}
  - tile.anyres: {{policy: internvl, max_tiles: 2}}
output: {{formats: [parquet, webdataset], max_samples: 500, shuffle: true}}
"""


def reuse(out: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((out / "manifest.json").read_bytes())["reuse"]
    return found


@pytest.mark.parametrize("rows", [1000, pytest.param(5200, marks=pytest.mark.full)])
def test_a_change_of_text_renders_nothing(tmp_path: Path, rows: int) -> None:
    recipe, home, other = tmp_path / "recipe.yaml", tmp_path / "home", tmp_path / "other-home"
    recipe.write_text(RECIPE.format(rows=rows, chars=400, dialect="internvl"))
    vlmdata("preprocess", recipe, "--out", tmp_path / "first", "--workers", 2, home=home)
    first = reuse(tmp_path / "first")
    assert first["rendered"] > 0.96 * rows
    recipe.write_text(RECIPE.format(rows=rows, chars=399, dialect="qwen3-vl"))
    vlmdata("preprocess", recipe, "--out", tmp_path / "kept", "--workers", 2, home=home)
    vlmdata("preprocess", recipe, "--out", tmp_path / "clean", "--workers", 1, home=other)
    assert reuse(tmp_path / "kept") == {"renders_kept": reuse(tmp_path / "clean")["rendered"]}
    assert hashes(tmp_path / "kept") == hashes(tmp_path / "clean")
    assert untimed(tmp_path / "kept") == untimed(tmp_path / "clean")
