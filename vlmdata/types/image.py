"""A picture by reference, with the edits that wait for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vlmdata.types.download import Download
from vlmdata.types.geometry import Size
from vlmdata.types.layout import WHOLE, Layout
from vlmdata.types.transform import Transform


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture: its bytes or where they are, the frame it is shown in, and what is still to be done to it.

    Nothing here decodes. The engine loads the bytes and reads the header (``original``); steps append to
    ``edits`` through ``transformed``; ``pixels.render`` decodes once and does all of it.

    Attributes:
        data: the encoded bytes, or None until loaded from ``uri``.
        uri: path or fsspec URL of the file, where the bytes are not carried along; http(s) addresses are got by
            the fetch line alone.
        original: width and height as shown (EXIF orientation counted in), before any edit; None until read.
        frame: which frame or page of ``data`` the picture is, from 0.
        edits: pending geometry, first to last.
        layout: how it is cut after all edits.
        id: identity shared by copies of the same published picture, such as ``coco:391895``.
        media_type: by content, such as ``image/jpeg``; ``video/...`` for a clip that is not yet frames.
        sha256: of the source bytes, in hex.
        source: URL or path it came from, for provenance.
        license: of this picture, where it differs by picture.
        expected: ``sha256:…`` or ``md5:…`` in hex, that the source bytes must have, where a data set says so.
        download: how the bytes came, where they came over HTTP.
    """

    data: bytes | None = None
    uri: str | None = None
    original: Size | None = None
    frame: int = 0
    edits: tuple[Transform, ...] = ()
    layout: Layout = WHOLE
    id: str | None = None
    media_type: str | None = None
    sha256: str | None = None
    source: str | None = None
    license: str | None = None
    timestamp_s: float | None = None
    clip: str | None = None
    expected: str | None = None
    download: Download | None = None

    @property
    def size(self) -> Size:
        """The frame after all pending edits. The header must have been read."""
        if self.original is None:
            raise ValueError(f"the size of {self.source or self.uri or 'an image'} is asked for before it is read")
        size = self.original
        for edit in self.edits:
            size = edit.size(size)
        return size

    @property
    def is_clip(self) -> bool:
        """Whether these are the bytes of a video."""
        return (self.media_type or "").startswith("video/")

    @property
    def is_laid_out(self) -> bool:
        return self.layout is not WHOLE and self.layout != WHOLE

    def transformed(self, transform: Transform) -> Image:
        """With one more pending edit. ``ValueError`` after a layout, or where the edit does not fit the frame."""
        if self.is_laid_out:
            raise ValueError(f"geometry after the layout {self.layout.policy!r}: put tile.anyres last")
        transform.size(self.size)
        return replace(self, edits=(*self.edits, transform))

    def laid_out(self, layout: Layout) -> Image:
        """With its one layout. ``ValueError`` if it has one."""
        if self.is_laid_out:
            raise ValueError(f"a second layout {layout.policy!r} after {self.layout.policy!r}")
        return replace(self, layout=layout)
