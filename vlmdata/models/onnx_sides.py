"""A model that was exported for one size of picture, opened for any size.

Field numbers are those of onnx/onnx ``onnx/onnx.proto3``.
"""

from __future__ import annotations

from collections.abc import Sequence

from vlmdata.models.onnx_wire import fields, with_length

_TO_SHAPES = (
    frozenset({7}),  # ModelProto.graph
    frozenset({11, 12}),  # GraphProto.input, output
    frozenset({2}),  # ValueInfoProto.type
    frozenset({1}),  # TypeProto.tensor_type
    frozenset({2}),  # TypeProto.Tensor.shape
)


def with_open_sides(model: bytes) -> bytes:
    """The same model without the shapes it declares for its inputs and outputs.

    For networks of convolutions alone, whose layers do not care. ``ValueError`` or ``IndexError`` for bytes that are no
    model.
    """
    return _without(model, _TO_SHAPES)


def _without(message: bytes, path: Sequence[frozenset[int]]) -> bytes:
    """The message less the fields at the end of ``path``; the lengths of those around them are written anew."""
    kept = []
    for field in fields(message, 0, len(message)):
        if field.number not in path[0] or field.body is None:
            kept.append(message[field.begin : field.end])
        elif len(path) > 1:
            kept.append(with_length(field.number, _without(message[field.body : field.end], path[1:])))
    return b"".join(kept)
