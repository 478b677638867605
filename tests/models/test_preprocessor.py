"""``preprocessor_config.json`` is done as transformers does it with Pillow."""

import numpy as np
import pytest
from PIL import Image

from vlmdata.errors import InputError
from vlmdata.models.preprocessor import preprocessor
from vlmdata.types import Size

CLIP = {
    "image_processor_type": "CLIPImageProcessor",
    "do_resize": True,
    "size": {"shortest_edge": 24},
    "do_center_crop": True,
    "crop_size": {"height": 24, "width": 24},
    "resample": 3,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
SIGLIP = {
    "image_processor_type": "SiglipImageProcessor",
    "size": {"height": 16, "width": 20},
    "resample": 2,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}


def made(said):
    return preprocessor(said, "the file")


@pytest.fixture
def pixels():
    return np.random.default_rng(3).integers(0, 256, (40, 61, 3), dtype=np.uint8)


def test_clip_resizes_the_shorter_side_and_cuts_out_the_middle(pixels):
    # 61 / 40 * 24 = 36.6, of which transformers keeps the whole part; 12 columns too many, 6 of them at the left.
    resized = np.asarray(Image.fromarray(pixels).resize((36, 24), Image.Resampling.BICUBIC))[:, 6:30]
    expected = (resized / 255 - CLIP["image_mean"]) / CLIP["image_std"]
    np.testing.assert_allclose(made(CLIP).tensor(pixels)[0], expected.transpose(2, 0, 1), atol=1e-6)


def test_an_upright_picture_loses_above_and_below(pixels):
    upright = np.ascontiguousarray(pixels.transpose(1, 0, 2))
    resized = np.asarray(Image.fromarray(upright).resize((24, 36), Image.Resampling.BICUBIC))[6:30]
    expected = (resized / 255 - CLIP["image_mean"]) / CLIP["image_std"]
    np.testing.assert_allclose(made(CLIP).tensor(upright)[0], expected.transpose(2, 0, 1), atol=1e-6)


def test_siglip_squashes(pixels):
    resized = np.asarray(Image.fromarray(pixels).resize((20, 16), Image.Resampling.BILINEAR))
    tensor = made(SIGLIP).tensor(pixels)
    np.testing.assert_allclose(tensor[0], (resized / 255 * 2 - 1).transpose(2, 0, 1), atol=1e-6)
    assert tensor.dtype == np.float32
    assert tensor.flags.c_contiguous


@pytest.mark.parametrize(
    ("kind", "size", "shape"),
    [("CLIPFeatureExtractor", 20, (20, 30)), ("ViTFeatureExtractor", 20, (20, 20))],
)
def test_a_size_of_one_number_is_the_shorter_side_for_clip_alone(pixels, kind, size, shape):
    said = {**SIGLIP, "image_processor_type": None, "feature_extractor_type": kind, "size": size}
    assert made(said).tensor(pixels).shape[2:] == shape


def test_what_is_switched_off_is_not_done(pixels):
    tensor = made({**SIGLIP, "do_rescale": False, "do_normalize": False}).tensor(pixels)
    assert tensor.max() > 150
    assert tensor.min() >= 0


def test_pictures_are_looked_at_with_twice_the_detail():
    assert made(CLIP).side(Size(480, 480)) == 48
    assert made(CLIP).side(Size(960, 480)) == 96
    assert made(CLIP).side(Size(480, 960)) == 96
    assert made(CLIP).side(Size(100_000, 1)) == 4096


@pytest.mark.parametrize(
    "said",
    [
        {},
        {name: value for name, value in CLIP.items() if name != "size"},
        {name: value for name, value in CLIP.items() if name != "image_mean"},
        {**CLIP, "crop_size": 25},
        {**CLIP, "crop_size": {"width": 9}},
        {**CLIP, "size": {"longest_edge": 24}},
        {**CLIP, "size": "large"},
        {**CLIP, "size": 0, "do_center_crop": False},
        {**CLIP, "resample": 9},
        {**CLIP, "image_std": [1, 0, 1]},
        {**CLIP, "image_mean": [1, 0]},
        {**CLIP, "image_mean": None},
        {**CLIP, "do_resize": False},
        {**CLIP, "do_pad": True},
    ],
)
def test_what_cannot_be_done_is_refused(said):
    with pytest.raises(InputError, match="the file"):
        made(said)
