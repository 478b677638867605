"""Characters put right: wrongly decoded text, control characters, normal forms, white space."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from typing import Literal

_CERTAIN = "\t\n -~\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff9f"
_MARKS = "©®°·–—‘’“”•…™"
_DOUBTFUL = re.compile(f"(?![{_MARKS}](?:[\t\n -~]|$))[^{_CERTAIN}]")
"""What ftfy may change, as it is set up here: nothing in printable ASCII, kana, Han and Hangul.

Nor a mark that stands alone: wrongly decoded UTF-8 is two such characters or more in a row.
"""


def mended(text: str) -> str:
    """Text decoded by the wrong table decoded anew (``ã‚·`` to ``シ``), controls and ligatures away, by ftfy.

    Quotation marks and the width of characters stay as they are. Source: ftfy (Speer), ``fix_text``.
    """
    if (text.isascii() and text.isprintable()) or not _DOUBTFUL.search(text):
        return text
    return _fixer()(text)


@functools.cache
def _fixer() -> Callable[[str], str]:
    from ftfy import TextFixerConfig, fix_text

    config = TextFixerConfig(
        unescape_html=False, uncurl_quotes=False, fix_character_width=False, normalization=None, explain=False
    )
    return functools.partial(fix_text, config=config)


def normalised(text: str, form: Literal["NFC", "NFKC"]) -> str:
    """In a normal form of Unicode (UAX #15)."""
    return text if text.isascii() else unicodedata.normalize(form, text)


_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_OTHER_SPACE = re.compile("[\v\f\r\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_WORN = re.compile(f"{_INVISIBLE.pattern}|{_OTHER_SPACE.pattern}|\t| {{2}}| \n|\n{{3}}")
_RUN = re.compile("(?<=[^ \n]) {2,}")
_LINE_END = re.compile(" +(?=\n)")
_BLANK_LINES = re.compile("\n{3,}")
_TAB = "    "


def spaced(text: str) -> str:
    """One kind of space, one at a time; at most one empty line; nothing at the ends of lines.

    The indentation of lines stays, for lists and code. Soft hyphens and spaces of no width go; joiners, which emoji
    and some scripts need, stay.
    """
    is_plain = text.isascii() and text.isprintable()
    if "  " not in text if is_plain else not _WORN.search(text):
        return text
    text = _INVISIBLE.sub("", _OTHER_SPACE.sub(" ", text.replace("\r\n", "\n").replace("\t", _TAB)))
    return _BLANK_LINES.sub("\n\n", _LINE_END.sub("", _RUN.sub(" ", text)))
