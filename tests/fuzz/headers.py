"""Coverage-guided fuzzing of the code that reads headers: formats by their bytes, EXIF, profiles, boxes, chunks.

    python -m tests.fuzz.headers CORPUS -max_total_time=600

Needs atheris, which nothing else does. ``CORPUS`` is a folder: it is made, gets a small picture of every kind, and
keeps what the fuzzer finds new. All options are libFuzzer's. What breaks a rule of ``check`` is left in the current
folder as ``crash-…``, ``timeout-…`` or ``oom-…``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vlmdata.pixels import Header

REASONS = frozenset({"empty", "not_an_image", "unsupported_format", "bomb", "truncated", "corrupt"})
PLUGINS = ("Avif", "Bmp", "Gif", "Jpeg", "Jpeg2K", "Png", "Tiff", "WebP")
LIMITS = ("-timeout=20", "-rss_limit_mb=2048", "-max_len=65536")
WORDS = (
    "IHDR IDAT IEND iCCP eXIf tRNS acTL fcTL fdAT RIFF WEBP VP8X VP8L EXIF ICCP ANIM ANMF GIF89a NETSCAPE2.0 Exif "
    "ICC_PROFILE ftyp avif avis mif1 heic isom moov trak tkhd mdat meta iprp ipco ispe iloc irot jP jp2h ihdr colr "
    "jp2c jxlc jxlp JXL"
)


def check(data: bytes) -> None:
    """``AssertionError`` where bytes are not answered as they should be; any other exception is one too many."""
    from vlmdata.pixels import MAX_PIXELS, conversions
    from vlmdata.pixels.header.exif import UPRIGHT, orientation_of

    assert orientation_of(data) in UPRIGHT
    told = header_or_reason(data)
    assert told == header_or_reason(data), "not the same twice"
    if isinstance(told, str):
        assert told in REASONS
        return
    assert 1 <= told.size.area <= MAX_PIXELS
    assert min(told.size.width, told.size.height) >= 1
    assert told.orientation in UPRIGHT
    assert 1 <= told.depth <= 64
    assert set(conversions(told)) == set(dict.fromkeys(conversions(told)))
    assert header_or_reason(data, told.size.area) == told
    assert told.size.area == 1 or header_or_reason(data, told.size.area - 1) == "bomb"
    check_frames(data, told)


def check_frames(data: bytes, header: Header) -> None:
    """The last frame has a header or a fault; there is none after it."""
    from vlmdata.pixels import MAX_PIXELS

    assert header.frames >= 1
    last = header_or_reason(data, MAX_PIXELS, header.frames - 1)
    assert last in REASONS if isinstance(last, str) else last.frame == header.frames - 1
    assert header_or_reason(data, MAX_PIXELS, header.frames) in REASONS


def header_or_reason(data: bytes, *options: int) -> Header | str:
    from vlmdata.errors import BadRecord
    from vlmdata.pixels import read_header

    try:
        return read_header(data, *options)
    except BadRecord as bad:
        return bad.reason


def planted(corpus: Path) -> Path:
    """Write the first pictures into the corpus, and beside it the words that formats are made of."""
    from tests.fuzz.pictures import pictures

    corpus.mkdir(parents=True, exist_ok=True)
    for name, data in pictures().items():
        (corpus / name).write_bytes(data)
    words = corpus.with_name(f"{corpus.name}.dict")
    words.write_text("".join(f'"{word}"\n' for word in WORDS.split()))
    return words


def main(corpus: str, *options: str) -> None:
    import atheris  # type: ignore[import-untyped]  # and not installed

    with atheris.instrument_imports(include=["vlmdata", "PIL"]):
        import vlmdata.pixels  # noqa: F401

        for name in PLUGINS:
            __import__(f"PIL.{name}ImagePlugin")
    words = planted(Path(corpus))
    atheris.Setup([sys.argv[0], corpus, f"-dict={words}", *LIMITS, *options], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
