import io
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw
from pydantic import ValidationError

from vlmdata.steps.base import Context
from vlmdata.steps.image import CleanImage
from vlmdata.types import Crop, Image, Size

PHOTO = Path(__file__).parents[4] / "shared" / "data" / "photos" / "office.jpg"


def image_of(im, form="PNG"):
    data = io.BytesIO()
    im.save(data, form)
    digest = sha256(data.getvalue()).hexdigest()
    return Image(data=data.getvalue(), original=Size(*im.size), media_type=f"image/{form.lower()}", sha256=digest)


@pytest.fixture(scope="module")
def photo():
    if not PHOTO.exists():
        pytest.skip(f"no photo at {PHOTO}")
    with Pillow.open(PHOTO) as im:
        return im.convert("RGB").resize((800, 600))


def spoilt(photo, issue):
    square = Pillow.new("RGB", (800, 800), "black")
    words = Pillow.new("RGB", (400, 300), "#dddddd")
    ImageDraw.Draw(words).text((200, 150), "No image available", fill="#888888", anchor="mm", font_size=20)
    match issue:
        case "blank":
            return Pillow.new("RGB", (64, 48), "white")
        case "low_information":
            return Pillow.linear_gradient("L").resize((800, 600)).convert("RGB")
        case "dark":
            return photo.point(lambda value: value // 8)
        case "bright":
            return photo.point(lambda value: 200 + value // 5)
        case "blurred":
            return photo.resize((80, 60)).resize((800, 600))
        case "border":
            square.paste(photo.resize((400, 300)), (200, 250))
            return square
        case "placeholder":
            return words
        case "grayscale":
            return photo.convert("L")
        case "odd_aspect":
            return photo.crop((0, 0, 800, 200))


ISSUES = ("blank", "low_information", "dark", "bright", "blurred", "border", "placeholder", "grayscale", "odd_aspect")


def test_by_itself_it_leaves_the_proof_to_the_decode(make, ctx):
    sample = make(("user", 0))
    assert CleanImage().apply(sample, ctx) is sample
    assert not ctx.notes


@pytest.mark.parametrize("issue", ISSUES)
def test_each_issue_is_found_where_it_is_asked_for(make, ctx, photo, issue):
    bad = make(("user", 0), images=(image_of(photo), image_of(spoilt(photo, issue))))
    drop = CleanImage(issues=[issue]).apply(bad, ctx)
    assert drop.reason == issue
    assert drop.threshold == f"{getattr(CleanImage(), issue):g}"
    assert float(drop.value) != float(drop.threshold)
    others = tuple(other for other in ISSUES if other != issue)
    good = make(("user", 0), images=(image_of(photo),))
    assert CleanImage(issues=ISSUES).apply(good, ctx) is good
    assert getattr(CleanImage(issues=others).apply(bad, ctx), "reason", None) != issue


def test_a_threshold_moves_the_limit(make, ctx, photo):
    dim = make(("user", 0), images=(image_of(photo.point(lambda value: value // 2)),))
    assert CleanImage(issues=["dark"]).apply(dim, ctx) is dim
    assert CleanImage(issues=["dark"], dark=0.6).apply(dim, ctx).reason == "dark"


def test_the_frame_is_looked_at_as_edits_make_it(make, ctx, photo):
    im = Pillow.new("RGB", (800, 1200), "white")
    im.paste(photo)
    whole = make(("user", 0), images=(image_of(im),))
    step = CleanImage(issues="usual")
    assert step.apply(whole, ctx) is whole
    assert step.apply(whole.transformed(Crop(0, 650, 800, 400), 0), ctx).reason == "blank"


@pytest.mark.parametrize(
    ("data", "note"),
    [(b"", "left_alone:empty"), (b"<html>", "left_alone:not_an_image"), (b"\xff\xd8\xff", "left_alone:")],
)
def test_what_cannot_be_looked_at_is_left_alone(make, data, note):
    ctx = Context(seed=1, step="clean.image")
    sample = make(("user", 0), images=(Image(data=data, original=Size(9, 9), media_type="image/jpeg"),))
    assert CleanImage(issues="usual").apply(sample, ctx) is sample
    assert any(what.startswith(note) for what in ctx.notes)


def test_clips_are_left_alone(make, picture):
    ctx = Context(seed=1, step="clean.image")
    clip = make(("user", 0), images=(replace(picture(), media_type="video/mp4"),))
    assert CleanImage(issues="usual").apply(clip, ctx) is clip
    assert ctx.notes == {"left_alone:clip": 1}


def test_known_placeholders_go_by_their_hash(make, ctx, photo, tmp_path):
    known = image_of(photo.rotate(90))
    (tmp_path / "known.txt").write_text(f"# seen too often\n\n{known.sha256.upper()}  nothing.jpg\n")
    fields = {"issues": ["placeholder"], "placeholder": 0, "placeholders": "known.txt"}
    step = CleanImage.model_validate(fields, context={"base": str(tmp_path)})
    assert step.ready() is None
    step.setup()
    drop = step.apply(make(("user", 0), images=(known,)), ctx)
    assert (drop.reason, drop.value) == ("placeholder", known.sha256)
    sign = make(("user", 0), images=(image_of(spoilt(photo, "placeholder")),))
    assert step.apply(sign, ctx) is sign
    before = step.digest()
    (tmp_path / "known.txt").write_text("0" * 64)
    assert step.digest() != before


@pytest.mark.parametrize(("text", "complaint"), [("", "no hashes"), ("abc\n", "known.txt:1"), (None, "cannot be read")])
def test_a_list_that_is_none_is_refused(tmp_path, text, complaint):
    if text is not None:
        (tmp_path / "known.txt").write_text(text)
    fields = {"issues": ["placeholder"], "placeholders": "known.txt"}
    assert complaint in CleanImage.model_validate(fields, context={"base": str(tmp_path)}).ready()


def test_what_cannot_be_meant_is_refused():
    assert "dark has a threshold" in CleanImage(issues=["blank"], dark=0.1).ready()
    assert "does not name placeholder" in CleanImage(issues="usual", placeholders="x").ready()
    assert CleanImage(issues="usual", dark=0.1).ready() is None
    with pytest.raises(ValidationError, match=r"filter\.odd_size"):
        CleanImage(issues=["odd_size"])
    with pytest.raises(ValidationError):
        CleanImage(issues=["ugly"])


def test_usual_is_written_out_so_that_a_resolved_recipe_says_what_it_was():
    step = CleanImage(issues="usual")
    assert "blurred" in step.model_dump()["issues"]
    assert CleanImage.model_validate(step.model_dump(mode="json")) == step
