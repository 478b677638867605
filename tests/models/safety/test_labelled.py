"""Classifiers of one's own, made small, so that numpy can say what comes out."""

import numpy as np
import pytest
from PIL import Image

from tests.made_onnx import SIDE, classifier, needs_onnx
from vlmdata.errors import InputError
from vlmdata.models.safety import loaded

pytestmark = needs_onnx

WEIGHTS = np.array([[1, -1, 0.5], [0.2, 0.4, -2], [0, 1, 1]], np.float32)
LABELS = {"0": "neutral", "1": "Porn", "2": "sexy"}


@pytest.fixture
def own(tmp_path):
    """The folder of a classifier."""
    return lambda labels=LABELS, **options: classifier(tmp_path, WEIGHTS, labels, **options)


@pytest.fixture
def pixels():
    return np.random.default_rng(4).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def chances(pixels):
    small = np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    logits = (small / 255 * 2 - 1).mean(axis=(0, 1)) @ WEIGHTS
    return np.exp(logits) / np.exp(logits).sum()


@pytest.mark.parametrize("output", ["logits", "probabilities"])
@pytest.mark.parametrize("last", [False, True])
def test_the_score_is_the_sum_of_the_unsafe_chances(own, pixels, output, last):
    made = loaded(str(own(output=output, last=last)), ("porn", "SEXY"))
    assert made.score(pixels) == pytest.approx(chances(pixels)[1:].sum(), abs=1e-6)


def test_one_label_is_one_chance(own, pixels):
    made = loaded("model.onnx", ("Porn",), str(own()))
    assert made.score(pixels) == pytest.approx(chances(pixels)[1], abs=1e-6)


def test_a_label_that_is_not_there_is_refused_with_those_that_are(own):
    with pytest.raises(InputError, match="no label nudity: it has neutral, porn, sexy"):
        loaded(str(own()), ("nudity",))


@pytest.mark.parametrize("labels", [None, {}, {"0": "a", "2": "b"}, {"x": "a"}, "porn", ["neutral", "porn"]])
def test_numbers_without_labels_are_refused(own, labels):
    with pytest.raises(InputError, match="id2label"):
        loaded(str(own(labels=labels)), ("porn",))


def test_more_labels_than_numbers_are_refused(own):
    with pytest.raises(InputError, match=r"answers \(1, 3\), and its labels are 4"):
        loaded(str(own(labels={**LABELS, "3": "drawing"})), ("porn",))


def test_a_graph_of_another_size_is_refused_before_the_first_picture(own):
    with pytest.raises(InputError, match="cannot be run on"):
        loaded(str(own(side=16)), ("porn",))


@pytest.mark.parametrize("file", ["model.onnx", "preprocessor_config.json", "config.json"])
def test_a_missing_file_is_named(own, file):
    home = own()
    (home / file).unlink()
    with pytest.raises(InputError, match=file.replace(".", r"\.")):
        loaded(str(home), ("porn",))
