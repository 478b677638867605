"""What may be passed on: licences, evaluation marks, and who answers for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hub.conftest import Made, Push, Server
from vlmdata.datasets import datasets_by_name
from vlmdata.engine.push import judged
from vlmdata.errors import UsageError
from vlmdata.hub.rights import closed
from vlmdata.shards.manifest_file import read_manifest, write_manifest
from vlmdata.types import License, SourceInfo

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

OPEN = (
    "CC-BY-4.0", "CC BY 4.0", "cc_by_sa_3.0", "CC-BY-NC-SA-4.0", "CC0", "CC0-1.0", "MIT", "Apache-2.0", "GPL-3.0",
    "BSD-3-Clause", "ODC-BY-1.0", "Attribution License", "Attribution-NonCommercial-ShareAlike License",
    "No known copyright restrictions", "United States Government Work", "http://creativecommons.org/licenses/by/2.0/",
    "https://creativecommons.org/publicdomain/zero/1.0/", "Public Domain",
)  # fmt: skip
CLOSED = (
    "CC-BY-ND-4.0", "CC BY-NC-ND 4.0", "Attribution-NoDerivs License", "Attribution-NonCommercial-NoDerivs License",
    "https://creativecommons.org/licenses/by-nc-nd/2.0/", "PhysioNet Credentialed Health Data License 1.5.0", "unknown",
    "unclear", "none stated", "per source", "COCO (Flickr, per picture)", "All rights reserved", "not MIT", "MIT-like",
)  # fmt: skip


def texts(name: str | None) -> list[str]:
    return closed(Counter({License(annotations=name): 3}), Counter())


@pytest.mark.parametrize("name", OPEN)
def test_licences_that_let_a_copy_go(name: str) -> None:
    assert texts(name) == []
    assert closed(Counter(), Counter({name: 1})) == []


@pytest.mark.parametrize("name", CLOSED)
def test_licences_that_do_not(name: str) -> None:
    (claim,) = texts(name)
    assert claim.startswith(f"texts under {name} (")
    assert claim.endswith("; 3 samples)")
    assert ("no changed copies" in claim) == (
        "nd" in name.lower().split("-") or "NoDerivs" in name or "-nd/" in name or "-ND " in name
    )


def test_all_licences_are_named_the_most_used_first() -> None:
    claims = closed(
        Counter({License(annotations="MIT"): 9, License(annotations=None): 1, License(annotations="x", images="y"): 2}),
        Counter({None: 4, "CC-BY-2.0": 7}),
    )
    assert [claim.split(" (")[0] for claim in claims] == [
        "texts under x", "texts under no stated licence", "pictures under no stated licence",
    ]  # fmt: skip


def test_no_data_set_that_forbids_it_is_let_go() -> None:
    forbidding = {
        name: kind.entry
        for name, kind in datasets_by_name().items()
        if any(word in " ".join(kind.entry.conditions) for word in ("redistribution", "passed on", "do not push"))
    }
    assert {"mimic-cxr", "ego4d", "webvid", "tvqa"} <= set(forbidding)
    for entry in forbidding.values():
        assert closed(Counter({entry.license: 1}), Counter({entry.images.name: 1}))
    shapes = datasets_by_name()["shapes"].entry
    assert not closed(Counter({shapes.license: 1}), Counter({shapes.images.name: 1}))


def test_a_closed_licence_is_refused_before_the_hub_is_asked(made: Made, push: Push, server: Server) -> None:
    root = made(2, license=License(annotations="CC-BY-4.0", images="PhysioNet Credentialed Health Data License 1.5.0"))
    terms = SourceInfo(name="cxr", digest="d", rows=10, conditions=("texts: any", "pictures: never passed on"))
    write_manifest(root, replace(read_manifest(root), sources=[terms]))
    with pytest.raises(UsageError, match=r"pictures under PhysioNet .*\(cxr, pictures: never passed on\)") as caught:
        push(root)
    assert "--i-have-the-rights" in str(caught.value)
    assert server.hub.requests == []


def test_who_answers_for_it_is_written_in_the_card(made: Made, push: Push, server: Server) -> None:
    root = made(2, license=License())
    push(root, have_rights=True)
    card = server.text("me/made-up", "README.md")
    assert "states to have the right to pass on what is not open" in card
    assert "- texts under no stated licence (without one nothing is allowed; 10 samples)" in card
    assert "states to have the right" not in (root / "README.md").read_text(encoding="utf-8")


def test_evaluation_data_does_not_go_as_training_data(made: Made, push: Push, server: Server) -> None:
    root = made(2, role="eval")
    with pytest.raises(UsageError, match="10 of its samples are marked eval and its manifest says train"):
        push(root, have_rights=True)
    assert server.hub.requests == []
    write_manifest(root, replace(read_manifest(root), role="eval"))
    push(root)
    card = server.text("me/made-up", "README.md")
    assert "split: evaluation" in card
    assert "split: train" not in card


def test_users_cannot_load_a_measure_as_train(made: Made, push: Push) -> None:
    from datasets import load_dataset

    root = made(3, role="eval")
    write_manifest(root, replace(read_manifest(root), role="eval"))
    push(root)
    assert sorted(load_dataset("me/made-up")) == ["evaluation", "validation"]


def test_a_manifest_that_counts_other_licences_is_refused(made: Made) -> None:
    root = made(2)
    manifest = read_manifest(root)
    counted = judged(root).counted.licenses
    write_manifest(root, replace(manifest, licenses=counted))
    assert judged(root).refusals == ()
    write_manifest(root, replace(manifest, licenses=Counter({License(annotations="MIT"): 10})))
    assert [one for one in judged(root, have_rights=True).refusals if "counts other licences" in one]


def test_pictures_own_licences_count(made: Made, tmp_path: Path) -> None:
    root = made(1)
    assert judged(root).counted.pictures == Counter({"CC-BY-2.0": 5})
