"""Addresses in texts: URLs, e-mail, telephone numbers."""

from __future__ import annotations

import re
from typing import Literal

Treatment = Literal["keep", "mask", "remove"]

_URL = r"(?:(?:https?|ftp)://|\bwww\.)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*[A-Za-z0-9\-_~/#@$&*+=%]"
_LINKED = re.compile(rf"\[([^\[\]]+)\]\((?:{_URL})\)", re.IGNORECASE)
_URLS = re.compile(_URL, re.IGNORECASE)
_EMAILS = re.compile(
    r"(?<![A-Za-z0-9_.+%-])(?:mailto:)?[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?![A-Za-z0-9_-])"
)

_NARROW = str.maketrans("０１２３４５６７８９＋（）－．", "0123456789+()-.")
_DASH = "[-\u2010-\u2015\u2212]"
_SEP = "[ .\\-\u2010-\u2015\u2212]"
_PHONES = re.compile(
    r"(?<![A-Za-z\d_.+#/-])(?:"
    rf"\+\d{{1,3}}(?:{_SEP}?\(\d{{1,4}}\))?(?:{_SEP}?\d{{1,5}}){{2,5}}"  # international: +81 3-1234-5678
    rf"|(?:1{_SEP})?(?:\(\d{{3}}\) ?|\d{{3}}{_SEP})\d{{3}}{_SEP}\d{{4}}"  # North America: (212) 555-0123
    rf"|0[5789]0{_DASH}?\d{{4}}{_DASH}?\d{{4}}"  # Japan, mobile and IP
    rf"|(?:0120|0570|0990){_DASH}\d{{3}}{_DASH}\d{{3}}|0800{_DASH}\d{{3}}{_DASH}\d{{4}}"  # Japan, services
    rf"|0\d{_DASH}\d{{4}}{_DASH}\d{{4}}|0\d\d{_DASH}\d{{3}}{_DASH}\d{{4}}"  # Japan, by length of the area code
    rf"|0\d{{3}}{_DASH}\d\d{_DASH}\d{{4}}|0\d{{4}}{_DASH}\d{_DASH}\d{{4}}"
    rf"|0\d{{1,4}}\(\d{{1,4}}\)\d{{4}}|\(0\d{{1,4}}\)\d{{1,4}}{_DASH}\d{{4}}"
    r")(?![A-Za-z\d_/-]|\.\d)"
)
_MAYBE_PHONE = re.compile(r"\d[^\w\n]{0,2}\d[^\w\n]{0,2}\d[^\w\n]{0,2}\d[^\w\n]{0,2}\d[^\w\n]{0,2}\d[^\w\n]{0,2}\d")
_FEWEST_DIGITS, _MOST_DIGITS = 8, 15
_HOLLOW = re.compile(r"\(\s*\)|\[\s*\]|（\s*）|<\s*>")
"""Brackets around nothing, left where an address was."""


def without_urls(text: str, treatment: Treatment) -> str:
    """Addresses that begin with a scheme or ``www.`` masked as ``[url]`` or removed; words of a Markdown link stay."""
    if "://" not in text and "ww." not in text.lower():
        return text
    text = _LINKED.sub(r"\1", text)
    return _taken_out(_URLS, text, "[url]", treatment)


def without_emails(text: str, treatment: Treatment) -> str:
    """E-mail addresses masked as ``[email]`` or removed."""
    return _taken_out(_EMAILS, text, "[email]", treatment) if "@" in text else text


def without_phones(text: str, treatment: Treatment) -> str:
    """Telephone numbers masked as ``[phone]`` or removed.

    International ones with ``+``, North American and Japanese ones as they are written with separators, mobile ones
    of Japan without too. Dates, sizes, prices and part numbers are not of these forms.
    """
    if not _MAYBE_PHONE.search(text):
        return text

    mask = "[phone]" if treatment == "mask" else ""
    after, copied = "", 0
    for match in _PHONES.finditer(text.translate(_NARROW)):
        if _FEWEST_DIGITS <= sum(map(str.isdigit, match[0])) <= _MOST_DIGITS:
            after += text[copied : match.start()] + mask
            copied = match.end()
    return _tidied(text, after + text[copied:])


def _taken_out(pattern: re.Pattern[str], text: str, mask: str, treatment: Treatment) -> str:
    return _tidied(text, pattern.sub(mask if treatment == "mask" else "", text))


def _tidied(before: str, after: str) -> str:
    return after if after == before else _HOLLOW.sub("", after)
