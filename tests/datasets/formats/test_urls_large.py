"""Ten million rows: the first pictures are known in seconds, in little memory, having read little."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

ROWS = 10_000_000
STEP = 500_000

MEASURED = """
import json, sys, time
from dataclasses import replace
from pathlib import Path
import psutil
import pyarrow.dataset, pyarrow.parquet
from vlmdata.datasets.formats.urls import Urls

def peak():
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024

source = Urls(path=sys.argv[1], **json.loads(sys.argv[2]))
before, started = peak(), time.perf_counter()
source.digest()
process = psutil.Process()
read = process.io_counters().read_chars
(partition,) = source.partitions()
samples = list(source.read(replace(partition, stop=min(partition.stop, 5000))))
print(json.dumps({
    "seconds": time.perf_counter() - started,
    "memory": peak() - before,
    "read": process.io_counters().read_chars - read,
    "rows": partition.stop,
    "samples": len(samples),
    "widths": [sample.meta["WIDTH"] for sample in samples],
}))
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table like LAION's, 200 MB."""
    path = tmp_path_factory.mktemp("large") / "laion.parquet"
    names = ("URL", "TEXT", "WIDTH", "HEIGHT", "similarity")
    rng = np.random.default_rng(0)
    schema = pa.schema(zip(names, ("string", "string", "int64", "int64", "double"), strict=True))
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, ROWS, STEP):
            number = pa.array(np.arange(start, start + STEP)).cast(pa.string())
            url = pc.binary_join_element_wise("http://images.example.org/a/path/", number, ".jpg", "")
            text = pc.binary_join_element_wise("a photo of thing ", number, " on a table, stock photo", "")
            sides = [pa.array(rng.integers(32, 4096, STEP)) for _ in range(2)]
            writer.write_batch(pa.record_batch([url, text, *sides, pa.array(rng.random(STEP))], schema=schema))
    return path


@pytest.fixture(autouse=True)
def _on_linux() -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("peaks of memory and bytes read are told by /proc")


def measured(table: Path, home: Path, **fields: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(table), json.dumps(fields)],
        env={**os.environ, "VLMDATA_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fields", "rows"),
    [
        ({"where": "width >= 256 and similarity > 0.28", "limit": 1000}, 1000),
        ({"where": "width >= 256 and similarity > 0.9999"}, None),
        ({"sample": 100_000}, 100_000),
        ({}, ROWS),
    ],
    ids=["where and limit", "where", "sample", "all"],
)
def test_ten_million_rows(table: Path, tmp_path: Path, fields: dict[str, object], rows: int | None) -> None:
    found = measured(table, tmp_path, **fields)
    print({name: value for name, value in found.items() if name != "widths"})
    assert rows is None or found["rows"] == rows
    assert found["samples"] == min(found["rows"], 5000)
    assert found["seconds"] < 60
    assert found["memory"] < 256 << 20
    if "where" in fields:
        assert min(found["widths"]) >= 256
    if "limit" in fields:
        assert found["read"] < 32 << 20


@pytest.mark.slow
def test_a_condition_reads_its_columns_alone(table: Path, tmp_path: Path) -> None:
    column = {name: number for number, name in enumerate(("URL", "TEXT", "WIDTH", "HEIGHT", "similarity"))}["WIDTH"]
    metadata = pq.ParquetFile(table).metadata
    groups = (metadata.row_group(group).column(column) for group in range(metadata.num_row_groups))
    size = sum(group.total_compressed_size for group in groups)
    found = measured(table, tmp_path, where="width > 4094 and width < 0", limit=1)
    assert found["rows"] == 0
    assert size < found["read"] < size + (8 << 20) < table.stat().st_size / 4
