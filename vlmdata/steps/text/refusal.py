"""Answers in which a model speaks of itself instead of answering."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

_AI = r"(?:a\.?i\.?|artificial intelligence)"
_MODEL = (
    rf"(?:{_AI}(?: (?:language|vision|text|chat|virtual))* ?(?:model|assistant|chatbot|bot|system)|"
    r"(?:large )?language model)"
)
_CANNOT = (
    r"(?:can(?:no|['’])?t|can not|(?:am|['’]m) (?:not able|unable) to|am not capable of|"
    r"(?:do not|don['’]t) have the (?:ability|capability|capacity) to)"
)
_I_CANNOT = rf"\bi ?{_CANNOT}"
_HELP = (
    r"(?:directly |actually |currently |physically )?(?:view|see|look at|access|open|process|display|analy[sz]e|"
    r"interpret|provide|identify|recogni[sz]e|assist|help|fulfil+|comply|complete|answer|generate|create|engage)"
)
_PICTURES = r"(?:images?|pictures?|photos?|photographs?|videos?|attachments?)"
_ENGLISH = (
    # "As an AI language model, I ..."; not "as an AI camera", "as an AI researcher".
    rf"\bas an? {_MODEL}\b",
    rf"\bas an? {_AI},? (?:i|my)\b",
    rf"\bi(?:['’]m| am) (?:just |only )?an? (?:{_MODEL}|{_AI}(?=\W*$|[.,]| and\b| so\b| without\b| that\b))",
    # "I'm sorry, but I cannot ..."; not "I'm sorry I can't come", as a poster may say.
    (
        r"^\W*(?:(?:i['’]?m|i am|we are|we['’]re) )?"
        r"(?:(?:very |so |really )?sorry|afraid|unfortunately|(?:my )?apologies|i apologi[sz]e)\b"
        rf"[^.!?\n]{{0,60}}?[,;.] ?(?:but |however,? )?(?:as [^,\n]{{1,40}}, )?{_I_CANNOT}\b"
    ),
    rf"{_I_CANNOT} {_HELP} (?:{_PICTURES}|(?:with )?(?:that|this|your) request)\b",
    (
        rf"{_I_CANNOT} {_HELP} (?:[\w-]+ ){{0,3}}(?:the|any|this|these|that|your|an?|actual|specific|real) "
        rf"(?:[\w-]+ ){{0,2}}(?:{_PICTURES}|requests?|questions?|individuals?|people|person)\b"
    ),
    rf"^\W*{_I_CANNOT} (?:assist|help|comply)\b",
    (
        r"\bi (?:do not|don['’]t) have access to (?:the|any|this|your|real-time) (?:[\w-]+ ){0,2}"
        rf"(?:{_PICTURES}|information|data)\b"
    ),
)
_JAPANESE_AI = r"(?:AI|ＡＩ|人工知能)"
_DEKINAI = r"(?:(?:でき|出来)(?:ません|かねます|ない)|(?:いた|致)?しかねます)"
_JAPANESE = (
    # "AIとして、", "言語モデルなので"; not "AIとして知られる".
    (
        rf"(?:{_JAPANESE_AI}(?:アシスタント|モデル|チャットボット)|言語モデル)(?:として|ですので|ですから|なので|であるため|のため、)"
        rf"|{_JAPANESE_AI}(?:として、|ですので|ですから|なので、|であるため)"
    ),
    rf"(?:私|わたし|当方)は、?(?:{_JAPANESE_AI}|大規模言語モデル|言語モデル)",
    (
        r"^[^。\n]{0,10}(?:申し訳|もうしわけ)(?:あり|ござい)ません[^\n]{0,60}?"
        rf"(?:{_DEKINAI}|わかりかねます|持っ(?:ていません|ておりません))"
    ),
    (
        r"(?:画像|写真|動画|リンク|ファイル)(?:自体)?(?:を|は)(?:直接)?(?:見る|確認する|表示する|閲覧する|認識する|解析する|開く)"
        rf"こと(?:は|が)?{_DEKINAI}"
    ),
    rf"^[^。\n]{{0,30}}(?:お答え|回答|お手伝い|ご案内|対応)(?:する)?(?:こと)?(?:は|が)?{_DEKINAI}",
)
_ENGLISH_CLUES = (
    *("a.i.", " ai", "language model", "artificial int", "sorry", "afraid", "unfortunately", "apolog"),
    *("i can", "i am", "i do", "i'm", "i’m"),
)
_JAPANESE_CLUES = ("AI", "ＡＩ", "人工知能", "言語モデル", "申し訳", "もうしわけ", "でき", "出来", "かねます")


def refusal(answer: str) -> str | None:
    """The words by which an answer refuses, None where it answers. English and Japanese."""
    match = _any_of(_ENGLISH).search(answer) if _holds(answer.lower(), _ENGLISH_CLUES) else None
    if match is None and not answer.isascii() and _holds(answer, _JAPANESE_CLUES):
        match = _any_of(_JAPANESE).search(answer)
    return match[0].strip() if match else None


@functools.cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _holds(text: str, clues: Sequence[str]) -> bool:
    for clue in clues:  # noqa: SIM110 (a loop takes half the time of any())
        if clue in text:
            return True
    return False
