"""Words that would be wrong, or might be, once a picture is mirrored.

The rules never guess: any word that can mean a side counts, also where it means something else ("the right
answer", "three left", 東京). Words that only look so do not: bright, copyright, cleft, Easter, Westminster.
"""

from __future__ import annotations

import re
import unicodedata

_ENGLISH = r"""
    (?:upper|lower|low|top|bottom|far|near|mid|middle|back|rear|front|fore|cent(?:er|re|ral)|hard|stage|house|inner
       |outer|extreme|up(?=left))? (?:left|right)[a-z]*          # left, rightmost, right-hand, topleft; not upright
  | lft | rgt | lt | rt | l | r | [lr]hs | [lr]h                 # as in RefCOCO and in formulas
  | (?:counter|anti)?clock[a-z]* | o'?clock | c?cw               # turning, and reading a clock
  | (?:north|south)?(?:east|west)(?:ern[a-z]*|erly|wards?|bound|most|side)?
  | starboard | larboard | port[\s-]*(?:side|bow|beam|quarter|tack|hand)
  | (?:near|off|driver|passenger)(?:'?s)?[\s-]*side
  | mirror(?:ed|ing)|mirror[\s-]*(?:image|writing)[a-z]* | backwards? | revers[a-z]+ | flipped | inverted
  | (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last) | [0-9]{1,6}(?:st|nd|rd|th)
"""
# The same in a few other languages, as a net under samples whose language nobody has declared.
_OTHERS = r"""
    links | rechts | linke[nrs]? | rechte[nrs]? | gauche | droite | izquierd[ao] | derech[ao]
  | sinistr[ao] | destr[ao] | esquerd[ao] | direit[ao]
"""
_SIDES = re.compile(rf"(?<![a-z])(?:{_ENGLISH}|{_OTHERS})(?![a-z])", re.VERBOSE)
_CJK_SIDES = re.compile(
    "左|右|ひだり|みぎ|ヒダリ|ミギ|レフト|ライト|東|西|东|時計|时针|時針|鏡|镜|反転|反转|逆|裏返|"
    "上手|下手|面舵|取舵|番目|第[0-9一二三四五六七八九十]"
)
_READING = re.compile(
    r"(?<![a-z])(?:signs?|says?|reads?|reading|written|writing|writes?|texts?|letters?|words?|logos?|label(?:l?ed|s)?|"
    r"spell[a-z]*|numbers?(?!\s+of)|digits?|printed|inscri[a-z]+|brand[a-z]*|titled?|captions?|poster|headline)(?![a-z])"
    "|文字|看板|書かれ|書いて|読|標識|ロゴ|ナンバー|番号|数字|ラベル|写着|标志|標誌"
)
_QUOTED = re.compile(r"[\"“”«»「」『』]|(?<![a-z0-9])['‘][^'’]+['’](?![a-z0-9])")
_NUMBER = r"-?(?:\d++\.?\d*+|\.\d++)"
_COORDINATES = re.compile(
    rf"[\[(<{{]\s*{_NUMBER}(?:[\s,;]+{_NUMBER})+\s*[\])>}}]"
    rf"|(?<![\d.]){_NUMBER}(?:\s*,\s*{_NUMBER}){{3}}"
    r"|<\|?/?(?:box|ref|loc|point|bin|quad|patch_index)"
)
# Letters of scripts whose words for sides are not listed here: Greek to Hangul, without kana and Han.
_OTHER_SCRIPTS = re.compile("[\u0370-\u1cff\u1f00-\u1fff\ua4d0-\uabff\uac00-\ud7ff]")
_LANGUAGES = ("en", "ja", "zh")


def obstacle(text: str) -> str | None:
    """Why a picture must not be mirrored under this text, or None.

    ``sides``: it may speak of sides, of order, or of turning. ``reading``: of something to be read in the
    picture. ``quoted``: it quotes, mostly words seen in the picture. ``coordinates``: it holds places as numbers.
    ``language``: it is in a script whose words for sides are not known here.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    if _SIDES.search(folded) or _CJK_SIDES.search(folded):
        return "sides"
    if _COORDINATES.search(folded):
        return "coordinates"
    if _QUOTED.search(folded):
        return "quoted"
    if _READING.search(folded):
        return "reading"
    return "language" if _OTHER_SCRIPTS.search(folded) else None


def is_known(language: str | None) -> bool:
    """Whether the words for sides of this declared language are listed; an undeclared one is judged by its text."""
    return language is None or language.lower().replace("_", "-").split("-")[0] in _LANGUAGES
