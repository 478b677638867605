"""Real ranks: two processes of torchrun with two workers each."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_two_ranks_of_torchrun_share_every_epoch(shards, tmp_path):
    script = Path(__file__).with_name("two_ranks.py")
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    done = subprocess.run(
        [*command, str(shards), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    ranks = [json.loads((tmp_path / f"{rank}-of-2.json").read_text()) for rank in range(2)]
    for epoch in ("first", "second"):
        seen = Counter(key for rank in ranks for batch in rank[epoch] for key in batch)
        assert len(seen) == 437
        assert seen.total() == 438
    assert [rank["batches"] for rank in ranks] == [[44, 44], [44, 44]]
    assert ranks[0]["first"] != ranks[0]["second"]
