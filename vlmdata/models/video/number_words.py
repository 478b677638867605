"""Whole numbers in English words, as the num2words package writes them."""

from __future__ import annotations

_TEENS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(number: int) -> str:
    """From 0 to 999,999: ``two hundred and fifty-six``. ``ValueError`` beyond."""
    if not 0 <= number < 1_000_000:
        raise ValueError(f"numbers from 0 to 999,999 have words here, not {number}")
    if number < 20:
        return _TEENS[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_TEENS[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_TEENS[hundreds]} hundred" + (f" and {in_words(rest)}" if rest else "")
    thousands, rest = divmod(number, 1000)
    joint = " and " if rest < 100 else ", "
    return f"{in_words(thousands)} thousand" + (f"{joint}{in_words(rest)}" if rest else "")
