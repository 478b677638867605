"""How much of what is drawn and scanned the ``ocr`` step reads, and whether a run with it is the same twice."""

import re
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.ocr import tallies
from tests.slow.conftest import hashes
from vlmdata.engine.run import Where, preprocess
from vlmdata.pixels import read_header
from vlmdata.recipe import parsed
from vlmdata.steps.base import Context
from vlmdata.steps.ocr import Ocr
from vlmdata.types import Image, Origin, Sample

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("rapidocr") is None or find_spec("onnxruntime") is None, reason="the extra [ocr] is not installed"
    ),
]


@pytest.mark.timeout(900)
def test_it_reads_the_words_that_shapes_draws():
    found = tallies(Ocr(), rows=400)
    for language, least in (("en", 0.95), ("ja", 0.90)):
        of_language = [tally for (spoken, _), tally in found.items() if spoken == language]
        words = sum(tally.words for tally in of_language)
        unread = [line for tally in of_language for line in tally.unread]
        assert words > 100
        assert 1 - len(unread) / words >= least, unread


@pytest.mark.timeout(600)
def test_it_reads_a_scanned_page_in_order(real_data):
    data = (real_data / "photos" / "docparsing_example3.jpg").read_bytes()
    header = read_header(data)
    image = Image(data=data, original=header.size, media_type=header.media_type)
    step = Ocr(languages=("en",), unit="line")
    done = step.apply(Sample(key="k", origin=Origin(dataset="d", source="f"), images=(image,)), Context(0, step.name))
    read = [_letters(mark.text or "") for mark in done.annotations]
    expected = (
        "HOWARD:",
        "to hido his share of the troasure",
        "What a dirty filthy mind you have.",
        "DISSOLVE TO:",
        "A CRACK IN THE CEILING",
        "OVER SCENE we hear Dobbs' voice.",
        "(he grunts).",
        "CUT BACK TO:",
    )
    places = [_place(_letters(text), read) for text in expected]
    assert places == sorted(places)
    assert all(mark.box and mark.box.clamp(header.size) == mark.box and mark.box.area > 0 for mark in done.annotations)


@pytest.mark.timeout(600)
def test_a_run_is_the_same_with_any_number_of_workers(tmp_path: Path):
    text = (
        "version: 1\nname: r\ninputs: [{dataset: shapes, limit: 12}]\n"
        "steps: [clean.image, {ocr: {prompt: append}}]\noutput: {max_samples: 6}\n"
    )
    recipe = parsed(text, "r.yaml", tmp_path)
    for workers in (1, 2):
        preprocess(recipe, tmp_path / str(workers), Where(workers=workers))
    assert hashes(tmp_path / "1") == hashes(tmp_path / "2")
    rows = [row for path in sorted((tmp_path / "1" / "parquet").glob("*")) for row in pq.read_table(path).to_pylist()]
    assert any(mark["source"] == "ocr" for row in rows for mark in row["annotations"])


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _place(text: str, read: list[str]) -> int:
    """Of the first line that holds it, but for one letter in twelve."""
    for number, line in enumerate(read):
        if sum(a != b for a, b in zip(line, text, strict=False)) + abs(len(line) - len(text)) <= len(text) // 12:
            return number
    raise AssertionError(f"{text} is not among {read}")
