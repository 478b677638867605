"""What a step judged against, and somebody wants all the same."""

from __future__ import annotations

import pytest

from tests.engine.conftest import Run, hashes
from vlmdata.engine.ledger import RESTORED
from vlmdata.errors import RecipeError
from vlmdata.shards.directory import Directory
from vlmdata.shards.dropped import read_dropped
from vlmdata.types import Manifest
from vlmdata.types.manifest import closes

RECIPE = """
inputs:
  - {dataset: shapes, limit: 60}
  - {dataset: shapes, limit: 20}
steps:
  - filter.expr: {keep: "n_annotations >= 3"}
  - dedup.exact: {by: images}
  - boxes.normalize
output: {max_samples: 25}
"""


def dropped(out) -> dict[str, str]:
    files = sorted((out / "dropped").glob("*.parquet"))
    return {row["key"]: row["reason"] for path in files for row in read_dropped(path)}


def kept(out) -> set[str]:
    source = Directory(path=str(out))
    return {item.key for part in source.partitions() for item in source.read(part)}


def notes(manifest: Manifest, name: str) -> dict[str, int]:
    return dict(next(tally for tally in manifest.funnel if tally.name == name).notes)


def test_they_come_back_and_nothing_else_changes(run: Run, tmp_path) -> None:
    before = run(RECIPE, "before")
    gone = dropped(tmp_path / "before")
    few = next(key for key, reason in gone.items() if reason == "expr")
    double = next(key for key, reason in gone.items() if reason == "duplicate")
    after = run(RECIPE + f"restore: [{few}, {double}]\n", "after")
    assert kept(tmp_path / "after") == kept(tmp_path / "before") | {few, double}
    assert dropped(tmp_path / "after") == {key: reason for key, reason in gone.items() if key not in (few, double)}
    assert after.written == before.written + 2
    assert closes(after.rows, after.written, after.funnel)
    assert notes(after, "read") == {RESTORED: 2}
    assert notes(after, "filter.expr") == {"restored:expr": 1}
    assert notes(after, "dedup.exact") == {"restored:duplicate": 1}


def test_a_sample_two_steps_judge_against_is_counted_once(run: Run, tmp_path) -> None:
    run(RECIPE, "before")
    key = next(key for key, reason in dropped(tmp_path / "before").items() if reason == "expr")
    again = RECIPE.replace("  - dedup", "  - filter.image: {min_side: 5000}\n  - dedup")
    manifest = run(again + f"restore: [{key}]\n", "after")
    assert kept(tmp_path / "after") == {key}
    assert notes(manifest, "read") == {RESTORED: 1}
    assert notes(manifest, "filter.image") == {"restored:min_side": 1}


def test_a_file_of_keys_stands_in_the_resolved_recipe(run: Run, tmp_path) -> None:
    run(RECIPE, "before")
    keys = sorted(dropped(tmp_path / "before"))
    (tmp_path / "keys.txt").write_text("# looked at\n\n" + "\n".join(keys) + "\n", encoding="utf-8")
    manifest = run(RECIPE + "restore: keys.txt\n", "after")
    assert manifest.recipe["restore"] == keys
    assert set(dropped(tmp_path / "after").values()) == {"truncated", "empty"}
    run(RECIPE + "restore: keys.txt\n", "two", workers=2)
    assert hashes(tmp_path / "two") == hashes(tmp_path / "after")


def test_keys_nobody_dropped_are_told_of(run: Run, tmp_path) -> None:
    from vlmdata.engine.progress import Silent

    class Heard(Silent):
        def remark(self, text: str) -> None:
            said.append(text)

    said: list[str] = []
    run(RECIPE + "restore: [no-such-key]\n", progress=Heard())
    assert any("1 of 1 keys belong to nothing" in text for text in said)


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("restore: nowhere.txt", r"test.yaml:\d+: .*nowhere.txt cannot be read \(No such file"),
        ("restore: [Not A Key]", r"test.yaml:\d+: .*"),
        ("restore: 3", r"test.yaml:\d+: .*"),
    ],
)
def test_what_is_no_list_of_keys_is_refused(run: Run, field, message) -> None:
    with pytest.raises(RecipeError, match=message):
        run(RECIPE + field + "\n")
