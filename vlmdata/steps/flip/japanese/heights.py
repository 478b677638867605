"""上 and 下, as a picture taken from above has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vlmdata.steps.flip.findings import Finding, Scene, twins

_TWINS = twins("上 下")
_PLACE = "(?:側|部|端|方|隅|角|半分|半部|辺|段)"
_WORDS = re.compile(
    "(?P<same>以上|以下|地上|地下|水上|屋上|上空|上手|下手|上着|靴下|上下|年上|年下|廊下|上海|下町)"
    f"|(?P<swap>(?:(?<=左)|(?<=右)|(?<=画像の)|(?<=写真の)|(?<=画面の)|(?<=画像)|(?<=写真)|(?<=画面)|(?<=中央)|(?<=一番)|(?<![左右一-鿿]))"
    f"[上下](?={_PLACE}(?![\u4e00-\u9fff])))"
    "|(?P<corner>(?<=[左右])[上下](?=[のにへをはがと、。]|$))"
    "|(?P<other>[上下])"
)


def heights(text: str, scene: Scene) -> Iterator[Finding]:
    """Every 上 and 下. ``テーブルの上`` is what lies on it, so a bare one is refused."""
    for match in _WORDS.finditer(text):
        if match["same"]:
            yield Finding(*match.span(), "keep", "word")
        elif match["other"]:
            yield Finding(*match.span(), "refuse", "heights")
        else:
            yield Finding(*match.span(), "swap", "height", _TWINS[match[0]])
