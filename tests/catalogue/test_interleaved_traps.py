"""What is known to be treacherous about interleaved documents."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue.conftest import Fetch
from tests.catalogue.fixtures.interleaved import (
    OPT_OUT,
    TOKEN,
    mmc4_page,
    page,
    publish_mmc4,
    publish_pages,
    shape,
    url,
)
from tests.catalogue.photos import photo
from tests.catalogue.world import World, as_lines, parquet, zipped
from vlmdata.engine.run import Where, fetch
from vlmdata.errors import InputError
from vlmdata.recipe import Output, named_dataset
from vlmdata.shards.directory import Directory
from vlmdata.shards.verify import verify
from vlmdata.types import Manifest, Sample


def counted(manifest: Manifest, what: str) -> dict[str, int]:
    """Drops or notes of the whole funnel."""
    total: Counter[str] = Counter()
    for tally in manifest.funnel:
        total.update(getattr(tally, what))
    return dict(total)


def on_web(made: World, *numbers: int) -> None:
    for number in numbers:
        made.on_web(url(number), photo(number).data)


def read(out: Path) -> list[Sample]:
    directory = Directory(path=str(out))
    items = (item for part in directory.partitions() for item in directory.read(part))
    return [item for item in items if isinstance(item, Sample)]


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        (f"One.\n\n{TOKEN}\n\nTwo.", [[0, "One."], ["Two."]]),
        (f"{TOKEN}\n\nTwo.", [[0], ["Two."]]),
        (f"One.{TOKEN}", [[0, "One."]]),
        (f"One. {TOKEN} {TOKEN} Three.", [[0, "One."], ["Three."]]),
    ],
    ids=["between", "at the beginning", "at the end", "twice"],
)
def test_obelics_end_token_never_reaches_a_text(
    text: str, documents: list[list[int | str]], made: World, fetched: Fetch
) -> None:
    publish_pages(made, [[0, text]])
    on_web(made, 0)
    _, _, (sample,) = fetched("obelics")
    assert shape(sample) == documents
    assert not any(TOKEN in words for words in sample.texts())


def test_obelics_picture_that_cannot_be_had_leaves_its_place_and_the_order_stays(made: World, fetched: Fetch) -> None:
    publish_pages(made, [["One.", 0, "Two.", 1, "Three.", 2, "Four.", 3]])
    on_web(made, 1, 3)
    made.on_web(url(2), b"<html>gone</html>")
    out, manifest, (sample,) = fetched("obelics")
    assert shape(sample) == [["One.", "Two.", 0, "Three.", "Four.", 1]]
    assert [image.data for image in sample.images] == [photo(1).data, photo(3).data]
    assert counted(manifest, "notes") == {"left_out:http_404": 1, "left_out:not_an_image": 1}
    assert counted(manifest, "dropped") == {}
    assert verify(out) == []


def test_obelics_page_with_one_picture_left_is_no_multi_image_page(made: World, fetched: Fetch) -> None:
    publish_pages(made, [[0, "One.", 1]])
    on_web(made, 1)
    _, _, (sample,) = fetched("obelics")
    assert sample.tags == ("interleaved",)


def test_obelics_page_that_loses_all_pictures_is_dropped_and_tried_again(made: World, tmp_path: Path) -> None:
    publish_pages(made, [[0, "One."], [1, "Two."]])
    on_web(made, 0)
    source = named_dataset("obelics", {})
    out, manifest = fetch(source, tmp_path / "out", Where())
    assert counted(manifest, "dropped") == {"http_404": 1}
    on_web(made, 1)
    out, _ = fetch(source, tmp_path / "out", Where(), retry_failed=True)
    assert [shape(sample) for sample in read(out)] == [[[0, "One."]], [[0, "Two."]]]


def test_obelics_address_that_is_none_costs_its_picture_alone(made: World, fetched: Fetch) -> None:
    row = page([0, "One.", 1])
    row["images"][0] = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
    publish(made, [row])
    on_web(made, 1)
    _, manifest, (sample,) = fetched("obelics")
    assert shape(sample) == [["One.", 0]]
    assert counted(manifest, "notes") == {"left_out:bad_url": 1}


def test_obelics_lists_of_different_lengths_are_no_document(made: World, fetched: Fetch) -> None:
    bad = {**page([0, "One."]), "texts": ["One."]}
    silent = {**page([0, "One."]), "texts": [None, "  "]}
    blind = {**page([0, "One."]), "images": [None, None]}
    publish(made, [bad, silent, blind, page([0, "One."])])
    on_web(made, 0)
    _, manifest, samples = fetched("obelics")
    assert counted(manifest, "dropped") == {"bad_field": 1, "missing_text": 1, "missing_image": 1}
    assert len(samples) == 1


def test_obelics_metadata_that_are_no_json_stay_as_they_are(made: World, fetched: Fetch) -> None:
    publish(made, [{**page([0, "One."]), "metadata": "[{'src'", "general_metadata": '{"score": NaN}', "new": 7}])
    on_web(made, 0)
    _, _, (sample,) = fetched("obelics")
    assert sample.meta == {"metadata": "[{'src'", "general_metadata": {"score": None}, "new": 7}


def test_obelics_with_a_limit_reads_the_first_rows_of_the_first_file(made: World, fetched: Fetch) -> None:
    rows = [{**page([0, "One."]), "general_metadata": os.urandom(30_000).hex()} for _ in range(200)]
    data = parquet(rows, group=20)
    names = [f"{OPT_OUT}/obelics-train-0000{number}-of-00002.parquet" for number in range(2)]
    made.on_hub("HuggingFaceM4/OBELICS", dict.fromkeys(names, data))
    on_web(made, 0)
    _, _, samples = fetched("obelics", limit=5)
    assert len(samples) == 5
    assert made.hub.sent[names[0]] < len(data) / 2
    assert made.hub.sent[names[1]] == 0


def test_obelics_whose_columns_have_changed_is_refused(made: World, fetched: Fetch) -> None:
    publish(made, [{**page([0, "One."]), "texts": ["One."], "image_urls": [url(0)]}], without="images")
    with pytest.raises(InputError, match=r"obelics: row 0 of .*train-\S+ has no field 'images'; it has .*image_urls"):
        fetched("obelics")


def publish(made: World, rows: list[dict[str, Any]], without: str = "") -> None:
    data = parquet([{name: value for name, value in row.items() if name != without} for row in rows])
    made.on_hub("HuggingFaceM4/OBELICS", {f"{OPT_OUT}/obelics-train-00000-of-00001.parquet": data})


def test_mmc4_pictures_go_on_the_side_of_their_sentence_that_is_asked_for(made: World, fetched: Fetch) -> None:
    publish_mmc4(made, {0: [mmc4_page(0)]})
    _, _, (sample,) = fetched("mmc4", side="after")
    assert shape(sample) == [["A net hangs.", 0, "It is old. A fence stands.", 1]]


def test_mmc4_pictures_that_fit_badly_can_be_left_out(made: World, fetched: Fetch) -> None:
    badly = [{**one, "matched_sim": 0.2} for one in mmc4_page(3)["image_info"]]
    publish_mmc4(made, {0: [mmc4_page(0), mmc4_page(3, image_info=badly), mmc4_page(5, image_info=[])]})
    _, manifest, (sample,) = fetched("mmc4", min_similarity=0.24)
    assert shape(sample) == [["A net hangs. It is old.", 0, "A fence stands."]]
    assert [image.source for image in sample.images] == [url(1)]
    assert counted(manifest, "dropped") == {"missing_image": 2}


def test_mmc4_picture_of_a_sentence_that_is_not_there_is_a_bad_row(made: World, fetched: Fetch) -> None:
    lost = [{**one, "matched_text_index": 3} for one in mmc4_page(3)["image_info"]]
    empty = mmc4_page(3, text_list=[])
    publish_mmc4(made, {0: [mmc4_page(0), mmc4_page(3, image_info=lost), empty, mmc4_page(1, text_list="one")]})
    _, manifest, samples = fetched("mmc4")
    assert counted(manifest, "dropped") == {"bad_field": 3}
    assert len(samples) == 1


def test_mmc4_with_a_limit_reads_the_shards_it_needs(made: World, fetched: Fetch) -> None:
    publish_mmc4(made, {0: [mmc4_page(0)], 1: [mmc4_page(1)], 2: [mmc4_page(2)]})
    _, _, samples = fetched("mmc4", limit=2)
    assert [sample.meta["url"] for sample in samples] == ["http://page.test/0", "http://page.test/1"]
    assert made.hub.sent["docs_no_face_shard_1_v3.jsonl.zip"] > 0
    assert made.hub.sent["docs_no_face_shard_2_v3.jsonl.zip"] == 0


def test_mmc4_says_what_comes_whole_where_all_is_wanted() -> None:
    (said,) = named_dataset("mmc4", {}).remarks()
    assert "20 GB" in said
    assert named_dataset("mmc4", {"limit": 5}).remarks() == ()


def test_mmc4_shard_of_another_form_is_refused_with_what_it_holds(made: World, fetched: Fetch) -> None:
    shard = zipped({"elsewhere.jsonl": as_lines([mmc4_page(0)])})
    made.on_hub("jmhessel/mmc4-core-ff", {"docs_no_face_shard_0_v3.jsonl.zip": shard})
    with pytest.raises(InputError, match=r"docs_no_face_shard_0_v3\.jsonl.*holds elsewhere\.jsonl"):
        fetched("mmc4")


def test_documents_are_stored_alike_in_both_formats(made: World, tmp_path: Path) -> None:
    publish_mmc4(made, {0: [mmc4_page(0), mmc4_page(2)]})
    settings = Output(formats=("parquet", "webdataset"))
    out, manifest = fetch(named_dataset("mmc4", {}), tmp_path / "out", Where(), settings=settings)
    assert verify(out) == []
    assert manifest.written == 2
