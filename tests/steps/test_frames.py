"""Frames of real animations and pages, made here."""

import hashlib
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Pillow

from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, read_header, render
from vlmdata.steps.frames import ImageFrames
from vlmdata.types import Alternative, Annotation, Box, Choices, Drop, HFlip, Image, ImagePart, Resize, Size

COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (250, 250, 0), (0, 250, 250))


def animation(form="GIF", sizes=((24, 16),) * 5, **options):
    first, *rest = (Pillow.new("RGB", size, colour) for size, colour in zip(sizes, COLOURS, strict=False))
    buffer = io.BytesIO()
    first.save(buffer, form, save_all=True, append_images=rest, **options)
    return buffer.getvalue()


def image(data, **fields):
    header = read_header(data)
    sha256 = hashlib.sha256(data).hexdigest()
    return Image(data=data, original=header.size, media_type=header.media_type, sha256=sha256, **fields)


def still():
    buffer = io.BytesIO()
    Pillow.new("RGB", (30, 20)).save(buffer, "PNG")
    return image(buffer.getvalue(), id="still")


def colours(images):
    """The middle pixel of each, as rendered."""
    found = []
    for result in render(images, PixelPolicy(format="png", fidelity="exact"), RenderClock()):
        assert isinstance(result, Rendered), result
        with Pillow.open(io.BytesIO(result.views[0].data)) as im:
            found.append(im.getpixel((im.width // 2, im.height // 2)))
    return found


@pytest.mark.parametrize(
    ("form", "options"),
    [("GIF", {}), ("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {}), ("AVIF", {"quality": 100})],
)
def test_every_frame_becomes_a_picture(form, options, make, ctx):
    sample = ImageFrames().apply(make(("user", 0), images=(image(animation(form, **options)),)), ctx)
    assert [picture.frame for picture in sample.images] == [0, 1, 2, 3, 4]
    assert np.allclose(colours(sample.images), COLOURS, atol=4 if form == "AVIF" else 0)
    assert ctx.notes == {"frames": 1}


def test_every_nth_and_no_more_than_the_most(make, ctx):
    sample = make(("user", 0), images=(image(animation()),))
    taken = [
        [picture.frame for picture in ImageFrames(**options).apply(sample, ctx).images]
        for options in ({"every": 2}, {"max": 2}, {"every": 3, "max": 9}, {"max": 1})
    ]
    assert taken == [[0, 2, 4], [0, 1], [0, 3], [0]]


def test_a_picture_outside_the_animation_comes_first(make, ctx):
    data = animation("PNG", default_image=True)
    assert read_header(data).frames == 5
    sample = ImageFrames().apply(make(("user", 0), images=(image(data),)), ctx)
    assert colours(sample.images) == list(COLOURS)


def test_the_conversation_and_the_marks_follow(make, ctx):
    sample = make(
        ("user", 0, "then", 1, "then", 2), ("assistant", "Yes."), ("user", 1, 0),
        images=(still(), image(animation(), id="a"), still()),
        annotations=tuple(Annotation(id=f"m{number}", image=number, box=Box(0, 0, 9, 9)) for number in range(3)),
        alternatives=(Alternative(1, "No."),),
        choices=(Choices(0, ("x", "y")),),
    )  # fmt: skip
    spread = ImageFrames(max=3).apply(sample, ctx)
    shown = [[part.image for part in message.content if isinstance(part, ImagePart)] for message in spread.messages]
    assert shown == [[0, 1, 2, 3, 4], [], [1, 2, 3, 0]]
    assert [mark.image for mark in spread.annotations] == [0, 1, 4]
    assert [picture.id for picture in spread.images] == ["still", "a", "a#frame=1", "a#frame=2", "still"]
    assert (spread.alternatives, spread.choices) == (sample.alternatives, sample.choices)


def test_frames_of_a_nameless_picture_are_told_apart(make, ctx):
    picture = image(animation())
    _, second, _ = ImageFrames(max=3).apply(make(("user", 0), images=(picture,)), ctx).images
    assert second.id == f"sha256:{picture.sha256}#frame=1"
    assert (second.sha256, second.data) == (picture.sha256, picture.data)


def test_pages_keep_their_own_size(make, ctx):
    pages = image(animation("TIFF", sizes=((24, 16), (10, 40))))
    sample = ImageFrames().apply(make(("user", 0), images=(pages,)), ctx)
    assert [picture.original for picture in sample.images] == [Size(24, 16), Size(10, 40)]
    assert colours(sample.images) == [COLOURS[0], COLOURS[1]]


def test_edits_go_to_every_frame_where_they_fit(make, ctx):
    edits = (HFlip(), Resize(8, 8))
    edited = image(animation(), edits=edits)
    assert all(
        picture.edits == edits for picture in ImageFrames().apply(make(("user", 0), images=(edited,)), ctx).images
    )
    uneven = make(("user", 0), images=(image(animation("TIFF", sizes=((24, 16), (10, 40))), edits=edits),))
    assert ImageFrames().apply(uneven, ctx) == uneven
    assert ctx.notes["left_alone:edited"] == 1


def test_a_page_that_cannot_be_read_drops_the_sample(make, ctx):
    first, second = Pillow.new("L", (8, 8)), Pillow.new("F", (8, 8))
    buffer = io.BytesIO()
    first.save(buffer, "TIFF", save_all=True, append_images=[second])
    picture = Image(data=buffer.getvalue(), original=Size(8, 8), media_type="image/tiff")
    outcome = ImageFrames().apply(make(("user", 0), images=(picture,)), ctx)
    assert isinstance(outcome, Drop)
    assert outcome.reason == "unsupported_format"


def test_stills_clips_and_what_is_not_loaded_are_left_alone(make, ctx):
    clip = Image(data=b"?", original=Size(9, 9), media_type="video/mp4")
    sample = make(("user", 0, 1, 2), images=(still(), clip, replace(image(animation()), data=None)))
    assert ImageFrames().apply(sample, ctx) is sample
    assert not ctx.notes
