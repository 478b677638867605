"""Tables of addresses of pictures, on the Hub."""

from __future__ import annotations

import io
import pickle
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.datasets.hub.conftest import Serve, items, lines, said
from vlmdata.datasets.hub.dataset import Hub
from vlmdata.errors import InputError
from vlmdata.types import Sample

ROWS = [
    {"url": f"http://pictures.test/{number}.jpg", "text": f"number {number}", "width": number} for number in range(100)
]


def table(rows: list[dict[str, Any]], **options: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer, **options)
    return buffer.getvalue()


def hub(**options: object) -> Hub:
    return Hub.model_validate({"repo": "owner/name", **options})


def addresses(source: Hub) -> list[str | None]:
    return [item.images[0].uri for item in items(source) if isinstance(item, Sample)]


FORMS = {
    "parquet": {
        "data/train-00000-of-00002.parquet": table(ROWS[:60]),
        "data/train-00001-of-00002.parquet": table(ROWS[60:]),
    },
    "csv": {"train.csv": "url,text,width\n" + "".join(f"{row['url']},{row['text']},{row['width']}\n" for row in ROWS)},
    "jsonl": {"train.jsonl": lines(ROWS)},
}


@pytest.mark.parametrize("form", FORMS)
def test_rows_are_samples_whose_pictures_are_elsewhere(serve: Serve, form: str) -> None:
    serve(FORMS[form])
    source = hub()
    found = items(source)
    assert source.by_address
    assert [said(item) for item in found] == [row["text"] for row in ROWS]
    first = found[0]
    assert isinstance(first, Sample)
    assert first.images[0].uri == ROWS[0]["url"]
    assert first.meta == {"width": 0}
    assert first.key.startswith("name-")
    assert first.origin.config == "default"


def test_conditions_choose_rows_before_the_limit(serve: Serve) -> None:
    serve(FORMS["parquet"])
    assert addresses(hub(where="width >= 50", limit=3)) == [
        f"http://pictures.test/{number}.jpg" for number in (50, 51, 52)
    ]
    some = addresses(hub(sample=7, seed=5))
    assert len(set(some)) == 7
    assert some == addresses(hub(sample=7, seed=5))


def test_a_limit_leaves_other_tables_alone_and_reads_by_ranges(serve: Serve) -> None:
    many = [{"url": f"http://pictures.test/{number:0200d}", "text": f"{number:0200d}"} for number in range(20_000)]
    files = {
        f"data/train-{number:05d}-of-00003.parquet": table(
            many, compression="none", use_dictionary=False, row_group_size=1000
        )
        for number in range(3)
    }
    first = min(files)
    server = serve(files)
    source = hub(limit=5).pinned()
    (partition,) = source.partitions()
    worker = pickle.loads(pickle.dumps(source))
    assert len(list(worker.read(type(partition)(first, 0, 5)))) == 5
    assert set(server.sent) == {first}
    assert server.sent[first] < len(files[first])


def test_names_of_pictures_in_the_repository_are_no_addresses(serve: Serve) -> None:
    serve({"train.parquet": table([{"image": "1.png", "caption": "one"}])})
    assert not hub().by_address


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"question": "?", "answer": "!"}, "owner/name has no column of pictures; nor of their addresses"),
        ({"thumb_url": "http://a/1", "page_url": "http://a/2"}, "thumb_url and page_url could each be the column"),
    ],
    ids=["none", "several"],
)
def test_a_column_that_cannot_be_told_is_asked_for(serve: Serve, row: dict[str, str], complaint: str) -> None:
    serve({"train.parquet": table([row])})
    with pytest.raises(InputError, match=complaint):
        hub().partitions()
