"""What is known to be treacherous about pairs of pictures and captions."""

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.catalogue.conftest import Fetch
from tests.catalogue.fixtures.pretrain import FIXTURES, relaion_rows, shown
from tests.catalogue.fixtures.pretrain_packed import FIXTURES as PACKED
from tests.catalogue.fixtures.pretrain_packed import shard
from tests.catalogue.photos import photo
from tests.catalogue.world import World, as_json, parquet, tarred, zipped
from vlmdata.datasets import datasets_by_name
from vlmdata.datasets.tables.parallel import parallel_lists
from vlmdata.errors import InputError
from vlmdata.recipe import named_source
from vlmdata.types import Manifest, Sample

_CC12M = "https://storage.googleapis.com/conceptual_12m/cc12m.tsv"
_SAFE = "laion/relaion2B-en-research-safe"
_NOISE = os.urandom(3 << 20)


def dropped(manifest: Manifest) -> dict[str, int]:
    return {reason: count for tally in manifest.funnel for reason, count in tally.dropped.items()}


def test_columns_of_cc3m_and_cc12m_are_the_other_way_round(made: World, fetched: Fetch) -> None:
    (url,) = shown(made, 1)
    made.to_hand("Train_GCC-training.tsv", f"a bus station\t{url}\n".encode())
    made.on_web(_CC12M, f"{url}\ta bus station\n".encode())
    for name, options in (("cc3m", {"files": str(made.by_hand)}), ("cc12m", {})):
        _, _, (sample,) = fetched(name, config="urls", **options)
        assert sample.messages[1].text == "a bus station"
        assert sample.images[0].source == url


def test_a_caption_with_a_quote_swallows_no_rows(made: World, fetched: Fetch) -> None:
    captions = ['"open', "plain", 'an "inner" one', 'close"']
    rows = zip(shown(made, 4), captions, strict=True)
    made.on_web(_CC12M, "".join(f"{url}\t{caption}\n" for url, caption in rows).encode())
    _, _, samples = fetched("cc12m", config="urls")
    assert [sample.messages[1].text for sample in samples] == captions


def test_relaion_has_columns_of_img2dataset_or_those_of_old(made: World, fetched: Fetch) -> None:
    old = [{"URL": url, "TEXT": "a lighthouse", "WIDTH": 5, "punsafe": 0.01} for url in shown(made, 2)]
    made.on_hub(_SAFE, {"part-00000-a.parquet": parquet(old)})
    _, _, samples = fetched("laion2b-en", limit=2)
    assert [sample.messages[1].text for sample in samples] == ["a lighthouse"] * 2
    assert samples[0].meta == {"WIDTH": 5, "punsafe": 0.01}


def test_a_renamed_column_is_named_with_those_there_are(made: World, fetched: Fetch) -> None:
    rows = [{"link": url, "caption": "a lighthouse"} for url in shown(made, 2)]
    made.on_hub(_SAFE, {"part-00000-a.parquet": parquet(rows)})
    with pytest.raises(InputError, match=r"laion2b-en: row 0 of part-00000-a\.parquet has no field 'url'; it has link"):
        fetched("laion2b-en", limit=2)


def test_a_column_renamed_in_a_later_file_is_named_too(made: World, fetched: Fetch) -> None:
    first, second = ([{"url": url, name: "x"} for url in shown(made, 2)] for name in ("caption", "alt"))
    made.on_hub(_SAFE, {"part-0.parquet": parquet(first), "part-1.parquet": parquet(second)})
    with pytest.raises(InputError, match=r"part-1\.parquet has no column 'caption'.*; it has url, alt"):
        fetched("laion2b-en")


def test_the_withdrawn_names_read_relaion(made: World) -> None:
    for name in ("laion2b-en", "laion5b"):
        entry = datasets_by_name()[name].entry
        assert any("withdrawn" in one.what and "Re-LAION" in one.treatment for one in entry.problems)
        assert all("relaion" in repo for repo in (named_source(name, None, {}).repo_name,))  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["laion400m", "laion2b-en", "laion5b"])
def test_a_gated_list_says_what_to_do(made: World, fetched: Fetch, name: str) -> None:
    repo = named_source(name, None, {}).repo_name  # type: ignore[attr-defined]
    made.on_hub(repo, {"part-0.parquet": parquet(relaion_rows(shown(made, 1)))})
    made.hub.repos[repo].gated = frozenset({"a token"})
    with pytest.raises(InputError, match=rf"{repo} is gated: open \S+, accept its terms .*HF_TOKEN"):
        fetched(name, limit=1)
    gating = datasets_by_name()[name].entry.gating
    assert gating
    assert f"https://huggingface.co/datasets/{repo}" in gating


