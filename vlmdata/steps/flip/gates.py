"""What keeps a picture from being mirrored whatever is said of sides: what it shows, quotes, numbers, scripts."""

from __future__ import annotations

import re

from vlmdata.types import Sample

_NEVER = """
    3d board-game camera chart chess clock code comic diagram document form game geometry gui handwriting infographic
    instrument logo map math medical multi-view music ocr plot radiology receipt screenshot sheet-music sign
    sign-language table text traffic ui video
"""
NEVER = frozenset(_NEVER.split())
"""Tags of pictures that mean something else, or nothing, in a mirror."""

AERIAL = frozenset({"aerial", "remote-sensing", "satellite"})
"""Tags of pictures from above: mirrored like others, but compass points move."""

_LANGUAGES = ("en", "ja", "zh")

_READING = re.compile(
    r"(?<![a-z])(?:signs?|says?|reads?|written|writing|writes?|texts?|letters?|words?|logos?|label(?:l?ed|s)?|"
    r"reading(?!(?: (?:a|an|the|his|her|their|some))? (?:books?|newspapers?|magazines?|novels?|papers?|glasses)\b)|"
    r"spell[a-z]*|numbers?(?!\s+of)|digits?|printed|inscri[a-z]+|brand[a-z]*|titled?|captions?|poster|headline|"
    r"what time)(?![a-z])"
    "|文字|看板|書かれ|書いて|(?<!本を)(?<!新聞を)(?<!雑誌を)(?<!絵本を)(?<!漫画を)読|標識|ロゴ|ナンバー|番号|数字|ラベル"
    "|という字|写着|标志|標誌"
)
_INSTRUCTION = re.compile(
    r"(?<![a-z])(?:answer|respond|reply|choose|select)(?: [a-z'’,]+){1,12}? (?:letters?|words?|phrase|option)\b"
    r"[^.?!\n]*"
)
"""Of the form of an answer: ``Answer with the option's letter from the given choices directly.``"""
_SUBJECT = re.compile(
    r"(?<![a-z])(?:screenshots?|x-?rays?|radiograph\w*|(?:ct|mri) scans?|ultrasound|(?:bar|line|pie) (?:chart|graph)s?|"
    r"charts?|diagrams?|flow-?charts?|infographics?|spreadsheets?|web ?(?:page|site)s?|cursor|clicks?|clicking|"
    r"lungs?|lobes?|ventric\w+|atri(?:um|al)|kidneys?|pleura\w*|hemithorax|hemispheres?|cortex)(?![a-z])"
    "|レントゲン|x線|心電図|スクリーンショット|(?<!フォト)グラフ|図表|地図|カーソル"
)
_QUOTED = re.compile(r"[\"“”«»「」『』]|(?<![a-z0-9])['‘][^'’]+['’](?![a-z0-9])")
_NUMBER = r"-?(?:\d++\.?\d*+|\.\d++)"
_COORDINATES = re.compile(
    rf"[\[(<{{]\s*{_NUMBER}(?:[\s,;]+{_NUMBER})+\s*[\])>}}]"
    rf"|(?<![\d.]){_NUMBER}(?:\s*,\s*{_NUMBER}){{3}}"
    r"|<\|?/?(?:box|ref|loc|point|bin|quad|patch_index)"
)
_OTHER_SCRIPTS = re.compile("[\u0370-\u1cff\u1f00-\u1fff\ua4d0-\uabff\uac00-\ud7ff]")
"""Letters of scripts whose words for sides are not known here: Greek to Hangul, without kana and Han."""


def sample_obstacle(sample: Sample, never: frozenset[str]) -> str | None:
    """Why this sample is left alone before a word of it is read, or None. ``never`` are tags that forbid it."""
    if not sample.images:
        return "no_image"
    if sample.role == "eval":
        return "eval"
    if any(image.is_clip for image in sample.images) or not never.isdisjoint(map(str.lower, sample.tags)):
        return "tag"
    if any(mark.text or mark.source == "ocr" for mark in sample.annotations):
        return "ocr"
    return None if is_known(sample.language) else "language"


def is_known(language: str | None) -> bool:
    """Whether the words for sides of this declared language are listed; an undeclared one is judged by its text."""
    return language is None or language.lower().replace("_", "-").split("-")[0] in _LANGUAGES


def text_obstacle(folded: str) -> str | None:
    """Why no picture is mirrored under this text (in NFKC and lower case), whatever it says of sides, or None.

    ``coordinates``: it holds places as numbers. ``quoted``: it quotes, mostly words seen in the picture.
    ``reading``: it speaks of something to be read. ``subject``: of a chart, a screen, the inside of a body.
    ``language``: it is in a script whose words for sides are not known here.
    """
    if _COORDINATES.search(folded):
        return "coordinates"
    if _QUOTED.search(folded):
        return "quoted"
    if _READING.search(_INSTRUCTION.sub("", folded)):
        return "reading"
    if _SUBJECT.search(folded):
        return "subject"
    return "language" if _OTHER_SCRIPTS.search(folded) else None
