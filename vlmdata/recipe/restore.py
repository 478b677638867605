"""Files of keys: samples that somebody has looked at and wants back."""

from __future__ import annotations

from pathlib import Path


def keys_in(path: Path) -> tuple[str, ...]:
    """The keys in a file, one a line; empty lines and those that begin with ``#`` are passed over.

    ``ValueError`` where it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ValueError(f"{path} cannot be read ({said}): a file of keys has one a line") from error
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
