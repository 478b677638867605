"""What a loaded picture is: a hash of its bytes, the frame of them that is shown, and the edits that wait."""

from __future__ import annotations

from hashlib import blake2b

from vlmdata.types import Image


def identity_of(image: Image, *more: object) -> bytes:
    """32 bytes that cover the pixels of a loaded picture, and ``more``, by its ``repr``.

    ``Image.sha256`` alone would not do: a data set made of another carries on the hash of what it was made of, though
    its own pictures may be smaller or blurred.
    """
    import xxhash

    data = image.data or b""
    own = (image.sha256, len(data), xxhash.xxh3_128_intdigest(data), image.original, image.frame, image.edits)
    return blake2b(repr((*own, *more)).encode(errors="surrogatepass"), digest_size=32).digest()