def test_a_gated_list_got_by_hand_needs_no_hub(made: World, fetched: Fetch) -> None:
    made.to_hand("part-0.parquet", parquet(relaion_rows(shown(made, 2))))
    _, manifest, samples = fetched("laion2b-en", files=str(made.by_hand))
    assert len(samples) == 2
    assert made.hub.requests == []
    assert manifest.sources[0].revision == "main"


def test_a_picture_that_has_changed_is_found_by_its_hash(made: World, fetched: Fetch) -> None:
    rows = relaion_rows(shown(made, 3))
    made.on_hub(_SAFE, {"part-0.parquet": parquet(rows)})
    made.on_web("http://photos.test/1.jpg", photo(9).data)
    _, manifest, samples = fetched("laion2b-en", hash_column="MD5")
    assert dropped(manifest) == {"hash_mismatch": 1}
    assert [sample.meta["key"] for sample in samples] == ["000000000", "000000002"]


def test_rows_are_chosen_by_a_seed(made: World, fetched: Fetch) -> None:
    made.on_hub(_SAFE, {"part-0.parquet": parquet(relaion_rows(shown(made, 8)))})

    def keys(seed: int) -> list[str]:
        _, _, samples = fetched("laion2b-en", sample=4, seed=seed)
        return [sample.key for sample in samples]

    assert keys(1) == keys(1)
    assert len(keys(1)) == 4
    assert keys(1) != keys(2)


def test_conditions_are_for_addresses(made: World) -> None:
    with pytest.raises(ValidationError, match="where is for lists of addresses: it goes with config urls"):
        datasets_by_name()["cc3m"].model_validate({"where": "width > 3"})
    with pytest.raises(ValidationError, match="expected a value at character 8"):
        datasets_by_name()["coyo700m"].model_validate({"where": "width >"})


def test_of_a_list_in_parquet_only_the_first_rows_are_read(made: World, fetched: Fetch) -> None:
    rows = relaion_rows(shown(made, 4)) * 2000
    data = parquet([{**row, "exif": os.urandom(2000).hex()} for row in rows], group=1000)
    made.on_hub(_SAFE, {f"part-{part}.parquet": data for part in range(2)})
    _, _, samples = fetched("laion2b-en", limit=4)
    assert len(samples) == 4
    assert made.hub.sent["part-0.parquet"] < len(data) / 2
    assert made.hub.sent["part-1.parquet"] == 0


def test_of_tars_only_the_beginning_is_read(made: World, fetched: Fetch) -> None:
    long = shard(0, 4).rstrip(b"\0") + b"\0" * 512
    long = long[: len(long) - len(long) % 512] + tarred({"000000099.jpg": _NOISE, "000000099.txt": b"noise"})
    made.on_hub("pixparse/cc3m-wds", {"cc3m-train-0000.tar": long, "cc3m-train-0001.tar": long})
    _, _, samples = fetched("cc3m", limit=2)
    assert [sample.key[-9:] for sample in samples] == ["000000000", "000000001"]
    assert made.hub.sent["cc3m-train-0000.tar"] < len(long) / 2
    assert made.hub.sent["cc3m-train-0001.tar"] == 0


def test_the_beginning_of_a_tar_is_not_taken_for_all_of_it(made: World, fetched: Fetch) -> None:
    made.on_hub("pixparse/cc3m-wds", {"cc3m-train-0000.tar": shard(0, 4), "cc3m-train-0001.tar": shard(4, 4)})
    counts = [len(fetched("cc3m", **options)[2]) for options in ({"limit": 2}, {"limit": 6}, {}, {"limit": 3})]
    assert counts == [2, 6, 8, 3]


def test_a_beginning_travels_to_workers(made: World) -> None:
    made.on_hub("pixparse/cc3m-wds", {"cc3m-train-0000.tar": shard(0, 4), "cc3m-train-0001.tar": shard(4, 4)})
    source = named_source("cc3m", None, {"limit": 6}).pinned()
    parts = source.partitions()
    there = pickle.loads(pickle.dumps(source))
    for part in parts:
        assert list(there.read(part)) == list(source.read(part))
    assert [part.rows for part in parts] == [4, 2]


