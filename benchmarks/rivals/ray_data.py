"""The reference recipe with Ray Data: ``python -m benchmarks.rivals.ray_data INSTANCES OUT WORKERS PER_SHARD``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import ray

from benchmarks.rivals.user_code import Row, members, paths_and_boxes, tiled


def main(instances: Path, out: Path, workers: int, per_shard: int) -> None:
    rows = paths_and_boxes(instances)
    ray.init(num_cpus=workers, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    source = ray.data.from_items(rows, override_num_blocks=max(1, -(-len(rows) // per_shard)))
    # Its own encoder takes arrays of pixels to JPEG of quality 75, so it gets bytes.
    source.flat_map(_tiled).write_webdataset(str(out), encoder=None)
    ray.shutdown()


def _tiled(row: Row) -> list[dict[str, Any]]:
    made = tiled(row)
    return [members(made)] if made else []


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
