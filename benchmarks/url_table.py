"""Tables of addresses for downloaders, with what must come of them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True)
class UrlTable:
    """The same rows as Parquet and CSV. ``hashes`` counts the SHA-256 of the bytes at its addresses, by row."""

    parquet: Path
    csv: Path
    rows: int
    addresses: int
    hashes: Counter[str]


def write(folder: Path, name: str, address: str, pictures: Mapping[str, str], rows: int, each: int = 1) -> UrlTable:
    """``rows`` rows over ``pictures`` (SHA-256 by name), every address in ``each`` rows that follow each other.

    Where there are more addresses than pictures, further passes over the pictures have a folder of their own.
    """
    names = list(pictures)
    wanted = [number // each for number in range(rows)]
    urls = [f"{address}/{number // len(names)}/{names[number % len(names)]}" for number in wanted]
    captions = [f"caption number {row} of a picture as the web has them" for row in range(rows)]
    folder.mkdir(parents=True, exist_ok=True)
    table = UrlTable(
        parquet=folder / f"{name}.parquet",
        csv=folder / f"{name}.csv",
        rows=rows,
        addresses=len(set(urls)),
        hashes=Counter(pictures[names[number % len(names)]] for number in wanted),
    )
    pq.write_table(pa.table({"url": urls, "caption": captions}), table.parquet)
    with table.csv.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("url", "caption"))
        writer.writerows(zip(urls, captions, strict=True))
    return table


def passes(pictures: int, rows: int) -> int:
    """How many folders ``write`` uses at most."""
    return -(-rows // pictures)
