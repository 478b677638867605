"""Tokenized samples through a whole run with ``pack``, and its shards into batches."""

from collections import Counter
from dataclasses import replace

from tests.engine.conftest import hashes, recipe_of
from tests.torch.conftest import written
from vlmdata.cli.funnel import funnel_lines
from vlmdata.engine.run import Where, preprocess
from vlmdata.shards.verify import verify
from vlmdata.torch import Collate, Loader, Pixels, VlmDataset
from vlmdata.types import License, Written

RECIPE = """
inputs: [{path: made}]
steps: [{pack: {max_length: 32, max_images: 6, window: 50, pad_to: max_length, pad_id: 0}}]
output: {formats: [parquet, webdataset], max_samples: 70}
"""


def one(number):
    item = written(number, images=number % 3, length=2 + number % 34)
    terms = License(annotations="MIT", images="CC0", commercial="yes" if number % 2 else "unclear")
    return Written(replace(item.sample, license=terms), item.views)


def test_a_run_that_packs(make, tmp_path):
    make([one(number) for number in range(150)])
    recipe = recipe_of(RECIPE, tmp_path)
    manifest = preprocess(recipe, tmp_path / "out", Where(workers=2))
    assert verify(tmp_path / "out") == []
    pack = next(tally for tally in manifest.funnel if tally.name == "pack")
    too_long = sum(2 + number % 34 > 32 for number in range(150))
    assert pack.dropped == {"too_long": too_long}
    assert pack.merged == 150 - too_long - manifest.written
    tokens = sum(length for length in (2 + number % 34 for number in range(150)) if length <= 32)
    assert pack.notes == {"tokens:filled": tokens, "tokens:empty": 32 * manifest.written - tokens}
    assert any(f"filled {tokens:,}" in line for line in funnel_lines(manifest))

    batches = list(Loader(VlmDataset(tmp_path / "out"), 8, Collate(Pixels.of("qwen2-vl"))))
    assert sum(len(batch["key"]) for batch in batches) == manifest.written
    found = Counter()
    for batch in batches:
        assert batch["input_ids"].shape[1:] == (32,)
        assert batch["images_per_sample"].max() <= 6
        found.update(batch["input_ids"][batch["segment_ids"] > 0].tolist())
    assert found == {number: 2 + number % 34 for number in range(150) if 2 + number % 34 <= 32}

    preprocess(recipe, tmp_path / "again", Where(workers=1))
    assert hashes(tmp_path / "again") == hashes(tmp_path / "out")