@pytest.mark.parametrize(("cut", "found"), [(3000, 1), (None, 4)])
def test_a_tar_cut_off_loses_what_is_cut_off(made: World, fetched: Fetch, cut: int | None, found: int) -> None:
    data = shard(0, 4)
    second = data.index(b"000000001.jpg")
    data = data[: second + cut] if cut else data
    made.on_hub("pixparse/cc3m-wds", {"cc3m-train-0000.tar": data})
    _, manifest, samples = fetched("cc3m", limit=5)
    assert len(samples) == found
    assert dropped(manifest) == ({"broken_tar": 1} if cut else {})


def test_what_is_no_tar_is_refused(made: World, fetched: Fetch) -> None:
    made.on_hub("pixparse/cc3m-wds", {"cc3m-train-0000.tar": b"<html>" * 100})
    with pytest.raises(InputError, match="is not a tar"):
        fetched("cc3m", limit=5)


def test_lists_of_another_length_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "sbu.json"
    path.write_bytes(as_json({"image_urls": ["a", "b"], "captions": ["x"]}))
    with pytest.raises(InputError, match="image_urls has 2, captions has 1"):
        parallel_lists(path)


def test_an_entry_that_is_no_text_costs_its_row(made: World, fetched: Fetch) -> None:
    urls = [*shown(made, 3), 7, "no address"]
    lists = {"image_urls": urls, "captions": ["one", None, {"a": 1}, "four", "five"], "more": [0.5, None, [], "é", 2]}
    made.to_hand("sbu-captions-all.json", as_json(lists).replace(b'"one"', b'"caf\xc3\xa9"'))
    _, manifest, (sample,) = fetched("sbu", files=str(made.by_hand))
    assert sample.messages[1].text == "café"
    assert sample.meta == {"more": "0.5"}
    assert dropped(manifest) == {"missing_text": 2, "bad_url": 2}


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("sbu", {}, r"sbu-captions-all\.tar\.gz .*downloaded whole: a compressed tar"),
        ("blip-capfilt", {}, r"ccs_synthetic_filtered_large\.json .*downloaded whole: one JSON value"),
        ("cc12m", {"config": "urls"}, r"cc12m\.tsv .*downloaded whole"),
        ("llava-pretrain", {}, r"blip_laion_cc_sbu_558k\.json .*downloaded whole: one JSON value"),
    ],
)
def test_what_comes_whole_is_said_before(made: World, name: str, options: dict[str, str], said: str) -> None:
    fixture = next(one for one in {**FIXTURES, **PACKED}[name] if dict(one.options) == options)
    fixture.publish(made)
    (remark,) = named_source(name, None, options).remarks()
    assert re.search(said, remark)


def test_tars_and_parquet_need_no_remark(made: World) -> None:
    for name in ("cc3m", "coyo700m"):
        {**FIXTURES, **PACKED}[name][0].publish(made)
        assert list(named_source(name, None, {}).remarks()) == []


def test_of_the_pictures_of_llava_only_the_wanted_are_read(made: World, fetched: Fetch) -> None:
    chat = [
        {
            "id": f"{number:09d}",
            "image": f"00000/{number:09d}.jpg",
            "conversations": [{"from": "human", "value": "<image>\nSay it."}, {"from": "gpt", "value": "a cup"}],
        }
        for number in range(100)
    ]
    packed = zipped({row["image"]: photo(0).data + _NOISE[:60_000] for row in chat})  # type: ignore[misc]
    made.on_hub("liuhaotian/LLaVA-Pretrain", {"blip_laion_cc_sbu_558k.json": as_json(chat), "images.zip": packed})
    _, _, samples = fetched("llava-pretrain", limit=3)
    assert len(samples) == 3
    assert made.hub.sent["images.zip"] < len(packed) / 3


def test_pictures_unpacked_by_hand_are_taken(made: World, fetched: Fetch) -> None:
    PACKED["llava-pretrain"][0].publish(made)
    made.to_hand("images/00003/0000345393.jpg", photo(3).data)
    _, manifest, samples = fetched("llava-pretrain", limit=5, files=str(made.by_hand))
    assert dropped(manifest) == {"missing_file": 4}
    (sample,) = samples
    assert isinstance(sample, Sample)
    assert sample.images[0].data == photo(3).data
