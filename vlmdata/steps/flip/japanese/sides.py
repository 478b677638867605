"""左 and 右, ひだり and みぎ: where they are sides, where they are not, and the rest, which is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vlmdata.steps.flip.findings import Finding, Scene, twins
from vlmdata.steps.flip.japanese.vocabulary import (
    AFTER_BARE,
    BEFORE_BARE,
    MORE,
    NAME_ENDING,
    SAME,
    SUFFIX,
    UNSURE,
)

_TWINS = twins("左 右", "ひだり みぎ", "ヒダリ ミギ")
_KANJI = r"[々〆\u3400-\u9fff\uf900-\ufaff]"
_SIDE = r"(?:左|右|ひだり|みぎ|ヒダリ|ミギ)"
_BODY = re.compile(
    r"(?:手(?!前|の方)|足|腕|肩|肘|ひじ|ヒジ|膝|ひざ|ヒザ|目|眼|耳|頬|ほほ|ほお|胸|腰|脚|腿|太もも|わき|脇|眉|て|あし)"
)

_ANY = re.compile(rf"{_SIDE}|レフト")
_WORDS = re.compile(
    rf"(?P<unsure>{UNSURE})"
    rf"|(?P<same>{SAME}|{NAME_ENDING})"
    rf"|(?P<compound>(?<![極証])(?P<one>{_SIDE})(?P<suffix>{SUFFIX})(?={MORE}|(?!{_KANJI})))"
    rf"|(?P<bare>(?:(?<!{_KANJI})|{BEFORE_BARE})(?P<two>{_SIDE})(?={AFTER_BARE}))"
    rf"|(?P<other>{_SIDE}|レフト)"
)
_HIRAGANA = re.compile("[ぁ-ん]")
_BEFORE_KANA = "のにはがをとでもやらへかう "
_KATAKANA = re.compile("[ァ-ヴー]")

_KIMONO_OR_MONEY = re.compile("着物|着て|着る|着付|和服|浴衣|合わせ|経営|業績|家計|会社")
_TRUSTED = re.compile("社長|会長|監督|部長|首相|大統領|秘書|信頼|投手|ピッチャー|エース|先発|将軍|武将|部下")
_BALL_GAME = re.compile("野球|守備|打球|外野|選手|センター|ショート")


def sides(text: str, scene: Scene) -> Iterator[Finding]:
    """Every 左 and 右, ひだり and みぎ, and レフト and ライト, where a ball game is spoken of."""
    if _ANY.search(text):
        yield from (_judged(text, match) for match in _WORDS.finditer(text))
    if "ライト" in text and _BALL_GAME.search(text):
        yield from (Finding(*match.span(), "refuse", "sides") for match in re.finditer("ライト", text))


def _judged(text: str, match: re.Match[str]) -> Finding:
    start, end = match.span()
    if match["same"]:
        return Finding(start, end, "keep", "word")
    word, suffix = match["one"] or match["two"], match["suffix"] or ""
    if not word or _is_torn(text, start, end, word) or _means_otherwise(text, word, suffix, end):
        return Finding(start, end, "refuse", "sides")
    rule = "body" if _BODY.match(suffix) else "compound" if suffix else "side"
    return Finding(start, start + len(word), "swap", rule, _TWINS[word])


def _is_torn(text: str, start: int, end: int, word: str) -> bool:
    """Whether ひだり or ミギ may be part of a longer word in the same script."""
    before = text[start - 1 : start]
    if word in ("ヒダリ", "ミギ"):
        return bool(_KATAKANA.match(before) or _KATAKANA.match(text[end : end + 1]))
    return word in ("ひだり", "みぎ") and bool(_HIRAGANA.match(before)) and before not in _BEFORE_KANA


def _means_otherwise(text: str, word: str, suffix: str, end: int) -> bool:
    """左前 of a kimono or a firm, 右腕 of a chief or a team."""
    if suffix == "前":
        return _KIMONO_OR_MONEY.search(text) is not None
    if suffix == "腕":
        return text[end : end + 1] not in tuple("をにがのはで、。") or _TRUSTED.search(text) is not None
    return False
