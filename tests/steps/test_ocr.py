"""Words in pictures as annotations, and in the question."""

import io
import sys
from dataclasses import replace
from importlib.util import find_spec

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from vlmdata.datasets.shapes.lettering import font
from vlmdata.errors import MissingExtraError
from vlmdata.models.tiling import layout_of
from vlmdata.pixels import read_header
from vlmdata.recipe import parsed
from vlmdata.steps.boxes import CleanBoxes
from vlmdata.steps.ocr import Ocr
from vlmdata.types import Annotation, Box, Crop, HFlip, Image, ImagePart, Resize, Rot90, TextPart

needs_rapidocr = pytest.mark.skipif(
    find_spec("rapidocr") is None or find_spec("onnxruntime") is None,
    reason="the extra [ocr] is not installed",
)


def drawn(size=(420, 300), texts=((30, 40, "EXIT"), (220, 200, "Coffee")), turn=0, **save):
    picture = Pillow.new("RGB", size, "white")
    for left, top, text in texts:
        ImageDraw.Draw(picture).text((left, top), text, fill="black", font=font(44))
    file = io.BytesIO()
    picture.rotate(turn, expand=True).save(file, "JPEG", quality=95, **save)
    return loaded(file.getvalue())


def loaded(data):
    header = read_header(data)
    return Image(data=data, original=header.size, media_type=header.media_type)


def read(sample):
    return {mark.text: mark for mark in sample.annotations if mark.source == "ocr"}


@needs_rapidocr
class TestReading:
    def test_words_become_annotations_of_their_picture(self, make, ctx):
        published = Annotation(id="ocr-1", image=0, label="door", box=Box(0, 0, 9, 9), source="published")
        sample = make(
            ("user", 0, 1, "What does it say?"),
            images=(drawn(texts=()), drawn()),
            annotations=(published,),
            tags=("vqa",),
        )
        done = Ocr().apply(sample, ctx)
        assert done.annotations[0] == published
        assert [(mark.id, mark.image, mark.text, mark.label) for mark in done.annotations[1:]] == [
            ("ocr-2", 1, "EXIT", None),
            ("ocr-3", 1, "Coffee", None),
        ]
        for mark, corner in zip(done.annotations[1:], ((30, 40), (220, 200)), strict=True):
            assert mark.box == Box.around(mark.polygon[0])
            assert mark.polygon[0][0].x < mark.polygon[0][1].x
            assert mark.polygon[0][1].y < mark.polygon[0][2].y
            assert abs(mark.box.x1 - corner[0]) < 15
            assert abs(mark.box.y1 - corner[1]) < 25
            assert 0.9 < mark.score <= 1
        assert done.tags == ("vqa", "ocr")
        assert ctx.notes == {"no_words": 1, "read": 1}
        assert done.messages == sample.messages

    @pytest.mark.parametrize(
        ("edit", "place"),
        [
            (Crop(200, 150, 220, 150), lambda box: Box(box.x1 + 200, box.y1 + 150, box.x2 + 200, box.y2 + 150)),
            (Resize(210, 150), lambda box: Box(*(2 * side for side in box.xyxy))),
            (Rot90(1), lambda box: Box(box.y1, 300 - box.x2, box.y2, 300 - box.x1)),
        ],
        ids=["crop", "resize", "turn"],
    )
    def test_pictures_are_read_as_pending_edits_make_them(self, make, ctx, edit, place):
        sample = make(("user", 0, "What?"), images=(drawn(),))
        straight = read(Ocr().apply(sample, ctx))["Coffee"].box
        found = read(Ocr().apply(sample.transformed(edit, 0), ctx))
        assert ("EXIT" in found) == (not isinstance(edit, Crop))
        assert place(found["Coffee"].box).xyxy == pytest.approx(straight.xyxy, abs=12)

    def test_a_mirrored_picture_is_read_as_it_is(self, make, ctx):
        sample = make(("user", 0, "What?"), images=(drawn(),))
        assert "Coffee" not in read(Ocr(min_score=0.9).apply(sample.transformed(HFlip(), 0), ctx))

    def test_a_picture_that_is_stored_sideways_is_read_upright(self, make, ctx):
        exif = Pillow.Exif()
        exif[0x0112] = 6  # shown after a quarter turn clockwise
        sideways = drawn(turn=90, exif=exif)
        sample = make(("user", 0, "What?"), images=(sideways,))
        assert sideways.original == drawn().original
        done, straight = Ocr().apply(sample, ctx), Ocr().apply(replace(sample, images=(drawn(),)), ctx)
        for word, mark in read(straight).items():
            assert read(done)[word].box.xyxy == pytest.approx(mark.box.xyxy, abs=4)

    def test_words_are_found_at_their_place_in_a_large_picture(self, make, ctx):
        sample = make(("user", 0, "What?"), images=(drawn(size=(2400, 1600), texts=((1900, 1300, "Museum"),)),))
        box = read(Ocr(max_side=1200).apply(sample, ctx))["Museum"].box
        assert (box.x1, box.y1) == pytest.approx((1900, 1310), abs=20)

    def test_words_follow_a_crop_and_clean_boxes_takes_out_those_outside(self, make, ctx):
        done = Ocr().apply(make(("user", 0, "What?"), images=(drawn(),)), ctx)
        before = read(done)["Coffee"].box
        cropped = done.transformed(Crop(200, 150, 220, 150), 0)
        assert read(cropped)["Coffee"].box == Box(before.x1 - 200, before.y1 - 150, before.x2 - 200, before.y2 - 150)
        assert [*read(CleanBoxes().apply(cropped, ctx))] == ["Coffee"]

    def test_a_tile_knows_the_words_it_shows(self, make, ctx):
        done = Ocr().apply(
            make(("user", 0, "What?"), images=(drawn(size=(840, 300), texts=((600, 100, "TAXI"),)),)), ctx
        )
        image = done.images[0].laid_out(layout_of("llava-next", done.images[0].size))
        seen = image.layout.locate(read(done)["TAXI"].box, image.size)
        assert {image.layout.views[one.view].kind for one in seen} == {"global", "tile"}
        assert sum(one.share for one in seen) > 1.9

    def test_a_line_may_be_one_annotation(self, make, ctx):
        image = drawn(texts=((20, 40, "Please wait"), (20, 160, "Room 12")))
        sample = make(("user", 0, "What?"), images=(image,))
        assert [*read(Ocr(unit="line").apply(sample, ctx))] == ["Please wait", "Room 12"]
        assert [*read(Ocr().apply(sample, ctx))] == ["Please", "wait", "Room", "12"]

    def test_what_is_read_with_less_confidence_is_left_out(self, make, ctx):
        sample = make(("user", 0, "What?"), images=(drawn(),))
        assert Ocr(min_score=1.0).apply(sample, ctx).annotations == ()
        assert "ocr" not in Ocr(min_score=1.0).apply(sample, ctx).tags

    def test_reading_twice_changes_nothing(self, make, ctx):
        done = Ocr().apply(make(("user", 0, "What?"), images=(drawn(),)), ctx)
        assert Ocr().apply(done, ctx) == done
        assert ctx.notes["left_alone:has_words"] == 1

    def test_its_digest_is_part_of_it(self):
        assert Ocr().digest() == Ocr(min_score=0.7).digest() != ""


