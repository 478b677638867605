import io

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from tests.torch.conftest import picture, written
from vlmdata.errors import BadRecord, InputError, UsageError
from vlmdata.models.presets import MODELS
from vlmdata.torch import PATCHES, Collate, Loader, Patches, Pixels, VlmDataset, decoded
from vlmdata.types import IGNORED, StoredView


def grain(width, height, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def png(values):
    buffer = io.BytesIO()
    Picture.fromarray(values).save(buffer, "PNG")
    return buffer.getvalue()


def processed(values, patch, merge, temporal):
    """The lines of ``Qwen2VLImageProcessor._preprocess`` (transformers 4.x), for one picture of channels first."""
    patches = np.tile(values[None], (temporal, 1, 1, 1))
    channel = patches.shape[1]
    grid_t = patches.shape[0] // temporal
    grid_h, grid_w = values.shape[1] // patch, values.shape[2] // patch
    patches = patches.reshape(grid_t, temporal, channel, grid_h // merge, merge, patch, grid_w // merge, merge, patch)
    patches = patches.transpose(0, 3, 6, 4, 7, 2, 1, 5, 8)
    flat = patches.reshape(grid_t * grid_h * grid_w, channel * temporal * patch * patch)
    return flat, (grid_t, grid_h, grid_w)


@pytest.mark.parametrize(
    ("model", "mean", "std"),
    [
        ("llava-next", [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]),
        ("smolvlm", [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
        ("internvl2.5", [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ],
    ids=["CLIP", "SigLIP", "ImageNet"],
)
def test_values_are_normalised_as_the_model_has_them(model, mean, std):
    values = grain(9, 7)
    expected = ((values / 255 - np.array(mean)) / np.array(std)).transpose(2, 0, 1)
    found = Pixels.of(model).normalised(decoded(png(values)))
    assert found.shape == (3, 7, 9)
    assert found.dtype == torch.float32
    assert np.abs(found.numpy() - expected).max() < 1e-6


def test_without_normalisation_they_are_as_decoded():
    values = grain(9, 7)
    found = Pixels(None).normalised(decoded(png(values)))
    assert found.dtype == torch.uint8
    assert np.array_equal(found.numpy(), values.transpose(2, 0, 1))


few = st.integers(1, 3)


@given(rows=few, columns=few, side=few, merge=few, frames=st.integers(1, 2))
@settings(max_examples=40)
def test_patches_are_those_of_the_processor(rows, columns, side, merge, frames):
    token = side * merge
    values = torch.from_numpy(grain(columns * token, rows * token)).permute(2, 0, 1)
    expected, grid = processed(values.numpy(), side, merge, frames)
    found, found_grid = Pixels(None, Patches(side, merge, frames)).patched(values)
    assert found_grid == grid
    assert np.array_equal(found.numpy(), expected)


def test_patches_are_normalised_channel_by_channel():
    pixels, values = Pixels.of("qwen2-vl"), torch.from_numpy(grain(28, 56)).permute(2, 0, 1)
    whole = Pixels(pixels.normalisation).normalised(values)
    patches, _ = pixels.patched(values)
    assert torch.equal(pixels.normalised(patches), pixels.patched(whole)[0])


def test_models_with_patches_are_models():
    assert set(PATCHES) <= set(MODELS)
    assert Pixels.of("qwen2.5-vl").patches == Patches(14)
    assert Pixels.of("llava-1.5").patches is None
    with pytest.raises(UsageError, match="no model 'gpt'"):
        Pixels.of("gpt")


def test_a_picture_that_is_no_whole_tokens_is_refused():
    with pytest.raises(InputError, match=r"30x28 is not made of tokens of 28x28 pixels"):
        Pixels.of("qwen2-vl").patched(torch.zeros(3, 28, 30))


@pytest.mark.parametrize("data", [b"", b"<html>", picture(3)[:60]], ids=["empty", "html", "cut off"])
def test_what_is_no_picture_says_so(data):
    with pytest.raises(BadRecord):
        decoded(data)


def test_turned_photos_stand_upright():

    assert decoded(turned()).shape == (3, 8, 16)


def turned():
    """16x8 as shown, stored lying on its side."""
    buffer = io.BytesIO()
    exif = Picture.Exif()
    exif[0x0112] = 6
    Picture.fromarray(grain(8, 16)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def test_a_bad_picture_keeps_its_place_and_carries_no_loss(make):
    items = [written(number, images=2) for number in range(1, 7)]
    view = StoredView(b"no picture", "image/png", items[2].views[0][0].size)
    items[2] = type(items[2])(items[2].sample, (items[2].views[0], (view,)))
    batches = list(Loader(VlmDataset(make(items)), 6, Collate(Pixels(None))))
    (batch,) = batches
    row = batch["key"].index("s-00003")
    assert batch["fault"] == [("s-00003", "not_an_image")]
    assert batch["labels"][row].eq(IGNORED).all()
    assert batch["labels"].ne(IGNORED).any(1).sum() == 5
    assert batch["pixel_values"].shape == (12, 3, 28, 28)
    assert batch["pixel_values"][2 * row].ne(0).all()
    assert batch["pixel_values"][2 * row + 1].eq(0).all()


def test_patches_reach_the_batch(make):
    items = [written(number, images=number % 3) for number in range(9)]
    (batch,) = Loader(VlmDataset(make(items)), 9, Collate(Pixels.of("qwen2-vl")))
    assert batch["pixel_values"].shape == (9 * 4, 3 * 2 * 14 * 14)
    assert batch["image_grid_thw"].tolist() == [[1, 2, 2]] * 9
    assert int(batch["image_grid_thw"].prod(1).sum()) == len(batch["pixel_values"])
