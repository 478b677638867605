"""Bytes of a local path or an fsspec URL."""

from __future__ import annotations

from pathlib import Path

from vlmdata.errors import BadRecord


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
