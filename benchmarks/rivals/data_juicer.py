"""The reference recipe with Data-Juicer: ``python -m benchmarks.rivals.data_juicer INSTANCES OUT WORKERS``.

Its own operators filter; it has none for boxes or tiles, so those are a user's function in ``python_file_mapper``.
It writes no WebDataset, so this gives Parquet.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.rivals.user_code import MAX_ASPECT, MIN_SIDE, Row, paths_and_boxes, tiled


def main(instances: Path, out: Path, workers: int) -> None:
    out.mkdir(parents=True)
    rows = out / "rows.jsonl"
    with rows.open("w") as lines:
        for row in paths_and_boxes(instances):
            lines.write(json.dumps(row | {"text": "<__dj__image>", "images": [row["path"]]}) + "\n")
    recipe = {
        "project_name": "reference",
        "dataset_path": str(rows),
        "export_path": str(out / "train.parquet"),
        "np": workers,
        "process": [
            {"image_shape_filter": {"min_width": MIN_SIDE, "min_height": MIN_SIDE}},
            {"image_aspect_ratio_filter": {"min_ratio": 1 / MAX_ASPECT, "max_ratio": MAX_ASPECT}},
            {"python_file_mapper": {"file_path": __file__, "function_name": "processed"}},
        ],
    }
    config = out / "recipe.yaml"
    config.write_text(json.dumps(recipe))
    subprocess.run([Path(sys.executable).with_name("dj-process"), "--config", config], check=True)


def processed(sample: Row) -> Row:
    return sample | (tiled(sample) or {})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
