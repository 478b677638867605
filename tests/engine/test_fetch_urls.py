"""A table of addresses fetched from a server that misbehaves, read back from the shards."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image as Picture

from tests.engine.conftest import recipe_of
from tests.servers.hostile import HostileServer, hostile_server
from tests.servers.hostile_pages import photo
from vlmdata.datasets.formats.urls import Urls
from vlmdata.engine import generation
from vlmdata.engine.job import Fetching
from vlmdata.engine.run import Where, fetch, preprocess
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.recipe import Output
from vlmdata.shards.directory import Directory
from vlmdata.shards.dropped import read_dropped
from vlmdata.shards.verify import verify
from vlmdata.steps.resize import ImageResize
from vlmdata.types import Manifest

Fetch = Callable[..., Manifest]


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as one:
        yield one


@pytest.fixture
def fetched(tmp_path: Path) -> Fetch:
    """Fetch addresses, with any further columns, into ``tmp_path / out``; ten rows a shard."""

    def run(rows: Sequence[str | dict[str, str]], out: str = "out", **options: Any) -> Manifest:
        table = tmp_path / f"{out}.csv"
        dicts = [{"url": row} if isinstance(row, str) else row for row in rows]
        with table.open("w", newline="") as file:
            writer = csv.DictWriter(file, ["url", "caption", *sorted(dicts[0].keys() - {"url", "caption"})])
            writer.writeheader()
            writer.writerows({"caption": f"number {number}", **row} for number, row in enumerate(dicts))
        source = {"path": str(table), **options.pop("source", {})}
        policy = HttpPolicy(**{"allow_private_hosts": True, "retries": 0, **options.pop("policy", {})})
        where = Where(
            workers=options.pop("workers", 1), fetching=Fetching(policy=policy, cache=options.pop("cache", None))
        )
        settings = options.pop("settings", Output(max_samples=10))
        return fetch(Urls.model_validate(source), tmp_path / out, where, settings=settings, **options)[1]

    return run


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((out / "parquet").iterdir()) for row in pq.read_table(path).to_pylist()]


def captions(out: Path) -> list[str]:
    return [row["messages"][-1]["content"][0]["text"] for row in rows_of(out)]


def reasons(out: Path) -> dict[str, str]:
    """Why a row was dropped, by its caption."""
    return {
        row["text"] or row["source"]: row["reason"]
        for path in (out / "dropped").iterdir()
        for row in read_dropped(path)
    }


def download(manifest: Manifest) -> Counter[str]:
    return next(tally for tally in manifest.funnel if tally.name == "download").dropped


def test_pictures_come_as_they_are_in_the_order_of_the_rows(
    server: HostileServer, fetched: Fetch, tmp_path: Path
) -> None:
    pages = [f"/{name}.jpg" for name in range(25)]
    for page in pages:
        server.files[page] = photo() + page.encode()
    slow = {3: "/pause?s=0.4", 12: "/hops/2"}
    manifest = fetched([server.url(slow.get(number, page)) for number, page in enumerate(pages)], workers=2)
    assert (manifest.rows, manifest.written) == (25, 25)
    rows = rows_of(tmp_path / "out")
    assert captions(tmp_path / "out") == [f"number {number}" for number in range(25)]
    assert rows[7]["images"][0]["bytes"] == photo() + b"/7.jpg"
    info = rows[7]["image_info"][0]
    assert info["sha256"] == hashlib.sha256(photo() + b"/7.jpg").hexdigest()
    assert (info["media_type"], info["original"], info["source"]) == ("image/jpeg", [320, 240], server.url("/7.jpg"))
    asked = server.url("/hops/2")
    assert rows[12]["downloads"] == [
        {"url": asked, "final_url": server.url("/hops/0"), "status": 200, "content_type": "image/jpeg"}
    ]
    assert verify(tmp_path / "out") == []


def test_how_it_came_is_known_after_preprocess(server: HostileServer, fetched: Fetch, tmp_path: Path) -> None:
    fetched([server.url("/hops/1")])
    recipe = recipe_of("inputs: [{path: out}]\nsteps: [clean.image, {image.resize: {max_side: 64}}]", tmp_path)
    preprocess(recipe, tmp_path / "ready", Where())
    (row,) = rows_of(tmp_path / "ready")
    assert row["downloads"][0]["final_url"] == server.url("/hops/0")
    assert (row["image_info"][0]["width"], row["image_info"][0]["height"]) == (64, 48)


def test_equal_addresses_are_asked_for_once(server: HostileServer, fetched: Fetch, tmp_path: Path) -> None:
    manifest = fetched([server.url("/photo.jpg")] * 20, settings=Output(max_samples=20))
    assert manifest.written == 20
    assert server.requests["/photo.jpg"] == 1
    assert {row["images"][0]["bytes"] for row in rows_of(tmp_path / "out")} == {photo()}


def test_dead_and_reserved_addresses_are_asked_for_once_each(server: HostileServer, fetched: Fetch) -> None:
    dead = [server.url(f"/status/404?{number}") for number in range(20)]
    reserved = [server.url(f"/noai?{number}") for number in range(20)]
    manifest = fetched(dead + reserved, policy={"retries": 3})
    assert download(manifest) == {"http_404": 20, "opted_out": 20}
    assert (server.requests["/status/404"], server.requests["/noai"]) == (20, 20)
    assert server.sent["/noai"] < 20 * 16_000_000 / 2


def test_a_busy_host_is_waited_for_and_others_are_not(server: HostileServer, fetched: Fetch, tmp_path: Path) -> None:
    busy = [server.url(f"/429?wait=2&times=1&{number}", host="127.0.0.2") for number in range(3)]
    others = [server.url(f"/photo.jpg?{number}", host="127.0.0.3") for number in range(5)]
    fetched(busy + others, policy={"retries": 2})
    assert captions(tmp_path / "out") == [f"number {number}" for number in range(8)]
    first, *rest = sorted(server.times["127.0.0.2"])
    assert any(moment - first >= 1.9 for moment in rest)
    assert max(server.times["127.0.0.3"]) - first < 1.9


HOSTILE = {
    "/reset": "reset",
    "/reset-in-body": "truncated_body",
    "/short": "truncated_body",
    "/broken-chunks": "truncated_body",
    "/slow": "timeout",
    "/silent": "timeout",
    "/endless": "too_large",
    "/endless-plain": "too_large",
    "/huge": "too_large",
    "/gzip-bomb": "too_large",
    "/loop/a": "redirect_loop",
    "/hops/9": "too_many_redirects",
    "/no-location": "bad_redirect",
    "/to?url=file:///etc/passwd": "bad_redirect",
    "/html": "not_an_image",
    "/empty": "empty_body",
    "/status/403": "http_403",
    "/gzip-broken": "bad_encoding",
    "/garbage": "bad_response",
    "/header-flood": "bad_response",
}


def test_every_hostile_answer_has_its_reason(server: HostileServer, fetched: Fetch, tmp_path: Path) -> None:
    rows = [{"url": server.url(path), "caption": path} for path in HOSTILE]
    rows += [{"url": server.url("/photo.jpg"), "caption": "good"}, {"url": "", "caption": "none"}]
    manifest = fetched(rows, policy={"timeout_s": 1.5, "max_bytes": 1_000_000, "per_host": 50})
    found = reasons(tmp_path / "out")
    assert {path: found.get(path) for path in HOSTILE} == HOSTILE
    assert captions(tmp_path / "out") == ["good"]
    assert manifest.rows == len(rows) == manifest.written + len(found)
    assert verify(tmp_path / "out") == []


def test_this_machine_is_not_asked_unless_allowed(server: HostileServer, fetched: Fetch) -> None:
    away = "http://169.254.169.254/latest/meta-data"
    here = [server.url("/photo.jpg"), f"http://localhost:{server.port}/photo.jpg", away]
    manifest = fetched(here, policy={"allow_private_hosts": False})
    assert download(manifest) == {"private_address": 3}
    assert server.requests.total() == 0


def test_hashes_are_checked(server: HostileServer, fetched: Fetch, tmp_path: Path) -> None:
    right, wrong = hashlib.md5(photo()).hexdigest(), "0" * 32
    rows = [{"url": server.url(f"/photo.jpg?{md5}"), "md5": md5} for md5 in (right, wrong)]
    manifest = fetched(rows, source={"hash_column": "md5"})
    assert captions(tmp_path / "out") == ["number 0"]
    assert download(manifest) == {"hash_mismatch": 1}


def test_pictures_can_be_shrunk_on_the_way(server: HostileServer, fetched: Fetch, tmp_path: Path) -> None:
    server.files["/cut.jpg"] = photo()[:9000]
    manifest = fetched([server.url("/photo.jpg"), server.url("/cut.jpg")], steps=[ImageResize(max_side=100)])
    (row,) = rows_of(tmp_path / "out")
    with Picture.open(io.BytesIO(row["images"][0]["bytes"])) as picture:
        assert picture.size == (100, 75)
    assert row["image_info"][0]["sha256"] == hashlib.sha256(photo()).hexdigest()
    assert [(tally.name, tally.entered) for tally in manifest.funnel] == [
        ("read", 2), ("download", 2), ("image.resize", 2), ("render", 2),
    ]  # fmt: skip
    assert reasons(tmp_path / "out") == {"number 1": "truncated"}


def test_a_cache_of_addresses_spans_runs(server: HostileServer, fetched: Fetch, tmp_path: Path) -> None:
    addresses = [server.url("/photo.jpg"), server.url("/noai"), server.url("/status/404")]
    for out in ("one", "two"):
        fetched(addresses, out, cache=tmp_path / "cache")
    assert (server.requests["/photo.jpg"], server.requests["/noai"], server.requests["/status/404"]) == (1, 1, 2)
    assert [rows_of(tmp_path / out)[0]["images"][0]["bytes"] for out in ("one", "two")] == [photo()] * 2
    assert reasons(tmp_path / "one") == reasons(tmp_path / "two")


def test_a_recipe_has_its_addresses_fetched_first(
    server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLMDATA_MIRRORS", f"https://pictures.example={server.url('')}")
    lines = (json.dumps({"URL": f"https://pictures.example/photo.jpg?{n}", "TEXT": f"t{n}"}) for n in range(4))
    (tmp_path / "list.jsonl").write_text("\n".join(lines))
    recipe = recipe_of("inputs: [{path: list.jsonl, format: urls, limit: 3}]\nsteps: [clean.image]", tmp_path)
    manifest = preprocess(recipe, tmp_path / "out", Where())
    assert captions(tmp_path / "out") == ["t0", "t1", "t2"]
    assert manifest.sources[0].made_of[0].name == "list"
    assert rows_of(tmp_path / "out")[0]["downloads"][0]["url"] == "https://pictures.example/photo.jpg?0"
    preprocess(recipe, tmp_path / "again", Where())
    assert server.requests["/photo.jpg"] == 3


class TestRetry:
    """Thirty rows in three shards: the first whole, the second flaky, of the third nothing will ever come."""

    @pytest.fixture
    def addresses(self, server: HostileServer) -> list[str]:
        flaky = {11: "/flaky/a", 14: "/flaky/b", 17: "/noai", 18: "/status/404"}
        paths = [f"/photo.jpg?{number}" for number in range(20)] + [f"/status/410?{number}" for number in range(10)]
        return [server.url(flaky.get(number, path)) for number, path in enumerate(paths)]

    def test_only_what_failed_is_asked_again(
        self, server: HostileServer, fetched: Fetch, tmp_path: Path, addresses: list[str]
    ) -> None:
        first = fetched(addresses)
        assert download(first) == {"http_500": 2, "opted_out": 1, "http_404": 1, "http_410": 10}
        before = Counter(server.requests)
        second = fetched(addresses, retry_failed=True)
        assert server.requests - before == {"/flaky/a": 1, "/flaky/b": 1, "/status/404": 1, "/status/410": 10}
        assert download(second) == {"opted_out": 1, "http_404": 1, "http_410": 10}
        assert (second.rows, second.written) == (30, 18)
        assert captions(tmp_path / "out") == [f"number {n}" for n in range(20) if n not in (17, 18)]
        assert [(shard.path, shard.generation) for shard in second.shards] == [
            ("parquet/train-00000.parquet", 0),
            ("parquet/train-00001.parquet", 1),
        ]
        assert second.shards[0] == first.shards[0]
        assert first.licenses
        assert second.licenses
        assert (first.licenses.total(), second.licenses.total()) == (16, 18)
        assert reasons(tmp_path / "out")["number 17"] == "opted_out"
        assert len(reasons(tmp_path / "out")) == 12
        assert verify(tmp_path / "out") == []
        assert len(list(Directory(path=str(tmp_path / "out")).partitions())) == 2

    def test_nothing_left_to_try_is_said_and_changes_nothing(
        self, server: HostileServer, fetched: Fetch, tmp_path: Path
    ) -> None:
        fetched([server.url("/photo.jpg"), server.url("/noai")])
        before = (tmp_path / "out" / "manifest.json").read_bytes()
        fetched([server.url("/photo.jpg"), server.url("/noai")], retry_failed=True)
        assert (tmp_path / "out" / "manifest.json").read_bytes() == before
        assert server.requests["/noai"] == 1

    @pytest.mark.parametrize("moves", range(3))
    def test_a_commit_that_is_cut_off_is_finished_by_the_next_run(
        self,
        moves: int,
        fetched: Fetch,
        tmp_path: Path,
        addresses: list[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        fetched(addresses)
        left = iter([generation._move] * moves)

        def failing(*arguments: Any) -> None:
            move = next(left, None)
            if move is None:
                raise KeyboardInterrupt
            move(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(generation, "_move", failing)
            with pytest.raises(KeyboardInterrupt):
                fetched(addresses, retry_failed=True)
        assert not (tmp_path / "out" / "manifest.json").exists()
        manifest = fetched(addresses)
        assert manifest.written == 18
        assert captions(tmp_path / "out") == [f"number {n}" for n in range(20) if n not in (17, 18)]
        assert verify(tmp_path / "out") == []
        assert not (tmp_path / "out" / ".work").exists()

    def test_with_both_formats_and_shrunk(
        self, server: HostileServer, fetched: Fetch, tmp_path: Path, addresses: list[str]
    ) -> None:
        options: dict[str, Any] = {
            "steps": [ImageResize(max_side=50)],
            "settings": Output(max_samples=10, formats=("parquet", "webdataset")),
        }
        fetched(addresses, **options)
        untouched = {row["key"]: row for row in rows_of(tmp_path / "out")}
        manifest = fetched(addresses, retry_failed=True, **options)
        assert [(tally.name, tally.entered) for tally in manifest.funnel] == [
            ("read", 30), ("download", 30), ("image.resize", 18), ("render", 18),
        ]  # fmt: skip
        rows = {row["key"]: row for row in rows_of(tmp_path / "out")}
        assert untouched.items() <= rows.items()
        assert len(rows) == 18
        assert verify(tmp_path / "out") == []
