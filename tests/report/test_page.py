"""The page is well formed, sealed off, true to the manifest, and the same every time."""

from __future__ import annotations

import io
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.report.conftest import Page, info, manifest, mark, picture, record, text, view, write_dropped
from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import parsed
from vlmdata.report.page import REPORT, write_report
from vlmdata.types import Distributions, License, Manifest, SourceInfo, StepTally

Read = Callable[..., Page]

HOSTILE = "</p></bdi></text></pre></title>\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
RECIPE = (
    "version: 1\nname: shown\nseed: 3\ninputs: [{dataset: shapes, limit: 120}]\n"
    "steps: [clean.image, {filter.image: {min_side: 200}}, boxes.normalize, {tile.anyres: {policy: llava-next}}]\n"
    "output: {formats: [parquet, webdataset], max_samples: 40}\n"
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    folder = tmp_path_factory.mktemp("finished")
    return folder / "out", preprocess(parsed(RECIPE, "shown.yaml", folder), folder / "out", Where())


def sealed(page: Page) -> None:
    """No script, no handler, no address to load from or to go to, but to parts of the page."""
    assert not {"script", "iframe", "object", "embed", "link", "base", "form"}.intersection(
        tag for tag, _ in page.elements
    )
    parts = {attributes.get("id") for _, attributes in page.elements}
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            assert not name.startswith("on"), f"{name} in <{tag}>"
            if name in ("src", "href"):
                assert value is not None
                assert (
                    value[1:] in parts
                    if tag == "a"
                    else re.fullmatch(r"data:image/jpeg;base64,[A-Za-z0-9+/]+=*", value)
                )
            else:
                assert name in ("title", "aria-label") or "://" not in (value or "")


def test_a_real_run_leaves_a_sound_page(finished: tuple[Path, Manifest]) -> None:
    out, _ = finished
    html = (out / REPORT).read_text("utf-8")
    page = Page(html)
    sealed(page)
    assert "://" not in html
    assert "url(" not in html
    assert "@import" not in html
    assert len(html) < 3_000_000
    assert page.text.count("commercial use:") == 24
    assert page.attributes("meta")[1]["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def test_counts_are_those_of_the_manifest(finished: tuple[Path, Manifest]) -> None:
    out, about = finished
    page = Page((out / REPORT).read_text("utf-8"))
    dropped = sum(tally.dropped.total() for tally in about.funnel)
    assert f"{about.rows} in + 0 created = {about.written} written + 0 merged + {dropped} dropped" in page.text
    for tally in about.funnel:
        for name, count in (tally.dropped + tally.notes).items():
            assert f"{name} {count}" in page.text
    for tally in about.funnel:
        cells = (tally.entered, tally.created, tally.merged, tally.dropped.total())
        assert f"{tally.name} {' '.join(str(count) if count else '·' for count in cells)}" in page.text


def test_every_drawn_box_lies_in_its_frame(finished: tuple[Path, Manifest]) -> None:
    out, _ = finished
    frame, boxes = (0.0, 0.0), 0
    for tag, attributes in Page((out / REPORT).read_text("utf-8")).elements:
        if tag == "svg":
            _, _, width, height = map(float, (attributes["viewbox"] or "").split())
            frame = (width, height)
        if tag == "rect":
            x, y, width, height = (float(attributes[name] or "nan") for name in ("x", "y", "width", "height"))
            assert x >= 0
            assert y >= 0
            assert x + width <= frame[0] + 0.002
            assert y + height <= frame[1] + 0.002
            boxes += attributes.get("class") == "box"
    assert boxes > 20


def test_two_writes_make_the_same_bytes(tmp_path: Path) -> None:
    rows = [record(key=f"made-{number}") for number in range(3)]
    first = write_report(tmp_path, manifest(), rows).read_bytes()
    shuffled = manifest()
    shuffled.funnel[0].notes = Counter(b=1, a=1)
    plain = manifest()
    plain.funnel[0].notes = Counter(a=1, b=1)
    assert write_report(tmp_path, manifest(), rows).read_bytes() == first
    assert (
        write_report(tmp_path, shuffled, rows).read_bytes() == write_report(tmp_path, plain, rows).read_bytes() != first
    )


def test_hostile_words_stay_words(page: Read, tmp_path: Path) -> None:
    write_dropped(
        tmp_path, [{"key": HOSTILE, "step": "s" + HOSTILE, "reason": HOSTILE, "value": HOSTILE, "threshold": HOSTILE,
                    "text": HOSTILE, "source": HOSTILE}]
    )  # fmt: skip
    marks = [mark(HOSTILE, label=HOSTILE, text=HOSTILE, bbox=[1.0, 2.0, 30.0, 29.0], source=HOSTILE)]
    region = {"type": "region", "text": None, "image_index": None, "regions": [HOSTILE]}
    hostile = record(
        key=HOSTILE, tags=[HOSTILE], dataset=HOSTILE, source=HOSTILE, language=HOSTILE, annotations=marks,
        image_info=[
            info(40, 30, [view("whole", 0, 0, 40, 30, 40, 30)], policy=HOSTILE),
            info(None, None, [view("whole", 0, 0, 40, 30, 40, 30)], media_type=HOSTILE),
        ],
        messages=[{"role": HOSTILE, "content": [text(HOSTILE), region]}],
        alternatives=[{"message": 0, "text": HOSTILE, "weight": 1.0}],
        choices=[{"message": 0, "options": [HOSTILE], "answer": 0}],
        license={"annotations": HOSTILE, "images": HOSTILE, "commercial": HOSTILE, "generator": HOSTILE},
    )  # fmt: skip
    about = manifest(
        name=HOSTILE, kind=HOSTILE, role=HOSTILE, fingerprint=HOSTILE, decoder=HOSTILE, recipe={HOSTILE: HOSTILE},
        versions={"vlmdata": HOSTILE},
        sources=[SourceInfo(name=HOSTILE, digest="", rows=1, revision=HOSTILE, homepage=HOSTILE,
                            license_annotations=HOSTILE, license_images=HOSTILE, attribution=HOSTILE)],
        licenses=Counter({License(annotations=HOSTILE, images=HOSTILE, generator=HOSTILE): 1}),
        funnel=[StepTally(name="s" + HOSTILE, entered=1, dropped=Counter({HOSTILE: 1}), notes=Counter({HOSTILE: 1}))],
        timings={"total": 2.0, HOSTILE: 1.0},
    )  # fmt: skip
    shown = page(about, hostile)
    sealed(shown)
    assert shown.text.count("<script>alert(1)</script>") > 25


def test_evaluation_data_and_licences_are_shown(page: Read) -> None:
    plain = page(manifest())
    assert "Evaluation data" not in plain.text
    assert "Licences" not in plain.text
    terms = License(annotations="MIT", images="CC BY 4.0", commercial="yes", generator="GPT-4")
    marked = page(manifest(role="eval", licenses=Counter({License(): 2, terms: 1008})))
    assert "Evaluation data: it measures models and never becomes training data." in marked.text
    assert "MIT CC BY 4.0 yes GPT-4 1,008 – – unclear – 2" in marked.text


def test_a_hundred_thousand_samples_make_no_heavier_page(tmp_path: Path) -> None:
    """With noise for pictures, which packs worst, and more samples, reasons and terms than anybody reads."""
    noise = random.Random(7).randbytes(3 * 1200 * 900)
    buffer = io.BytesIO()
    Image.frombytes("RGB", (1200, 900), noise).save(buffer, "JPEG", quality=95)
    views = [view("whole", 0, 0, 1200, 900, 1200, 900)]
    rows = (
        record(
            key=f"k{number}", images=[{"bytes": buffer.getvalue(), "path": "x"}], image_info=[info(1200, 900, views)]
        )
        for number in range(400)
    )
    found = Distributions(samples=100_000)
    for number in range(100_000):
        found.number("width", number)
        found.name("tag", f"tag {number}")
    terms = Counter({License(images=f"terms {number}"): 10 for number in range(10_000)})
    about = manifest(rows=100_000, written=100_000, licenses=terms, distributions=found.bounded(),
                     recipe={"restore": ["key"] * 1_000_000})  # fmt: skip
    page = write_report(tmp_path, about, rows)
    assert 5_000_000 < page.stat().st_size < 15_000_000
    text = Page(page.read_text("utf-8")).text
    assert "and 9,960 more; all of them in manifest.json" in text
    assert "99,988 of other names" in text


def test_directions_cannot_be_turned(page: Read) -> None:
    shown = page(manifest(), record(messages=[{"role": "user", "content": [text("a\u202eb\u2066c")]}]))
    assert "a[U+202E]b[U+2066]c" in shown.text


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(blacklist_categories=["Cc"]), max_size=60))
def test_any_caption_is_shown_as_it_is(page: Read, words: str) -> None:
    shown = page(manifest(), record(messages=[{"role": "assistant", "content": [text(words)]}]))
    sealed(shown)
    named = re.sub("[\u202a-\u202e\u2066-\u2069]", lambda found: f"[U+{ord(found[0]):04X}]", words)
    expected = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", named)
    assert expected in "".join(shown.texts)


