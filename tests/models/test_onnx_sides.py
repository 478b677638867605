"""A model that declares one size, run at another."""

import numpy as np
import pytest

from tests.made_onnx import model, needs_onnx
from vlmdata.errors import InputError
from vlmdata.models.onnx import OnnxModel
from vlmdata.models.onnx_sides import with_open_sides

pytestmark = needs_onnx


@pytest.fixture
def eight(tmp_path):
    """Adds one to 1 x 1 x 8 x 8."""
    nodes = [("Add", ["x", "one"], ["y"], {})]
    shape = {"x": (float, [1, 1, 8, 8])}
    return model(tmp_path / "eight.onnx", nodes, shape, {"y": shape["x"]}, {"one": np.ones(1, np.float32)})


def test_it_can_be_run_at_any_size(eight):
    large = {"x": np.zeros((1, 1, 20, 30), np.float32)}
    with pytest.raises(InputError, match="cannot be run"):
        OnnxModel(eight).run(large)
    (answer,) = OnnxModel(eight, open_sides=True).run(large)
    assert answer.shape == (1, 1, 20, 30)
    assert (answer == 1).all()


def test_only_shapes_are_taken_out(eight):
    import onnx

    before, after = onnx.load(eight), onnx.load_from_string(with_open_sides(eight.read_bytes()))
    for one in (*before.graph.input, *before.graph.output):
        one.type.tensor_type.ClearField("shape")
    assert after == before


@pytest.mark.parametrize("damage", [b"\x3a\xff", b"\x3f", b"\x3a\x80", b"\xff" * 30])
def test_what_is_no_model_is_not_read_beyond_its_end(damage):
    with pytest.raises((ValueError, IndexError)):
        with_open_sides(damage)
