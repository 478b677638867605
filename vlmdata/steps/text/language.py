"""Which language a text is in, by its script where that settles it, else by py3langid."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

_CODES = """
    ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sv ta th tr uk
    ur vi zh
"""
LANGUAGES = frozenset(_CODES.split())
"""What can be told apart (ISO 639-1). Among more languages, rare ones are found in short captions of frequent ones."""

_ENOUGH = 400
_KANA = re.compile("[ぁ-ゖァ-ヺｦ-ﾝ]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_OF_ONE_LANGUAGE = tuple(
    (language, re.compile(f"[{signs}]"))
    for language, signs in (
        ("ko", "\u1100-\u11ff\uac00-\ud7a3"),
        ("th", "\u0e01-\u0e5b"),
        ("el", "\u0370-\u03ff\u1f00-\u1fff"),
        ("he", "\u0590-\u05ff"),
        ("ta", "\u0b80-\u0bff"),
        ("bn", "\u0980-\u09ff"),
    )
)
_NO_WORDS = re.compile(r"https?://\S+|\S+@\S+")
_FEWEST_LETTERS = 12
_LETTERS_PER_SIGN = 3
"""A sign of Han, kana or Hangul says about as much as three letters."""


def identified(text: str, *, certainty: float) -> str | None:
    """The language as ISO 639-1 by the first 400 characters; None where it is uncertain.

    A script of one language that prevails settles it: kana are Japanese, Hangul is Korean. So do characters that only
    Japan or only China writes. Else the model judges, and is uncertain below 12 letters or 4 Chinese characters, or
    where its probability is below ``certainty``.
    """
    text = _NO_WORDS.sub(" ", text[: 2 * _ENOUGH])[:_ENOUGH]
    letters = sum(map(str.isalpha, text))
    if not text.isascii():
        if found := _by_script(text, letters):
            return found
        letters += (_LETTERS_PER_SIGN - 1) * len(_HAN.findall(text))
    if letters < _FEWEST_LETTERS:
        return None
    language, probability = identifier()(text)
    return language if probability >= certainty else None


@functools.cache
def identifier() -> Callable[[str], tuple[str, float]]:
    """The model of py3langid, a successor of langid.py (Lui and Baldwin, 2012), from its wheel; once per process."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(sorted(LANGUAGES))
    classify: Callable[[str], tuple[str, float]] = model.classify
    return classify


def _by_script(text: str, letters: int) -> str | None:
    kana, han = _KANA.findall(text), _HAN.findall(text)
    if _prevails(len(kana) + len(han), letters):
        return "ja" if kana else _of_han("".join(han))
    for language, signs in _OF_ONE_LANGUAGE:
        if _prevails(len(signs.findall(text)), letters):
            return language
    return None


def _prevails(signs: int, letters: int) -> bool:
    return signs > 0 and signs * _LETTERS_PER_SIGN >= letters - signs


def _of_han(signs: str) -> str | None:
    """By national character sets: 这 is not in Japan's, 駅 in none of China's and Taiwan's, 東京 in several."""
    if not _is_in("shift_jis", signs):
        return "zh"
    return None if _is_in("gb2312", signs) or _is_in("big5", signs) else "ja"


def _is_in(charset: str, signs: str) -> bool:
    try:
        signs.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
