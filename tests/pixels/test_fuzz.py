"""Damaged files give a result or a fault, never an exception, and disturb no neighbour."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from vlmdata.errors import BadRecord
from vlmdata.pixels import Fault, PixelPolicy, RenderClock, Rendered, read_header, render, thumbnail
from vlmdata.types import Image, Resize

REASONS = {"empty", "not_an_image", "unsupported_format", "bomb", "truncated", "corrupt"}
FORMS = {
    "JPEG": {"quality": 90},
    "PNG": {},
    "WEBP": {"quality": 90},
    "GIF": {},
    "TIFF": {"compression": "tiff_lzw"},
    "AVIF": {},
    "BMP": {},
    "JPEG2000": {},
}


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A few changed bytes, a cut, inserted bytes, or a stretch left out."""
    changed = bytearray(data)
    kind = rng.choice(["change", "change", "head", "cut", "insert", "remove"])
    at = rng.randrange(len(data))
    if kind == "cut":
        return data[:at]
    if kind == "insert":
        return data[:at] + rng.randbytes(rng.randint(1, 40)) + data[at:]
    if kind == "remove":
        return data[:at] + data[at + rng.randint(1, 400) :]
    for _ in range(rng.randint(1, 12)):
        changed[rng.randrange(min(200, len(data)) if kind == "head" else len(data))] = rng.randrange(256)
    return bytes(changed)


def reason_of(data: bytes) -> str | None:
    try:
        read_header(data)
    except BadRecord as bad:
        return bad.reason
    return None


def check(forms: list[str], number: int, scene, saved, exif) -> Counter[str]:
    rng = random.Random(20)
    sources = {
        form: saved(scene(90, 70), form, exif=exif(6) if form == "JPEG" else b"", **FORMS[form]) for form in forms
    }
    good = Image(data=sources[forms[0]])
    found: Counter[str] = Counter()
    for count in range(number):
        data = mutated(sources[forms[count % len(forms)]], rng)
        image = Image(data=data, edits=() if count % 2 else (Resize(30, 30),))
        before, result, after = render([good, image, good], PixelPolicy(), RenderClock())
        assert isinstance(before, Rendered)
        assert before == after
        outcome = result.reason if isinstance(result, Fault) else "rendered"
        assert outcome in REASONS | {"rendered"}
        assert isinstance(result, Rendered) or " at 0x" not in result.detail
        assert reason_of(data) in {None, outcome}
        assert (thumbnail(data, 16) is None) == isinstance(result, Fault)
        found[outcome] += 1
    return found


def test_mutated_jpeg_png_webp(scene, saved, exif):
    found = check(["JPEG", "PNG", "WEBP"], 200, scene, saved, exif)
    assert found.total() == 200
    assert set(found) >= {"rendered", "truncated", "corrupt", "not_an_image"}


@pytest.mark.slow
def test_mutated_files_of_every_format(scene, saved, exif):
    assert check(list(FORMS), 5_000, scene, saved, exif).total() == 5_000
