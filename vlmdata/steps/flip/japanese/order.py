"""Counting, turning, mirrors, the compass and the stage, in Japanese and Chinese characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vlmdata.steps.flip.findings import Finding, Scene, twins

_NUMBER = "[0-9０-９一二三四五六七八九十何]{1,4}"
_COUNTED = "(?:番目|人目|つ目|個目|本目|台目|匹目|頭目|羽目|列目|脚目|冊目|軒目|枚目の(?!画像|写真|絵))"
_ORDINAL = re.compile(f"番目|{_NUMBER}{_COUNTED}|第{_NUMBER}|第")
_END_NAMED = re.compile(
    "(?:左|右|上|下|前|後ろ|奥|手前|ひだり|みぎ|うえ|した|まえ)(?:側|端|隅|手|がわ)?(?:から|より)(?:数えて|かぞえて)?、?$"
)


def order(text: str, scene: Scene) -> Iterator[Finding]:
    """Ordinals: certain where it is said from which end."""
    for match in _ORDINAL.finditer(text):
        certain = match[0] != "第" and _END_NAMED.search(text[max(0, match.start() - 16) : match.start()])
        yield Finding(*match.span(), "keep" if certain else "refuse", "order")


_TURN = re.compile(
    r"(?P<way>(?<!逆)反?時計(?=(?:回|まわ|廻|周)り))|腕時計(?!(?:回|まわ|廻|周)り)|(?:反|逆)?時計|时针|時針"
)
_TURNS = twins("時計 反時計")


def turning(text: str, scene: Scene) -> Iterator[Finding]:
    """時計回り, which is swapped, and clocks, whose hands turn the other way in a mirror."""
    for match in _TURN.finditer(text):
        if match["way"]:
            yield Finding(*match.span(), "swap", "turn", _TURNS[match[0]])
        elif match[0] == "腕時計":
            yield Finding(*match.span(), "keep", "clock")
        else:
            yield Finding(*match.span(), "refuse", "clock")


_MIRROR = re.compile("(?:眼|望遠|双眼|顕微|内視)鏡|鏡|镜|反転|反转|逆光|逆立ち|逆|裏返|面舵|取舵|取り舵")
_GLASSES = ("眼鏡", "望遠鏡", "双眼鏡", "顕微鏡", "逆光", "逆立ち")


def mirrors(text: str, scene: Scene) -> Iterator[Finding]:
    """Words about mirrored things, and the helm's two sides."""
    for match in _MIRROR.finditer(text):
        yield Finding(*match.span(), "keep" if match[0] in _GLASSES else "refuse", "mirror")


_STAGE = re.compile("(?P<stage>(?<=舞台)|(?<=ステージ)|(?<=舞台の)|(?<=ステージの))(?P<hand>上手|下手)|上手|下手")
_STAGE_TWINS = twins("上手 下手")


def stage(text: str, scene: Scene) -> Iterator[Finding]:
    """上手 and 下手: sides of a stage, or skill."""
    on_stage = "舞台" in text or "ステージ" in text
    for match in _STAGE.finditer(text):
        if match["hand"]:
            yield Finding(*match.span(), "swap", "side", _STAGE_TWINS[match[0]])
        else:
            yield Finding(*match.span(), "refuse" if on_stage else "keep", "sides" if on_stage else "word")


_EAST_WEST = re.compile(
    "(?P<word>東西南北|東西|東京|東洋|西洋|関東|関西|大西洋|西暦|中東|西部劇|西瓜|東大|東海道|東急)|(?P<point>[東西])|东"
)
_NORTH_SOUTH = re.compile("(?P<word>東西南北|南北|北海道|北京|南国|北欧|東北|南米|北米)|(?P<point>[南北])")
_ACROSS, _ALONG = twins("東 西"), twins("北 南")
_PLACED = re.compile("(?:側|部|端|岸|寄り|向き|方向|の|に|へ|から|を|、)(?!口|駅|区|町|村|線)")
_COMPASS_KANJI = "北南東西"


def east_and_west(text: str, scene: Scene) -> Iterator[Finding]:
    """東 and 西: swapped in pictures from above where they are points of the compass for certain."""
    return _compass(text, scene, _EAST_WEST, _ACROSS)


def north_and_south(text: str, scene: Scene) -> Iterator[Finding]:
    """北 and 南, the same way."""
    return _compass(text, scene, _NORTH_SOUTH, _ALONG)


def _compass(text: str, scene: Scene, words: re.Pattern[str], table: dict[str, str]) -> Iterator[Finding]:
    for match in words.finditer(text):
        start, end = match.span()
        if match["word"]:
            yield Finding(start, end, "keep", "word")
        elif scene.aerial and match["point"] and _stands_alone(text, start, end):
            yield Finding(start, end, "swap", "compass", table[match["point"]])
        else:
            yield Finding(start, end, "refuse", "compass")


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether one of 北東 or 西側 names a point: no other kanji before it, a place word after it."""
    first, last = start, end
    while text[first - 1 : first] in tuple(_COMPASS_KANJI):
        first -= 1
    while text[last : last + 1] in tuple(_COMPASS_KANJI):
        last += 1
    before = text[max(0, first - 1) : first]
    return last - first <= 2 and not re.match("[\u3400-\u9fff]", before) and _PLACED.match(text, last) is not None
