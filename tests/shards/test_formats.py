"""Both formats: what goes in comes out, by our readers, by `datasets` and by `webdataset`."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from webdataset import TarWriter

from vlmdata.errors import InputError
from vlmdata.shards.formats import FORMATS, read_records, read_spans
from vlmdata.shards.schema import BASE_COLUMNS
from vlmdata.shards.webdataset import WebDatasetWriter
from vlmdata.types import WHOLE, Alternative, Annotation, Box, Message, TextPart, Written, from_record, to_record

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
NAMES = st.characters(codec="utf-8", exclude_characters="\0/")
LAYOUTS = st.sampled_from([None, "TILES", "planned"])


@st.composite
def batches(draw: st.DrawFn, made: SimpleNamespace) -> list[Written]:
    """Random text, marks and nulls on the samples of the conftest."""
    items = []
    for number in range(draw(st.integers(1, 6))):
        layout = draw(LAYOUTS)
        item: Written = made.written(number, layout=made.TILES if layout else WHOLE, planned=layout == "planned")
        box = st.none() | st.builds(Box, *[st.floats(-1e6, 1e6)] * 4)
        marks = tuple(
            replace(mark, box=draw(box), label=draw(st.none() | TEXT), polygon=()) for mark in item.sample.annotations
        )
        sample = replace(
            item.sample,
            messages=(*item.sample.messages, Message("user", (TextPart(draw(TEXT)),)), Message("assistant", ())),
            annotations=marks,
            alternatives=tuple(draw(st.lists(st.builds(Alternative, st.just(0), TEXT), max_size=2))),
            choices=(),
            tags=tuple(draw(st.lists(TEXT, max_size=2))),
            language=draw(st.none() | TEXT),
            meta=draw(st.dictionaries(TEXT, TEXT | st.none() | st.integers(), max_size=2)),
        )
        items.append(replace(item, sample=sample))
    return items


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_random_samples_survive_both_formats(
    data: st.DataObject, made: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    items = data.draw(batches(made))
    root = tmp_path_factory.mktemp("any")
    made.write_task(root, [("train", item) for item in items])
    expected = [to_record(item) for item in items]
    assert list(read_records(root / "parquet/train-00000.parquet")) == expected
    tar = list(read_records(root / "webdataset/train-00000.tar"))
    assert tar == expected


@pytest.mark.parametrize("name", ["parquet/train-00000.parquet", "webdataset/train-00000.tar"])
@pytest.mark.parametrize(("start", "stop"), [(0, 0), (0, 1), (5, 13), (99, 103), (100, 200), (249, 250), (0, None)])
def test_ranges(name: str, start: int, stop: int | None, many: Path) -> None:
    keys = [record["key"] for record in read_records(many / name, start, stop)]
    assert keys == [f"made-{number:05d}" for number in range(250)][start:stop]


@pytest.mark.parametrize("name", ["parquet/train-00000.parquet", "webdataset/train-00000.tar"])
def test_spans(name: str, many: Path) -> None:
    spans = [(0, 2), (2, 3), (110, 112), (249, 250)]
    found = [[record["key"] for record in rows] for rows in read_spans(many / name, spans)]
    assert found == [[f"made-{number:05d}" for number in range(*span)] for span in spans]


@pytest.fixture(scope="module")
def many(made: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("many")
    made.write_task(root, [("train", made.written(number)) for number in range(250)])
    return root


def test_row_groups_and_encodings(many: Path) -> None:
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(many / "parquet/train-00000.parquet")
    assert [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)] == [100, 100, 50]
    columns = {
        metadata.row_group(0).column(number).path_in_schema: metadata.row_group(0).column(number)
        for number in range(metadata.num_columns)
    }
    assert columns["images.list.element.bytes"].compression == "UNCOMPRESSED"
    assert not columns["images.list.element.bytes"].has_dictionary_page
    assert columns["messages.list.element.content.list.element.text"].compression == "ZSTD"
    assert columns["annotations.list.element.polygon.list.element.list.element"].compression == "ZSTD"


def test_large_rows_make_small_groups(made: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    monkeypatch.setattr("vlmdata.shards.parquet.GROUP_BYTES", 6000)
    made.write_task(tmp_path, [("train", made.written(0)) for _ in range(20)], formats=["parquet"])
    metadata = pq.read_metadata(tmp_path / "parquet/train-00000.parquet")
    one = to_record(made.written(0))
    assert 1 < metadata.num_row_groups < 20
    assert list(read_records(tmp_path / "parquet/train-00000.parquet", 3, 9)) == [one] * 6


def test_a_whole_row_group_is_never_read(made: SimpleNamespace, tmp_path: Path) -> None:
    """100 rows of 400 kB in one group: 40 MB on disk, a few of them in memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    item = made.written(0)
    noise = replace(item.views[0][0], data=b"\xff" * 400_000)
    item = replace(item, views=((noise, *item.views[0][1:]),))
    made.write_task(tmp_path, [("train", item) for _ in range(100)], formats=["parquet"])
    path = tmp_path / "parquet/train-00000.parquet"
    assert pq.read_metadata(path).num_row_groups == 1
    before = peak = pa.total_allocated_bytes()
    for record in read_records(path):
        peak = max(peak, pa.total_allocated_bytes())
        assert len(record["images"][0]["bytes"]) == 400_000
    assert peak - before < 12_000_000


