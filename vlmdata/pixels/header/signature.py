"""Which format bytes are in, by their first bytes and never by a name."""

from __future__ import annotations

import re

_SIGNATURES = tuple(
    (re.compile(signature, re.DOTALL), media_type)
    for signature, media_type in (
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"RIFF.{4}WEBP", "image/webp"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"BM.{12}[\x0c\x10(4@8l|]\0{3}", "image/bmp"),
        (rb"II[*+]\0|MM\0[*+]", "image/tiff"),
        (rb"\0{3}\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51", "image/jp2"),
        (rb"\0.{3}(moov|wide|free|skip|pnot)|.{4}mdat", "video/quicktime"),
        (rb"\0{3}\x0cJXL \r\n\x87\n|\xff\x0a", "image/jxl"),
        (rb"8BPS", "image/vnd.adobe.photoshop"),
        (rb"\0\0\x01\0", "image/x-icon"),
        (rb"\x1a\x45\xdf\xa3", "video/webm"),
        (rb"RIFF.{4}AVI ", "video/x-msvideo"),
        (rb"FLV\x01", "video/x-flv"),
        (rb"%PDF-", "application/pdf"),
        (rb".{128}DICM", "application/dicom"),
        (rb"(?!.{0,1024}<html).{0,1024}<svg", "image/svg+xml"),
    )
)
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF = frozenset({b"avif", b"avis"})

DECODED = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "image/bmp",
        "image/tiff",
        "image/avif",
        "image/jp2",
        "image/jxl",
    }
)
"""The pictures that can be decoded, JPEG XL with the extra ``jxl``."""
CLIPS = frozenset({"video/mp4", "video/quicktime", "video/webm", "video/x-matroska"})
"""The clips whose header can be read."""


def media_type_of(data: bytes) -> str | None:
    """The media type by content, also of formats that are known but not decoded; None for anything else."""
    if data[4:8] == b"ftyp":
        return _by_brand(data)
    return next((media_type for signature, media_type in _SIGNATURES if signature.match(data)), None)


def _by_brand(data: bytes) -> str:
    """By the brands that an ISO base media file declares, the major one first."""
    end = int.from_bytes(data[:4])
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, min(end, 256), 4))]
    if _AVIF & set(brands):
        return "image/avif"
    if brands[0] in _HEIF:
        return "image/heic"
    return "video/quicktime" if brands[0] == b"qt  " else "video/mp4"
