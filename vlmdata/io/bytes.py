"""Bytes of a local path or an fsspec URL, or of a picture that lies there."""

from __future__ import annotations

from pathlib import Path

from vlmdata.errors import BadRecord
from vlmdata.types import Image


def read_bytes(uri: str, name: str) -> bytes:
    """All bytes of a file. ``BadRecord`` with ``missing_file`` or ``unreadable_file``, said of ``name``.

    ``name`` is what the data call the file: records must not depend on where it lies on this machine.
    """
    try:
        if "://" not in uri:
            return Path(uri).read_bytes()
        import fsspec

        with fsspec.open(uri, "rb") as file:
            data: bytes = file.read()
        return data
    except FileNotFoundError as error:
        raise BadRecord("missing_file", f"no such file: {name}") from error
    except OSError as error:
        raise BadRecord("unreadable_file", f"{name}: {error.strerror or error}") from error


def bytes_of(image: Image) -> bytes:
    """Those an image carries along, or those of its file. ``BadRecord`` as ``read_bytes``, and where it has neither."""
    if image.data is not None:
        return image.data
    name = image.source or image.uri or "an image"
    if image.uri is None:
        raise BadRecord("missing_file", f"{name} has neither bytes nor a path")
    return read_bytes(image.uri, name)
