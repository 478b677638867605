"""Keys of the samples that one sample is made into."""

from __future__ import annotations

from hashlib import blake2b

_LONGEST_KEY = 120


def child_key(key: str, number: int) -> str:
    """``KEY-cN``; of a key with no room for that, the beginning and a hash of the whole."""
    suffix = f"-c{number}"
    if len(key) + len(suffix) > _LONGEST_KEY:
        digest = blake2b(key.encode(), digest_size=8).hexdigest()
        key = f"{key[: _LONGEST_KEY - len(digest) - len(suffix) - 1]}-{digest}"
    return key + suffix
