"""Small ONNX models, made by the ``onnx`` package, whose answers numpy can work out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors

needs_onnx = pytest.mark.skipif(
    find_spec("onnx") is None or find_spec("onnxruntime") is None,
    reason="onnx of the dev group or onnxruntime of the extra [safety] is not installed",
)

Sides = Sequence[int | str] | None
Node = tuple[str, list[str], list[str], Mapping[str, Any]]

WORDS = ("<pad>", "<end>", "red", "blue", "grey")
SIDE, WIDTH, MOST = 8, 4, 6
"""Pixels of a picture, numbers of a vector, tokens of a text that the pair of encoders takes."""
OF_CHANNELS = np.random.default_rng(1).normal(size=(3, WIDTH)).astype(np.float32)
OF_TOKENS = np.random.default_rng(2).normal(size=(len(WORDS), WIDTH)).astype(np.float32)


def model(
    path: Path,
    nodes: Sequence[Node],
    inputs: Mapping[str, tuple[type, Sides]],
    outputs: Mapping[str, tuple[type, Sides]],
    weights: Mapping[str, NDArray[np.float32]] | None = None,
    beside: str | None = None,
) -> Path:
    """A graph at ``path``; a node is kind, inputs, outputs and attributes. ``beside``: a file for its weights."""
    import onnx

    tensors = [onnx.numpy_helper.from_array(array, name) for name, array in (weights or {}).items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    for tensor in tensors if beside else ():
        (path.parent / str(beside)).write_bytes(tensor.raw_data)
        onnx.external_data_helper.set_external_data(tensor, str(beside))
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.ClearField("raw_data")
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node(kind, taken, given, **attributes) for kind, taken, given, attributes in nodes],
        "graph",
        _infos(inputs),
        _infos(outputs),
        tensors,
    )
    made = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(made.SerializeToString())
    return path


def _infos(of: Mapping[str, tuple[type, Sides]]) -> list[Any]:
    import onnx

    kinds = {float: onnx.TensorProto.FLOAT, int: onnx.TensorProto.INT64}
    return [onnx.helper.make_tensor_value_info(name, kinds[kind], sides) for name, (kind, sides) in of.items()]


def classifier(
    folder: Path,
    weights: NDArray[np.float32],
    labels: object,
    *,
    output: str = "logits",
    last: bool = False,
    side: int = SIDE,
) -> Path:
    """A folder with ``model.onnx``: the means of the channels times ``weights``, then softmax unless ``logits``."""
    model(
        folder / "model.onnx",
        [
            ("ReduceMean", ["x"], ["mean"], {"axes": [1, 2] if last else [2, 3], "keepdims": 0}),
            ("MatMul", ["mean", "w"], ["logits"], {}),
            *([] if output == "logits" else [("Softmax", ["logits"], [output], {"axis": 1})]),
        ],
        {"x": (float, ["n", side, side, 3] if last else ["n", 3, side, side])},
        {output: (float, ["n", weights.shape[1]])},
        {"w": weights},
    )
    said = {"size": SIDE, "resample": 2, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (folder / "preprocessor_config.json").write_text(json.dumps(said))
    (folder / "config.json").write_text(json.dumps({"id2label": labels}))
    return folder


def encoders(folder: Path, *, masked: bool = False, width: int = WIDTH) -> Path:
    """A folder with ``onnx/vision_model.onnx`` and ``onnx/text_model.onnx``.

    A vector of a picture is the means of its channels times ``OF_CHANNELS``, that of a text the mean of ``OF_TOKENS``
    over its tokens, before both get length 1.
    """
    model(
        folder / "onnx" / "vision_model.onnx",
        [
            ("GlobalAveragePool", ["pixel_values"], ["last_hidden_state"], {}),
            ("Flatten", ["last_hidden_state"], ["mean"], {}),
            ("MatMul", ["mean", "w"], ["image_embeds"], {}),
        ],
        {"pixel_values": (float, ["n", 3, SIDE, SIDE])},
        {"last_hidden_state": (float, None), "image_embeds": (float, ["n", WIDTH])},
        {"w": OF_CHANNELS},
    )
    model(
        folder / "onnx" / "text_model.onnx",
        [
            ("Gather", ["w", "input_ids"], ["each"], {}),
            ("ReduceMean", ["each"], ["pooler_output"], {"axes": [1], "keepdims": 0}),
            *([("Cast", ["attention_mask"], ["unused"], {"to": 1})] if masked else []),
        ],
        {name: (int, ["n", "t"]) for name in ("input_ids", *(["attention_mask"] if masked else []))},
        {"pooler_output": (float, ["n", width])},
        {"w": OF_TOKENS[:, :width]},
    )
    _tokenizer().save(str(folder / "tokenizer.json"))
    for name, said in (
        (
            "preprocessor_config.json",
            {"size": SIDE, "resample": 3, "image_mean": [0.5] * 3, "image_std": [0.5] * 3},
        ),
        ("tokenizer_config.json", {"pad_token": {"content": "<pad>"}, "model_max_length": 10**30}),
        ("config.json", {"text_config": {"max_position_embeddings": MOST}}),
    ):
        (folder / name).write_text(json.dumps(said))
    return folder


def _tokenizer() -> Tokenizer:
    made = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="grey"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(single="$A <end>", special_tokens=[("<end>", 1)])
    return made
