"""Every data set of the catalogue, fetched from servers that hold it in its published form."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.catalogue.conftest import Fetch
from tests.catalogue.fixture import Fixture
from tests.catalogue.world import World
from vlmdata.datasets import DATASETS, datasets_by_name
from vlmdata.shards.verify import verify
from vlmdata.types import Annotation, Sample

KEY = re.compile(r"[a-z0-9_-]{1,120}")
MODULES = sorted(path.stem for path in Path(__file__).with_name("fixtures").glob("*.py"))
FIXTURES: dict[str, tuple[Fixture, ...]] = {
    name: fixtures
    for module in MODULES
    for name, fixtures in import_module(f"tests.catalogue.fixtures.{module}").FIXTURES.items()
}
CASES = [(name, number) for name in sorted(FIXTURES) for number in range(len(FIXTURES[name]))]


def test_every_data_set_has_a_fixture() -> None:
    assert set(FIXTURES) == set(DATASETS) - {"shapes"}


def _in_frame(mark: Annotation, sample: Sample) -> bool:
    """Whether a box is one of its picture, in float pixels; published ones reach over an edge by less than one."""
    frame = sample.images[mark.image].size
    if mark.box is None:
        return True
    x1, y1, x2, y2 = mark.box.xyxy
    return -1 < x1 < x2 < frame.width + 1 and -1 < y1 < y2 < frame.height + 1


@pytest.mark.parametrize(("name", "number"), CASES, ids=[f"{name}-{number}" for name, number in CASES])
def test_the_first_five_rows_are_right(name: str, number: int, made: World, fetched: Fetch) -> None:
    fixture = FIXTURES[name][number]
    fixture.publish(made)
    files = {"files": str(made.by_hand)} if fixture.by_hand else {}
    out, manifest, samples = fetched(name, limit=5, **files, **fixture.options)
    assert verify(out) == []
    dropped = {reason: count for tally in manifest.funnel for reason, count in tally.dropped.items()}
    assert dropped == dict(fixture.dropped)
    assert len(samples) == fixture.samples
    entry = datasets_by_name()[name].entry
    for sample in samples:
        assert KEY.fullmatch(sample.key)
        assert sample.license.annotations == entry.annotations.name
        assert sample.origin.split == fixture.options.get("split", samples[0].origin.split)
        assert sample.role == manifest.role
        assert all(_in_frame(mark, sample) for mark in sample.annotations)
    assert len({sample.key for sample in samples}) == len(samples)
    fixture.check(samples)
