"""Words that make a text unsuitable. A few plain ones of each language: who needs more gives their own."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from vlmdata.steps.text.characters import UNSPACED, WORD

WordList = Literal["en", "ja"]

_ENGLISH = """
    asshole assholes bestiality blowjob blowjobs bukkake buttplug camgirl camgirls childporn cocksucker cocksuckers
    creampie cumshot cumshots cunnilingus cunt cunts deepthroat dickhead dickheads dildo dildos fag faggot faggots
    fellatio fuck fucked fucker fuckers fuckin fucking fucks gangbang gangbangs gook gooks handjob handjobs hentai
    jailbait jizz kike kikes masturbate masturbated masturbates masturbating masturbation milf milfs motherfucker
    motherfuckers motherfucking nigga niggas nigger niggers nsfw paki pakis porn porno pornographic pornography pornos
    pornstar pornstars raghead ragheads shemale shemales shithead slut sluts slutty towelhead towelheads upskirt
    wanker wankers wetback wetbacks whore whores zoophilia
"""
"""Words of one meaning: cock, tit, ass, bitch, rape and coon are also two birds, an ass, a dog, a crop and a cat."""

_ENGLISH_PHRASES = r"\b(?:child porn|gang bangs?|(?:anal|group|hardcore|live|oral) sex|sex (?:doll|tape|video)s?)\b"

_KATAKANA = """
    アダルトグッズ アダルトサイト アダルトビデオ エロ エロアニメ エロゲ エロゲー オナニー オナホ オナホール キチガイ
    クンニ クンニリングス ザーメン セックス セックスシーン セックスビデオ セックスフレンド ソープランド ダッチワイフ
    チンコ チンポ デリバリーヘルス デリヘル ニガー パイズリ ビッチ フェラ フェラチオ ポルノ ポルノビデオ マンコ
    ヤリマン レイプ ロリコン
"""
"""Whole runs of katakana: not in ピエロ, エセックス, パチンコ, フェラーリ, ポルノグラフィティ, マンコ・カパック."""

_JAPANESE = (
    r"(?<![男女両異同個])性(?:交(?![通代換渉響際流易差互付])|行為)|自慰(?!史)|手コキ|中出し(?=[しさセ動素])|ハメ撮り|"
    r"強姦|輪姦|獣姦|近親相姦|援助交際|売春|風俗嬢|av女優|淫乱|淫行|痴女|乱交|爆乳|巨乳|裏ビデオ|"
    r"盗撮(?!防止|対策|禁止|注意|犯)|(?<![ぁ-ん])お?(?:まんこ(?!う)|ちん[こぽ])"
)
"""Characters that are part of no other word: 性交 not in 男性交通費, 中出し not in 途中出した."""


@dataclass(frozen=True, slots=True)
class Unsuitable:
    """Lists of words made ready; see ``unsuitable``."""

    words: frozenset[str]
    phrases: re.Pattern[str] | None

    def found_in(self, text: str) -> str | None:
        """The first such word of the alphabet, or else phrase of the text; None where there is none."""
        folded = _folded(text)
        if words := self.words.intersection(WORD.findall(folded)):
            return min(words)
        phrase = self.phrases.search(folded) if self.phrases else None
        return phrase[0] if phrase else None


@functools.cache
def unsuitable(lists: tuple[WordList, ...], own: tuple[str, ...] = ()) -> Unsuitable:
    """The built-in lists and words of one's own, without regard to capitals and width of characters.

    Words and phrases are found whole. Where a script has no spaces, words of katakana are whole runs of it, own words
    of such a script are found anywhere.
    """
    words = set(_ENGLISH.split()) if "en" in lists else set()
    phrases = [_ENGLISH_PHRASES] if "en" in lists else []
    if "ja" in lists:
        phrases += [rf"(?<![ァ-ヴー・])(?:{'|'.join(_KATAKANA.split())})(?![ァ-ヴー・])", _JAPANESE]
    for word in map(_folded, own):
        if re.search(f"[{UNSPACED}]", word):
            phrases.append(re.escape(word))
        elif WORD.fullmatch(word):
            words.add(word)
        else:
            phrases.append(rf"(?<!\w){re.escape(word)}(?!\w)")
    return Unsuitable(frozenset(words), re.compile("|".join(phrases)) if phrases else None)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
