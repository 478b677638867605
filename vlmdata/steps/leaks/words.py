"""Texts made comparable: their words, the runs of 13 words in them, and the words that carry their meaning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

NGRAM = 13
"""Words of a run (Brown et al. 2020, "Language Models are Few-Shot Learners", appendix C)."""

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""A letter of a script that is written without spaces: Thai, Lao, Burmese, Khmer, kana, Chinese."""
_WORD = re.compile(rf"{_UNSPACED.pattern}|(?:(?!{_UNSPACED.pattern})(?:[^\W_]|[\u064b-\u0652\u0900-\u0dff]))+")
"""Or a word; the marks of Arabic and Indic scripts are no letters to ``\\w``."""
_LETTER_WEIGHT = 0.5
"""Words that such a letter stands for."""
_SENTENCE = re.compile(r"(?<=[.?!])\s+|(?<=[。？！])")
_FORM = re.compile(
    r"(?:please|answer|short answer|your answer|choose|select|reference ocr token|请|請|回答)", re.IGNORECASE
)
"""So begin sentences that ask for the form of an answer."""
_LABEL = re.compile(r"(?:hint|question|context|passage|q|choices|options)\s*:\s*", re.IGNORECASE)
_FUNCTION_WORDS = """
a about an and any are as at be been being but by can could did do does for from had has have he her his how i if in
into is it its just ll may me might my of on or our over re s she should so some such t than that the their them then
there these they this those to under up was we were what when where which while who whose why will with would you your
"""
_OF_PICTURES = "image picture photo figure photograph shown following see above below"
_EMPTY = frozenset(f"{_FUNCTION_WORDS} {_OF_PICTURES}".split())
"""Words that say little about what is asked (function words, and how questions speak of their picture)."""


def words_of(text: str) -> list[str]:
    """Words in lower case without punctuation; of scripts without spaces each letter."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def asked(line: str) -> str:
    """A line of a question without the label before it, and without sentences about the form of the answer."""
    sentences = _SENTENCE.split(_LABEL.sub("", line.strip(), count=1))
    return " ".join(one for one in sentences if one and not _FORM.match(one))


def telling(words: Iterable[str]) -> tuple[str, ...]:
    """The words that carry meaning, in order, without an ending -s; of Japanese those in kanji and katakana."""
    return tuple(_singular(word) for word in words if word not in _EMPTY and not _is_empty(word))


def weight(words: Iterable[str]) -> float:
    """How many words these are; letters of scripts without spaces count half."""
    return sum(map(_weight, words))


def ngrams(words: Sequence[str]) -> Iterator[int]:
    """Hashes of all runs of ``NGRAM`` words, first to last; of twice as many letters in scripts without spaces."""
    weights = list(map(_weight, words))
    stop, held = 0, 0.0
    for start, own in enumerate(weights):
        while held < NGRAM and stop < len(words):
            held += weights[stop]
            stop += 1
        if held < NGRAM:
            return
        yield hashed(words[start:stop])
        held -= own


def hashed(words: Iterable[str]) -> int:
    """64 bits of these words in this order."""
    return int.from_bytes(blake2b(" ".join(words).encode(), digest_size=8).digest(), "little")


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _is_empty(word: str) -> bool:
    """Whether it is a letter such as names an option, or one of hiragana, which write how words go together."""
    return len(word) == 1 and ((word.isascii() and not word.isdigit()) or "\u3040" <= word <= "\u309f")


def _weight(word: str) -> float:
    return _LETTER_WEIGHT if _UNSPACED.fullmatch(word) else 1.0