class TestQuestion:
    """With words that are there already, so that nothing has to be read."""

    def asked(self, make, ctx, how, *turns):
        words = tuple(
            Annotation(id=f"w{number}", image=image, text=text, box=Box(0, 0, 9, 9), source="ocr")
            for number, (image, text) in enumerate(((1, "c"), (0, "a"), (0, "b")))
        )
        other = Annotation(id="x", text="no", source="published")
        sample = make(*turns, sizes=((9, 9), (9, 9)), annotations=(*words, other))
        return Ocr(prompt=how).apply(sample, ctx)

    @pytest.mark.parametrize(
        ("how", "question", "expected"),
        [
            ("append", "What brand?", "What brand?\nReference OCR token: a, b, c"),
            ("prepend", "What brand?", "Reference OCR token: a, b, c\nWhat brand?"),
            ("none", "What brand?", "What brand?"),
            # The three lines that LLaVA's eval_textvqa.py takes the question out of.
            (
                "append",
                "What brand?\nAnswer the question using a single word or phrase.",
                "What brand?\nReference OCR token: a, b, c\nAnswer the question using a single word or phrase.",
            ),
            (
                "prepend",
                "What brand?\nAnswer the question using a single word or phrase.",
                "Reference OCR token: a, b, c\nWhat brand?\nAnswer the question using a single word or phrase.",
            ),
            ("append", "Answer me: what brand?", "Answer me: what brand?\nReference OCR token: a, b, c"),
        ],
    )
    def test_words_stand_before_or_after_the_first_question(self, make, ctx, how, question, expected):
        done = self.asked(make, ctx, how, ("user", 0, 1, question), ("assistant", "X"), ("user", "And?"))
        first, *others = done.messages
        assert first.text == expected
        assert first.content[:2] == (ImagePart(0), ImagePart(1))
        assert [message.text for message in others] == ["X", "And?"]
        assert done.tags == ("ocr",)

    def test_a_picture_at_the_end_stays_there(self, make, ctx):
        done = self.asked(make, ctx, "prepend", ("user", "What brand?", 0))
        assert done.messages[0].content == (
            TextPart("Reference OCR token: a, b, c\n"),
            TextPart("What brand?"),
            ImagePart(0),
        )

    def test_without_a_question_there_is_nowhere_to_write(self, make, ctx):
        done = self.asked(make, ctx, "append", ("user", 0), ("assistant", "A bottle."))
        assert [message.text for message in done.messages] == ["", "A bottle."]
        assert ctx.notes["left_alone:no_question"] == 1

    def test_without_words_nothing_is_written(self, make, ctx):
        sample = make(("user", "What?"), sizes=())
        assert Ocr(prompt="append").apply(sample, ctx) == sample


def test_what_is_no_readable_picture_is_left_alone(make, ctx):
    clip = Image(data=b"x", media_type="video/mp4")
    broken = replace(drawn(), data=b"\xff\xd8\xff")
    sample = make(("user", 0, "What?"), images=(clip, broken, Image(data=b"x")))
    assert Ocr().apply(sample, ctx) == sample
    assert ctx.notes == {"left_alone:clip": 1, "left_alone:truncated": 1, "left_alone:no_header": 1}


def test_without_its_extra_it_is_refused_before_work_starts(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'vlmdata\[ocr\]'"):
        Ocr().digest()


def test_a_recipe_says_which_languages_come_first(tmp_path):
    text = (
        "version: 1\nname: r\ninputs: [{dataset: shapes}]\nsteps: [{ocr: {languages: [ja, en], engine: tesseract}}]\n"
    )
    (step,) = parsed(text, "r.yaml", tmp_path).steps
    assert step == Ocr(languages=("ja", "en"), engine="tesseract")


@pytest.mark.parametrize("fields", [{"languages": ()}, {"languages": ("xx",)}, {"engine": "easyocr"}, {"max_side": 9}])
def test_nonsense_is_refused(fields):
    with pytest.raises(ValueError):
        Ocr(**fields)
