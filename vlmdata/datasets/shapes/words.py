"""Scenes with signs: words on plates beside a few figures."""

from __future__ import annotations

from dataclasses import dataclass

from vlmdata.datasets.shapes.canvas import Canvas, rectangle
from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.figures import drawn, place, scattered
from vlmdata.datasets.shapes.frame import frame
from vlmdata.datasets.shapes.lettering import width
from vlmdata.datasets.shapes.talk import Draft, Talk
from vlmdata.datasets.shapes.texture import textured
from vlmdata.datasets.shapes.vocabulary import VIVID, Language, Rgb, named, with_article
from vlmdata.types import Annotation, Box, Size

_SIGNS: dict[Language, tuple[str, ...]] = {
    "en": (
        *("OPEN", "CLOSED", "EXIT", "Coffee", "BOOKS", "TAXI", "STATION", "Library", "Bakery", "HOTEL", "Please wait"),
        *("Room 12", "SALE 50%", "No parking", "Fresh fruit", "Gate 7", "Ice cream", "9:00-17:30", "Museum", "PUSH"),
    ),
    "ja": (
        *(
            "入口",
            "出口",
            "本屋",
            "営業中",
            "駅",
            "図書館",
            "花屋",
            "食堂",
            "受付",
            "案内所",
            "ようこそ",
            "コーヒー",
            "ラーメン",
        ),
        *(
            "ホテル",
            "タクシー",
            "パン屋",
            "朝市",
            "お茶",
            "禁煙",
            "注意",
            "東京駅",
            "大学",
            "新聞",
            "人気商品",
            "牛乳 180円",
        ),
    ),
}
#: Plate and ink. None comes near a vivid color.
_PLATES: tuple[tuple[Rgb, Rgb], ...] = (
    ((240, 234, 218), (44, 46, 54)),
    ((52, 60, 76), (238, 236, 226)),
    ((70, 84, 88), (240, 238, 226)),
    ((226, 228, 234), (52, 58, 80)),
)


@dataclass(frozen=True, slots=True)
class _Sign:
    text: str
    x: int
    y: int
    width: int
    height: int
    letters: int
    colors: tuple[Rgb, Rgb]


def _signs(dice: Dice, size: Size, language: Language, taken: list[Box]) -> list[_Sign]:
    signs = []
    for text in dice.some(_SIGNS[language], dice.between(1, 3)):
        side = min(size.width, size.height)
        letters = dice.between(max(16, side // 15), max(18, side // 9))
        across, down = width(text, letters) + letters, round(letters * 1.7)
        corner = place(dice, size, across, down, taken)
        if corner:
            signs.append(_Sign(text, *corner, across, down, letters, dice.pick(_PLATES)))
    return signs


def _hung(canvas: Canvas, sign: _Sign, number: int) -> Annotation:
    plate, ink = sign.colors
    edge = 2
    right, bottom = sign.x + sign.width, sign.y + sign.height
    canvas.fill(rectangle(sign.x, sign.y, right, bottom), ink)
    canvas.fill(rectangle(sign.x + edge, sign.y + edge, right - edge, bottom - edge), plate)
    middle = (sign.x + sign.width // 2, sign.y + sign.height // 2)
    box = canvas.write(sign.text, middle, sign.letters, ink, anchor="mm", stroke=sign.letters // 24)
    return Annotation(id=f"a{number}", label="words", text=sign.text, box=box, source="published")


def words(dice: Dice, language: Language, transparent: bool) -> Draft:
    """One to three signs and up to three figures; the words are asked for."""
    size = frame(dice)
    background, _ = textured(dice, size)
    canvas = Canvas(background)
    taken: list[Box] = []
    signs = _signs(dice, size, language, taken)
    figures = scattered(dice, size, dice.between(1, 3), VIVID, taken)
    plates = [rectangle(sign.x, sign.y, sign.x + sign.width, sign.y + sign.height) for sign in signs]
    canvas.shade([*plates, *(figure.outline for figure in figures)])
    marks = [_hung(canvas, sign, number) for number, sign in enumerate(signs)]
    things = drawn(canvas, figures, first=len(marks))
    talk = Talk(language)
    _read(dice, talk, marks, things)
    return Draft(talk, (canvas,), (*marks, *things))


def _read(dice: Dice, talk: Talk, marks: list[Annotation], things: list[Annotation]) -> None:
    english = talk.language == "en"
    texts = [str(mark.text) for mark in sorted(marks, key=lambda mark: mark.box.center.y if mark.box else 0.0)]
    if things and dice.chance(0.5):
        name = named(str(things[0].label), talk.language)
        sign = texts[0]
        if english:
            talk.caption(f"{with_article(name).capitalize()} and a sign that says {sign}.")
        else:
            talk.caption(f"{name}と、「{sign}」と書かれた看板があります。")
    if len(texts) == 1:
        talk.ask("What does the sign say?" if english else "看板には何と書いてありますか。", texts[0], tag="ocr")
    else:
        question = "Read all signs, the highest first." if english else "看板の文字をすべて、高い順に読んでください。"
        talk.ask(question, "\n".join(texts), tag="ocr")
        mark = dice.pick(marks)
        question = f"Where does it say {mark.text}?" if english else f"「{mark.text}」はどこに書いてありますか。"
        talk.locate(question, mark)