def test_what_no_page_may_hold_is_replaced(page: Read) -> None:
    shown = page(manifest(name="caf\udce9"), record(source="a\x00b\x1b[31m"))
    assert "caf\N{REPLACEMENT CHARACTER}" in shown.text
    assert "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m" in shown.text


def test_long_samples_are_cut_and_say_so(page: Read) -> None:
    turns = [{"role": "user", "content": [text("long " * 5000)]}] * 50
    frames = [info(40, 30, [view("whole", 0, 0, 40, 30, 40, 30)], first=number) for number in range(9)]
    marks = [mark(str(number), label="x" * 5000, bbox=[1, 2, 3, 4]) for number in range(1000)]
    pictures = [{"bytes": picture(40, 30), "path": "x"}] * 9
    others = [{"message": 0, "text": "other " * 5000, "weight": 1.0}] * 40
    shown = page(
        manifest(),
        record(messages=turns, image_info=frames, images=pictures, annotations=marks, alternatives=others),
    )
    for words in ("and 42 more turns", "and 5 more pictures", "and 35 more alternatives", "800 marks not drawn"):
        assert words in shown.text
    assert len(shown.text) < 40_000


def test_a_sample_of_words_alone_and_an_empty_set(page: Read) -> None:
    alone = record(images=[], image_info=[], annotations=[], messages=[{"role": "user", "content": [text("3 + 4?")]}])
    assert "3 + 4?" in page(manifest(), alone).text
    empty = page(manifest(rows=0, written=0, funnel=[], shards=[], timings={}))
    assert "0 in + 0 created = 0 written + 0 merged + 0 dropped" in empty.text
    assert "Samples" not in empty.text
