"""Vectors of pictures and texts, worked out by numpy beside onnxruntime."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.made_onnx import OF_CHANNELS, OF_TOKENS, SIDE, encoders, model, needs_onnx
from vlmdata.errors import InputError
from vlmdata.models.embed import Encoder, loaded
from vlmdata.types import Size

pytestmark = needs_onnx

PAD, END, RED, BLUE = range(4)


def unit(vector):
    return vector / np.linalg.norm(vector)


def of_tokens(*numbers):
    return unit(OF_TOKENS[list(numbers)].mean(axis=0))


@pytest.fixture
def pair(tmp_path):
    """The folder of two encoders."""
    return lambda **options: encoders(tmp_path / "pair", **options)


@pytest.fixture
def pictures():
    random = np.random.default_rng(5)
    return [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in ((9, 30), (40, 8), (8, 8))]


def test_pictures_become_vectors_of_length_one(pair, pictures):
    vectors = Encoder(pair()).images(pictures)
    for vector, pixels in zip(vectors, pictures, strict=True):
        resized = np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        np.testing.assert_allclose(vector, unit((resized / 255 * 2 - 1).mean(axis=(0, 1)) @ OF_CHANNELS), atol=1e-5)
    assert vectors.dtype == np.float32


def test_a_picture_gets_the_same_alone_and_among_others(pair, pictures):
    encoder = Encoder(pair())
    together = encoder.images(pictures)
    assert all(np.array_equal(encoder.images([one])[0], vector) for one, vector in zip(pictures, together, strict=True))


def test_a_text_is_filled_up_where_the_graph_takes_no_mask(pair):
    vectors = Encoder(pair()).texts(["red", "blue red"])
    np.testing.assert_allclose(vectors[0], of_tokens(RED, END, PAD, PAD, PAD, PAD), atol=1e-6)
    np.testing.assert_allclose(vectors[1], of_tokens(BLUE, RED, END, PAD, PAD, PAD), atol=1e-6)


def test_a_text_is_not_filled_up_where_it_takes_one(pair):
    vectors = Encoder(pair(masked=True)).texts(["red", "blue red"])
    np.testing.assert_allclose(vectors[0], of_tokens(RED, END), atol=1e-6)
    np.testing.assert_allclose(vectors[1], of_tokens(BLUE, RED, END), atol=1e-6)


@pytest.mark.parametrize("masked", [True, False])
def test_a_long_text_is_cut_and_keeps_its_end_token(pair, masked):
    (vector,) = Encoder(pair(masked=masked)).texts(["red blue " * 9])
    np.testing.assert_allclose(vector, of_tokens(RED, BLUE, RED, BLUE, RED, END), atol=1e-6)


def test_their_product_is_the_cosine(pair, pictures):
    encoder = loaded(pair(), texts=True)
    cosines = encoder.images(pictures) @ encoder.texts(["red", "blue"]).T
    assert cosines.shape == (3, 2)
    assert np.abs(cosines).max() <= 1 + 1e-6
    assert loaded(encoder._path, texts=True) is encoder


def test_nothing_in_nothing_out(pair):
    assert Encoder(pair()).images([]).shape[0] == 0


def test_a_vector_of_zeros_is_like_nothing(pair):
    grey = np.full((8, 8, 3), 255, np.uint8)
    home = pair()
    said = json.loads((home / "preprocessor_config.json").read_text())
    (home / "preprocessor_config.json").write_text(json.dumps({**said, "image_mean": [1, 1, 1]}))
    assert Encoder(home).images([grey]).tolist() == [[0, 0, 0, 0]]


def test_an_image_encoder_alone_will_do_for_pictures(pair, pictures):
    home = pair()
    encoder = loaded(home / "onnx" / "vision_model.onnx")
    np.testing.assert_array_equal(encoder.images(pictures), Encoder(home).images(pictures))
    encoder.check(texts=False)
    with pytest.raises(InputError, match=r"no text_model\.onnx"):
        encoder.texts(["red"])


@pytest.mark.parametrize(
    "file",
    [
        "onnx/vision_model.onnx",
        "onnx/text_model.onnx",
        "preprocessor_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "config.json",
    ],
)
def test_a_missing_file_is_a_wrong_use(pair, file):
    home = pair()
    (home / file).unlink()
    with pytest.raises(InputError):
        Encoder(home).check(texts=True)


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("preprocessor_config.json", {"image_mean": [0.4, 0.5, 0.5]}),
        ("tokenizer_config.json", {"pad_token": "<end>"}),
        ("config.json", {"text_config": {"max_position_embeddings": 5}}),
    ],
)
def test_every_file_decides_the_digest(pair, file, changed):
    home = pair()
    before = Encoder(home).digest
    said = json.loads((home / file).read_text())
    (home / file).write_text(json.dumps(said | changed))
    assert Encoder(home).digest != before


def test_two_spaces_are_refused(pair):
    with pytest.raises(InputError, match="not one space"):
        Encoder(pair(width=3)).check(texts=True)


def test_pictures_of_another_size_than_the_graph_takes_are_refused(pair):
    home = pair()
    said = json.loads((home / "preprocessor_config.json").read_text())
    (home / "preprocessor_config.json").write_text(json.dumps({**said, "size": 16}))
    with pytest.raises(InputError, match="cannot be run on"):
        Encoder(home).check(texts=False)


def test_a_token_that_is_not_there_cannot_fill_up(pair):
    home = pair()
    (home / "tokenizer_config.json").write_text('{"pad_token": "[PAD]"}')
    with pytest.raises(InputError, match=r"no token '\[PAD\]'"):
        Encoder(home).texts(["red"])


def test_a_tokenizer_that_is_none_is_refused(pair):
    home = pair()
    (home / "tokenizer.json").write_text("{}")
    with pytest.raises(InputError, match=r"is no tokenizer\.json"):
        Encoder(home).texts(["red"])


def test_a_graph_that_takes_more_is_refused(pair):
    home = pair()
    model(
        home / "onnx" / "text_model.onnx",
        [("Add", ["input_ids", "position_ids"], ["text_embeds"], {})],
        {"input_ids": (int, ["n", "t"]), "position_ids": (int, ["n", "t"])},
        {"text_embeds": (int, ["n", "t"])},
    )
    with pytest.raises(InputError, match="input_ids, position_ids"):
        Encoder(home).texts(["red"])


def test_an_output_that_is_no_vector_is_refused(pair):
    home = pair()
    model(
        home / "onnx" / "vision_model.onnx",
        [("Identity", ["pixel_values"], ["last_hidden_state"], {})],
        {"pixel_values": (float, ["n", 3, SIDE, SIDE])},
        {"last_hidden_state": (float, ["n", 3, SIDE, SIDE])},
    )
    with pytest.raises(InputError, match="gives last_hidden_state"):
        Encoder(home).check(texts=False)


def test_it_looks_at_twice_the_size_it_takes(pair):
    assert Encoder(pair()).side(Size(64, 32)) == 32