def test_tar_members_bear_no_owner_and_no_time(many: Path) -> None:
    with tarfile.open(many / "webdataset/train-00000.tar") as tar:
        members = tar.getmembers()
    assert [member.name for member in members[:2]] == ["made-00000.0.jpg", "made-00000.json"]
    assert {(member.mtime, member.uid, member.gid, member.uname, member.gname, member.mode) for member in members} == {
        (0, 0, 0, "", "", 0o644)
    }


@given(
    names=st.lists(st.text(NAMES, min_size=1, max_size=120), unique=True),
    sizes=st.lists(st.integers(0, 1500), min_size=10, max_size=10),
)
def test_tars_are_those_of_webdataset_itself(names: list[str], sizes: list[int]) -> None:
    ours, theirs = io.BytesIO(), io.BytesIO()
    writer = WebDatasetWriter(cast("io.RawIOBase", ours))
    reference = TarWriter(theirs, user="", group="", mode=0o644, mtime=0, encoder=False)
    for name in names:
        pictures = {f"{number}.jpg": bytes(size) for number, size in enumerate(sizes)}
        images = [{"path": f"{name}.{rest}", "bytes": data} for rest, data in pictures.items()]
        writer.write({"key": name, "images": images}, b"{}")
        reference.write({"__key__": name, "json": b"{}", **pictures})
    writer.close()
    reference.close()
    assert ours.getvalue() == theirs.getvalue()


def test_many_pictures_and_a_long_key_keep_their_order(made: SimpleNamespace, tmp_path: Path) -> None:
    """As strings `10.jpg` comes before `2.jpg`, and 120 characters do not fit a plain tar header."""
    pairs = [made.image_with_views(made.TILES, shade) for shade in range(5)]
    item = made.written(4)
    item = Written(
        replace(item.sample, key="k" * 120, images=tuple(image for image, _ in pairs)),
        tuple(views for _, views in pairs),
    )
    made.write_task(tmp_path, [("train", item), ("train", made.written(5))])
    for path in ("parquet/train-00000.parquet", "webdataset/train-00000.tar"):
        assert list(read_records(tmp_path / path)) == [to_record(item), to_record(made.written(5))]


SAME_BYTES = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import conftest
items = [("train", conftest.written(n, layout=conftest.TILES if n % 2 else conftest.WHOLE)) for n in range(120)]
for info in conftest.write_task(Path(sys.argv[2]), items):
    print(info.path, info.sha256)
