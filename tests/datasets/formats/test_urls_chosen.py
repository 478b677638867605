"""Which rows of a table of addresses are taken, how they are named, and what travels to workers."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.servers.hub import hub_server
from tests.servers.hub_clients import hub_clients
from vlmdata.datasets.formats.urls import Urls
from vlmdata.errors import InputError
from vlmdata.io.cache import indexes
from vlmdata.types import Rejected, Sample

Table = Callable[..., Urls]
Items = Callable[[Urls], list[Sample | Rejected]]


def keys(items: list[Sample | Rejected]) -> list[int]:
    return [int(item.key.rpartition("-")[2]) for item in items]


def many(count: int = 5000) -> dict[str, Any]:
    return {"url": [f"http://a/{n}" for n in range(count)], "width": list(range(count)), "text": ["t"] * count}


def test_keys_do_not_depend_on_what_else_is_taken(table: Table, items: Items) -> None:
    everything = {item.key: item for item in items(table(many()))}
    for fields in ({"where": "width >= 4000"}, {"sample": 50, "seed": 9}, {"where": "width > 9", "limit": 7}):
        some = items(table(many(), **fields))
        assert some
        assert all(everything[item.key] == item for item in some)
    assert keys(items(table(many(), where="WIDTH > 9", limit=3))) == [10, 11, 12]
    assert keys(items(table(many(), limit=3))) == [0, 1, 2]


def test_any_part_of_a_partition_is_read_alike(table: Table, items: Items) -> None:
    source = table(many(), group=700, where="width / 3 > 100 and width != 2000")
    (partition,) = source.partitions()
    whole = list(source.read(partition))
    travelled = pickle.loads(pickle.dumps(source))
    assert list(travelled.read(replace(partition, start=1234, stop=1300))) == whole[1234:1300]
    assert len(whole) == partition.rows


def test_what_travels_to_workers_is_small_and_complete(table: Table) -> None:
    source = table(many(100_000), where="width >= 0")
    (partition,) = source.partitions()
    packed = pickle.dumps(source)
    assert len(packed) < 3000
    kept = [(path.name, path.stat().st_mtime_ns) for path in indexes().iterdir()]
    assert len(kept) == 1
    assert len(list(pickle.loads(packed).read(replace(partition, start=99_990)))) == 10
    assert [(path.name, path.stat().st_mtime_ns) for path in indexes().iterdir()] == kept


def test_a_limit_over_several_files_opens_no_more_than_it_needs(tmp_path: Path, items: Items) -> None:
    (tmp_path / "set").mkdir()
    for name in ("a", "b"):
        pq.write_table(pa.table(many(10)), tmp_path / "set" / f"{name}.parquet")
    (tmp_path / "set" / "c.parquet").write_bytes(b"no parquet at all")
    source = Urls.model_validate({"path": "set", "limit": 15}, context={"base": str(tmp_path)})
    assert [(part.file, part.rows) for part in source.partitions()] == [("a.parquet", 10), ("b.parquet", 5)]
    assert [item.key for item in items(source)][9:11] == ["set-a-000000009", "set-b-000000000"]
    with pytest.raises(InputError, match=r"c\.parquet is not a Parquet file"):
        source.model_copy(update={"limit": 21}).partitions()


def test_a_table_of_the_hub_says_its_commit(tmp_path: Path, items: Items) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    pq.write_table(pa.table(many(50)), repo / "train.parquet")
    with hub_server({"owner/name": repo}) as hub, hub_clients(hub, tmp_path / "cache"):
        source = Urls(path="hf://datasets/owner/name/*.parquet", where="width > 39")
        (partition,) = source.partitions()
        assert source.revision == hub.sha("owner/name")
        hub.commit("owner/name", {"train.parquet": b"something else"})
        travelled = pickle.loads(pickle.dumps(source))
        assert [item.key for item in travelled.read(partition)] == [f"name-{n:09d}" for n in range(40, 50)]
