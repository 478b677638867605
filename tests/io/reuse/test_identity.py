"""Two pictures are the same only if their pixels are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlmdata.io.reuse import identity_of
from vlmdata.types import HFlip, Image, Size

PICTURE = Image(data=b"bytes", original=Size(4, 3), sha256="aa")


@pytest.mark.parametrize(
    "other",
    [
        replace(PICTURE, data=b"other"),  # smaller ones in a data set made of another bear the same sha256
        replace(PICTURE, sha256="bb"),
        replace(PICTURE, frame=1),
        replace(PICTURE, edits=(HFlip(),)),
        replace(PICTURE, original=Size(3, 4)),
    ],
    ids=["data", "sha256", "frame", "edits", "size"],
)
def test_whatever_changes_pixels_changes_the_identity(other: Image) -> None:
    assert identity_of(PICTURE) != identity_of(other)


def test_what_does_not_change_pixels_does_not() -> None:
    again = replace(PICTURE, id="coco:1", source="elsewhere", uri="a.jpg", license="MIT")
    assert identity_of(again, "q") == identity_of(PICTURE, "q")
    assert identity_of(PICTURE, "q") != identity_of(PICTURE, "p")