"""


def test_another_process_writes_the_same_bytes(made: SimpleNamespace, tmp_path: Path) -> None:
    items = [("train", made.written(n, layout=made.TILES if n % 2 else WHOLE)) for n in range(120)]
    here = [f"{info.path} {info.sha256}" for info in made.write_task(tmp_path / "here", items)]
    command = [sys.executable, "-c", SAME_BYTES, str(Path(__file__).parent), str(tmp_path / "there")]
    there = subprocess.run(command, check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": "7"})
    assert there.stdout.split("\n")[:-1] == here
    assert len(here) == len(FORMATS)


@pytest.mark.parametrize("streaming", [False, True])
def test_datasets_opens_the_directory(
    made: SimpleNamespace, make_directory: object, streaming: bool, offline_datasets: Path
) -> None:
    import datasets

    root = make_directory()  # type: ignore[operator]
    loaded = datasets.load_dataset(str(root), streaming=streaming, cache_dir=str(offline_datasets))
    assert set(loaded) == {"train", "validation"}
    rows = list(loaded["train"])
    assert [row["key"] for row in rows] == [f"made-{task * 100 + n:05d}" for task in range(2) for n in range(7)]
    assert [len(row["images"]) for row in rows[:5]] == [1, 1, 2, 1, 0]
    assert rows[0]["images"][0].size == (16, 12)
    red, green, _ = rows[1]["images"][0].convert("RGB").getpixel((3, 3))
    assert abs(red - 7) < 4
    assert abs(green - 248) < 4
    assert rows[0]["annotations"][0]["bbox"] == [1.5, 2.0, 7.25, 8.0]


@pytest.fixture
def offline_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    return tmp_path / "cache"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # webdataset leaves the tar open
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_webdataset_opens_the_tars(made: SimpleNamespace, many: Path) -> None:
    import json

    import webdataset as wds
    from PIL import Image as Picture

    tar = str(many / "webdataset/train-00000.tar")
    samples = list(wds.WebDataset(tar, shardshuffle=False, empty_check=False))
    assert [sample["__key__"] for sample in samples] == [f"made-{number:05d}" for number in range(250)]
    third = samples[2]
    assert from_record(
        {**json.loads(third["json"]), "images": [{"bytes": third[f"{n}.jpg"], "path": ""} for n in range(2)]}
    ) == from_record(to_record(made.written(2)))
    assert Picture.open(io.BytesIO(third["1.jpg"])).size == (16, 12)


def test_only_declared_columns_are_written(made: SimpleNamespace, tmp_path: Path) -> None:
    item = made.written(0)
    images = tuple(replace(image, download=None) for image in item.sample.images)
    bare = replace(
        item.sample, images=images, annotations=(), alternatives=(), choices=(), messages=(), rendered=None, tokens=None
    )
    made.write_task(tmp_path, [("train", replace(item, sample=bare))], columns=BASE_COLUMNS)
    for path in ("parquet/train-00000.parquet", "webdataset/train-00000.tar"):
        (record,) = read_records(tmp_path / path)
        assert set(record) == set(BASE_COLUMNS)
        assert from_record(record).annotations == ()


@pytest.mark.parametrize("name", ["parquet/train-00000.parquet", "webdataset/train-00000.tar"])
@pytest.mark.parametrize("damage", ["cut", "html", "missing"])
def test_damaged_files_say_so(name: str, damage: str, made: SimpleNamespace, tmp_path: Path) -> None:
    made.write_task(tmp_path, [("train", made.written(number)) for number in range(3)])
    path = tmp_path / name
    if damage == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif damage == "html":
        path.write_bytes(b"<html>not found</html>" * 100)
    else:
        path.unlink()
    with pytest.raises(InputError, match=path.name):
        list(read_records(path))


def test_annotations_keep_their_nulls(made: SimpleNamespace, tmp_path: Path) -> None:
    item = made.written(0)
    bare = replace(item.sample, annotations=(*item.sample.annotations, Annotation(id="only an id")))
    made.write_task(tmp_path, [("train", replace(item, sample=bare))])
    for path in ("parquet/train-00000.parquet", "webdataset/train-00000.tar"):
        (record,) = read_records(tmp_path / path)
        assert from_record(record).annotations == bare.annotations
