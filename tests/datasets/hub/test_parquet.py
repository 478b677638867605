"""Pictures embedded in Parquet, on the Hub."""

from __future__ import annotations

import io
import pickle

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.datasets.hub.conftest import Serve, card, items, parquet, picture, said
from vlmdata.datasets.hub.dataset import Hub, license_of
from vlmdata.errors import InputError
from vlmdata.types import Sample

SHARDS = {
    f"data/train-{number:05d}-of-00005.parquet": parquet([f"{number}-{row}" for row in range(4)]) for number in range(5)
}
TEST = {"data/test-00000-of-00001.parquet": parquet(["t"])}


def test_rows_of_all_files_come_in_order_with_their_origin_and_terms(serve: Serve) -> None:
    server = serve({**SHARDS, **TEST, "README.md": card(license="cc-by-4.0")})
    source = Hub.model_validate({"repo": "owner/name"})
    found = items(source)
    assert [said(item) for item in found] == [f"{number}-{row}" for number in range(5) for row in range(4)]
    assert len({item.key for item in found}) == 20
    first = found[0]
    assert isinstance(first, Sample)
    assert first.origin.dataset == "name"
    assert first.origin.config == "default"
    assert first.origin.split == "train"
    assert first.origin.source == "data/train-00000-of-00005.parquet#0"
    assert first.license.annotations == "cc-by-4.0"
    assert first.license.commercial == "yes"
    assert first.images[0].data is not None
    pinned = source.pinned()
    assert pinned.revision == server.sha("owner/name")
    assert pinned.homepage == "https://huggingface.co/datasets/owner/name"


def test_a_limit_downloads_only_the_files_it_needs(serve: Serve) -> None:
    large = {name: parquet([f"{name}-{row}" for row in range(40)], noise=20_000) for name in SHARDS}
    server = serve(large)
    source = Hub.model_validate({"repo": "owner/name", "limit": 3})
    (partition,) = source.partitions()
    assert partition.rows == 40
    first = partition.file
    assert set(server.sent) == {first}
    assert server.sent[first] <= 1 << 17 < len(large[first])
    (part,) = [type(partition)(first, 0, 3)]
    assert len(list(source.read(part))) == 3
    assert set(server.sent) == {first}


def test_it_travels_to_workers_with_all_that_was_planned(serve: Serve) -> None:
    server = serve({**SHARDS, **TEST})
    source = Hub.model_validate({"repo": "owner/name", "split": "test"}).pinned()
    (partition,) = source.partitions()
    sent = pickle.dumps(source)
    server.forget()
    worker = pickle.loads(sent)
    assert [said(item) for item in worker.read(partition)] == ["t"]
    assert {seen.path.split("/")[1] for seen in server.requests} <= {"datasets", "cdn"}
    assert worker.digest() == source.digest()


def test_the_digest_follows_the_commit(serve: Serve) -> None:
    server = serve(TEST)
    before = Hub.model_validate({"repo": "owner/name"}).digest()
    old = server.sha("owner/name")
    server.commit("owner/name", {"data/test-00000-of-00001.parquet": parquet(["new"])})
    after = Hub.model_validate({"repo": "owner/name"})
    assert after.digest() != before
    assert [said(item) for item in items(after)] == ["new"]
    earlier = Hub.model_validate({"repo": "owner/name", "revision": old})
    assert earlier.digest() == before
    assert [said(item) for item in items(earlier)] == ["t"]


@pytest.fixture
def configs() -> dict[str, bytes | str]:
    head = {
        "configs": [
            {"config_name": "cats", "data_files": [{"split": "train", "path": "cats/*"}]},
            {
                "config_name": "dogs",
                "data_files": [
                    {"split": "first", "path": "dogs/a.parquet"},
                    {"split": "second", "path": "dogs/b.parquet"},
                ],
            },
        ]
    }
    dogs = {f"dogs/{name}.parquet": parquet([f"dog {name}"]) for name in "ab"}
    return {"README.md": card(**head), "cats/x.parquet": parquet(["cat"]), **dogs}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "several configurations, choose one with --config: cats, dogs"),
        ({"config": "cat"}, "no configuration 'cat'; did you mean 'cats'"),
        ({"config": "dogs"}, "no split train, choose one with --split: first, second"),
        ({"config": "dogs", "split": "sekond"}, "no split 'sekond'; did you mean 'second'"),
    ],
    ids=["no-config", "wrong-config", "no-split", "wrong-split"],
)
def test_what_must_be_chosen_is_listed(
    serve: Serve, configs: dict[str, bytes | str], options: dict[str, str], complaint: str
) -> None:
    serve(configs)
    with pytest.raises(InputError, match=complaint):
        Hub.model_validate({"repo": "owner/name", **options}).partitions()


def test_a_configuration_and_a_split_are_read_alone(serve: Serve, configs: dict[str, bytes | str]) -> None:
    serve(configs)
    source = Hub.model_validate({"repo": "owner/name", "config": "dogs", "split": "second"})
    (found,) = items(source)
    assert said(found) == "dog b"
    assert isinstance(found, Sample)
    assert (found.origin.config, found.origin.split) == ("dogs", "second")
    assert source.title == "name-dogs"


MEDIA = {"bytes": b"RIFF", "path": None}


def media(**rows: dict[str, object]) -> bytes:
    """One row of columns declared as ``Audio`` and ``Image``, whose stored types are the same."""
    import datasets

    kinds = {"sound": datasets.Audio(), "picture_of_it": datasets.Image()}
    features = datasets.Features({name: kinds[name] for name in rows})
    buffer = io.BytesIO()
    pq.write_table(pa.table({name: [row] for name, row in rows.items()}, schema=features.arrow_schema), buffer)
    return buffer.getvalue()


def test_sounds_are_not_taken_for_pictures(serve: Serve) -> None:
    server = serve({"train.parquet": media(sound=MEDIA, picture_of_it={"bytes": picture("red"), "path": None})})
    (found,) = items(Hub.model_validate({"repo": "owner/name"}))
    assert isinstance(found, Sample)
    assert found.images[0].data == picture("red")
    server.commit("owner/name", {"train.parquet": media(sound=MEDIA)})
    with pytest.raises(InputError, match=r"no column of pictures, but sound \(Audio\)"):
        Hub.model_validate({"repo": "owner/name"}).partitions()


@pytest.mark.parametrize(
    ("names", "commercial"),
    [
        ((), "unclear"),
        (("apache-2.0",), "yes"),
        (("MIT", "cc-by-4.0"), "yes"),
        (("mit", "cc-by-nc-sa-4.0"), "no"),
        (("mit", "other"), "unclear"),
    ],
    ids=["none", "free", "both-free", "one-not", "one-unknown"],
)
def test_commercial_use_is_allowed_where_every_licence_does(names: tuple[str, ...], commercial: str) -> None:
    assert license_of(names).commercial == commercial
