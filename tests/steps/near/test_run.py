"""A whole run: copies go, whatever the number of workers and tasks, and the records say why."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from tests.engine.conftest import hashes, recipe_of
from vlmdata.engine.run import Where, preprocess
from vlmdata.types.manifest import closes


@pytest.fixture
def folder(tmp_path, scene, copied):
    """Eight scenes, three copies of each, and a picture of nothing twice."""
    home = tmp_path / "pictures"
    home.mkdir()
    for number in range(8):
        for copy in range(3):
            picture = copied(scene(number), factor=1 - 0.2 * copy, crop=0.02 * copy)
            picture.save(home / f"{copy}-{number}.jpg", quality=90 - 20 * copy)
    for copy in range(2):
        scene(0).resize((1, 1)).resize((90, 80)).save(home / f"blank-{copy}.png")
    return home


def test_the_same_survivors_with_one_worker_two_and_other_tasks(folder, tmp_path):
    text = "inputs: [{path: pictures, format: imagefolder}]\nsteps: [dedup.near]\noutput: {max_samples: MOST}\n"
    kept = []
    for name, workers, most in (("one", 1, 5), ("two", 2, 5), ("whole", 1, 100)):
        recipe = recipe_of(text.replace("MOST", str(most)), tmp_path)
        manifest = preprocess(recipe, tmp_path / name, Where(workers=workers))
        assert closes(manifest.rows, manifest.written, manifest.funnel)
        assert manifest.written == 10
        shards = sorted((tmp_path / name / "parquet").glob("*.parquet"))
        kept.append([key for shard in shards for key in pq.read_table(shard, columns=["key"])["key"].to_pylist()])
    assert kept[0] == kept[1] == kept[2]
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    records = pq.read_table(tmp_path / "two" / "dropped").to_pylist()
    assert len(records) == 16
    for record in records:
        assert (record["step"], record["reason"]) == ("dedup.near", "near_duplicate")
        assert record["value"].split(" (")[0] in kept[0]
