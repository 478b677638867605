"""ONNX files are opened in one way, and weights are taken from their folder alone."""

import numpy as np
import pytest

from tests.made_onnx import model, needs_onnx
from vlmdata.errors import InputError
from vlmdata.models.onnx import OnnxModel, opened
from vlmdata.models.onnx_external import external_files

WEIGHTS = np.arange(6, dtype=np.float32).reshape(3, 2)


pytestmark = needs_onnx


@pytest.fixture
def product(tmp_path):
    """``x @ w``, its weights in the file or in one ``beside`` it."""

    def build(beside=None):
        return model(
            tmp_path / "product.onnx",
            [("MatMul", ["x", "w"], ["y"], {})],
            {"x": (float, ["n", 3])},
            {"y": (float, ["n", 2])},
            {"w": WEIGHTS},
            beside,
        )

    return build


def test_it_computes_what_numpy_computes(product):
    made = OnnxModel(product())
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    (y,) = made.run({"x": x})
    np.testing.assert_allclose(y, x @ WEIGHTS, rtol=1e-6)
    assert made.inputs == {"x": ("n", 3)}
    assert made.outputs == {"y": ("n", 2)}


def test_a_model_is_opened_once(product):
    path = product()
    assert opened(path) is opened(path)


def test_weights_beside_it_are_read_and_decide_the_digest(product):
    path = product(beside="w.bin")
    beside = path.with_name("w.bin")
    assert external_files(path) == (beside,)
    (y,) = OnnxModel(path).run({"x": np.eye(3, dtype=np.float32)})
    assert y.tolist() == WEIGHTS.tolist()
    before = OnnxModel(path).digest
    beside.write_bytes((WEIGHTS + 1).tobytes())
    assert OnnxModel(path).digest != before


@pytest.mark.parametrize("place", ["../w.bin", "sub/../../w.bin", "/tmp/w.bin", "..\\w.bin", "c:w.bin", ""])
def test_weights_elsewhere_are_refused(product, place):
    path = product(beside="w.bin")
    import onnx

    made = onnx.load_model_from_string(path.read_bytes())
    next(one for one in made.graph.initializer[0].external_data if one.key == "location").value = place
    path.write_bytes(made.SerializeToString())
    with pytest.raises(InputError, match="own folder alone"):
        OnnxModel(path)


def test_weights_hidden_in_a_branch_are_found(tmp_path):
    import onnx

    value = onnx.numpy_helper.from_array(WEIGHTS, "w")
    onnx.external_data_helper.set_external_data(value, "../w.bin")
    value.data_location = onnx.TensorProto.EXTERNAL
    value.ClearField("raw_data")
    out = onnx.helper.make_tensor_value_info("v", onnx.TensorProto.FLOAT, [3, 2])
    branch = onnx.helper.make_graph([onnx.helper.make_node("Constant", [], ["v"], value=value)], "branch", [], [out])
    path = model(
        tmp_path / "branch.onnx",
        [("If", ["when"], ["y"], {"then_branch": branch, "else_branch": branch})],
        {"when": (int, [])},
        {"y": (float, [3, 2])},
    )
    with pytest.raises(InputError, match=r"'\.\./w\.bin'"):
        external_files(path)


def test_a_missing_file_of_weights_is_named(product):
    path = product(beside="w.bin")
    path.with_name("w.bin").unlink()
    with pytest.raises(InputError, match=r"w\.bin, which is not beside it"):
        OnnxModel(path)


@pytest.mark.parametrize("junk", [b"", b"\xff" * 40, b"\x3a\xff\xff\xff\x7f", b"\x3a", b"\x0b"])
def test_what_is_no_model_is_refused(tmp_path, junk):
    path = tmp_path / "junk.onnx"
    path.write_bytes(junk)
    with pytest.raises(InputError, match="junk"):
        OnnxModel(path)


def test_a_cut_file_is_refused(product, tmp_path):
    whole = product().read_bytes()
    path = tmp_path / "cut.onnx"
    for size in range(1, len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match="cut"):
            _ = OnnxModel(path).inputs


def test_a_model_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="there is no model"):
        OnnxModel(tmp_path / "none.onnx")


@pytest.mark.parametrize(
    "feeds", [{"x": np.zeros((1, 4), np.float32)}, {"z": np.zeros((1, 3), np.float32)}], ids=["shape", "name"]
)
def test_arrays_that_do_not_fit_are_a_wrong_use(product, feeds):
    with pytest.raises(InputError, match="cannot be run on"):
        OnnxModel(product()).run(feeds)


def test_a_graph_for_one_size_may_be_asked_another(tmp_path):
    path = model(
        tmp_path / "fixed.onnx",
        [("GlobalAveragePool", ["x"], ["y"], {})],
        {"x": (float, [1, 3, 8, 8])},
        {"y": (float, [1, 3, 1, 1])},
    )
    x = np.ones((2, 3, 9, 5), np.float32)
    with pytest.raises(InputError, match="cannot be run on"):
        OnnxModel(path).run({"x": x})
    (y,) = OnnxModel(path, open_sides=True).run({"x": x})
    assert y.shape == (2, 3, 1, 1)
