"""The page in a real browser: at both widths, in both schemes, by keyboard, for readers of the screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.report.conftest import info, manifest, mark, picture, record, text, view, write_dropped
from tests.servers.browser import DESKTOP, PHONE, chromium, opened
from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import parsed
from vlmdata.report.page import REPORT, write_report
from vlmdata.types import Distributions, License, StepTally

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

RECIPE = (
    "version: 1\nname: shown\nseed: 3\ninputs: [{dataset: shapes, limit: 80}]\n"
    "steps: [clean.image, {filter.image: {min_side: 200}}, {tile.anyres: {policy: llava-next}}]\n"
)
HOSTILE = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
LONG = "x" * 3000
TURNED = "before \u202e after \u2066 \u200b👩🏽‍🚀 שלום"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("run")
    preprocess(parsed(RECIPE, "shown.yaml", folder), folder / "out", Where())
    return (folder / "out" / REPORT).as_uri()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page of what data can bring: markup, endless words, turned directions, in every place that shows data."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = [
        record(
            key=f"k{number}", tags=[words], source=words, dataset=words,
            annotations=[mark(label=words, text=words, bbox=[5.0, 6.0, 20.0, 25.0])],
            messages=[{"role": "user", "content": [text(words)]}, {"role": "assistant", "content": [text(words)]}],
            text=words + words,
            spans=[{"start": 0, "end": len(words), "kind": "context"},
                   {"start": len(words), "end": 2 * len(words), "kind": "trained"}],
            input_ids=[1, 2, 3], attention_mask=[1, 1, 0], labels=[-100, 2, -100],
        )
        for number, words in enumerate((HOSTILE, LONG, TURNED))
    ]  # fmt: skip
    rows.append(record(key="long", image_info=[info(40, 30, [view("whole", 0, 0, 40, 30, 40, 30)], policy=LONG)]))
    found = Distributions(samples=3)
    for words in (HOSTILE, LONG, TURNED):
        found.name("tag", words)
        found.name("dataset", words)
        found.number("width", len(words))
    write_dropped(
        folder,
        [{"key": LONG, "step": LONG, "reason": LONG, "value": LONG, "threshold": LONG, "text": LONG, "source": LONG,
          "thumbnail": {"bytes": picture(40, 30), "path": None}}],
    )  # fmt: skip
    about = manifest(
        name=LONG, distributions=found, licenses=Counter({License(annotations=LONG, images=HOSTILE): 3}),
        recipe={LONG: HOSTILE}, timings={"total": 3.0, LONG: 1.0},
        funnel=[StepTally(name=LONG, entered=12, dropped=Counter({LONG: 2}), notes=Counter({HOSTILE: 2}))],
    )  # fmt: skip
    return write_report(folder, about, rows).as_uri()


@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("which", ["run", "hostile"])
def test_it_fits_its_window_and_asks_for_nothing(
    browser: Browser, request: pytest.FixtureRequest, which: str, window: tuple[int, int]
) -> None:
    url = request.getfixturevalue(which)
    with opened(browser, url, window) as tab:
        assert tab.complaints == []
        assert tab.overflow() == 0
        assert [one for one in tab.asked if not one.startswith("data:")] == [url]
        assert tab.page.title().endswith(": report")
        assert tab.page.locator("script").count() == 0


@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(
    browser: Browser, run: str, scheme: Literal["light", "dark"], window: tuple[int, int]
) -> None:
    with opened(browser, run, window, scheme) as tab:
        assert tab.barriers() == []


def test_nor_by_hostile_data(browser: Browser, hostile: str) -> None:
    with opened(browser, hostile) as tab:
        assert tab.barriers() == []


def test_markup_in_data_is_text(browser: Browser, hostile: str) -> None:
    with opened(browser, hostile) as tab:
        assert HOSTILE in tab.page.locator("#samples .turn .said").first.inner_text()
        assert "before [U+202E] after [U+2066]" in tab.page.locator("#samples").inner_text()


def test_it_can_be_read_by_keyboard(browser: Browser, run: str) -> None:
    with opened(browser, run) as tab:
        tab.page.keyboard.press("Tab")
        assert tab.focused() == ("A", "Funnel")
        assert tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        tab.page.keyboard.press("Enter")
        assert tab.page.url.endswith("#funnel")
        numbers = tab.page.locator(".chart summary").first
        numbers.focus()
        tab.page.keyboard.press("Enter")
        assert tab.page.locator(".chart details table").first.is_visible()


def test_boxes_lie_on_what_they_name(browser: Browser, tmp_path: Path) -> None:
    """A picture of two halves: under each box is the colour that its label names."""
    import io

    from PIL import Image

    drawn = Image.new("RGB", (200, 100), (255, 0, 0))
    drawn.paste((0, 0, 255), (100, 0, 200, 100))
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG")
    boxes = {"red": [10.0, 20.0, 90.0, 90.0], "blue": [110.0, 20.0, 190.0, 90.0]}
    row = record(
        images=[{"bytes": buffer.getvalue(), "path": "a.png"}],
        image_info=[info(200, 100, [view("whole", 0, 0, 200, 100, 200, 100)])],
        annotations=[mark(name, label=name, bbox=box) for name, box in boxes.items()],
    )
    url = write_report(tmp_path, manifest(), [row]).as_uri()
    with opened(browser, url, PHONE) as tab:
        tab.page.locator("#samples svg").scroll_into_view_if_needed()
        shot = Image.open(io.BytesIO(tab.page.screenshot())).convert("RGB")
        for number, colour in enumerate([(255, 0, 0), (0, 0, 255)]):
            place = tab.page.locator("#samples rect.box").nth(number).bounding_box()
            assert place is not None
            centre = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
            pixel = shot.getpixel((int(centre[0]), int(centre[1])))
            assert isinstance(pixel, tuple)
            assert max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 12
