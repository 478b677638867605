"""Pages: an invoice in dark gray on paper, every line of it annotated with its text."""

from __future__ import annotations

from vlmdata.datasets.shapes.canvas import Canvas, rectangle
from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.talk import Draft, Talk
from vlmdata.datasets.shapes.vocabulary import Language, Rgb
from vlmdata.types import Annotation

_SHOPS: dict[Language, tuple[str, ...]] = {
    "en": ("Blue Door Books", "Corner Bakery", "Hill Street Market", "North Gate Paper"),
    "ja": ("東京の本屋", "駅前パン食堂", "朝市の野菜", "大阪紙店"),
}
_GOODS: dict[Language, tuple[str, ...]] = {
    "en": ("Tea", "Notebook", "Apples", "Bread", "Pencil", "Milk", "Map", "Eggs", "Salt", "Rice"),
    "ja": ("お茶", "ノート", "果物", "パン", "鉛筆", "牛乳", "新聞", "卵", "塩", "米"),
}
_WORDS: dict[Language, dict[str, str]] = {
    "en": {"title": "INVOICE", "number": "No. {0}", "date": "Date: {0}", "total": "Total", "money": "{0}.00"},
    "ja": {"title": "請求書", "number": "番号 {0}", "date": "日付 {0}", "total": "合計", "money": "¥{0}0"},
}
_PAPER: Rgb = (248, 248, 248)
_INK: Rgb = (40, 40, 40)
_RULE: Rgb = (176, 176, 176)


class _Sheet:
    """Lines of text from top to bottom, each kept as an annotation."""

    def __init__(self, width: int, letters: int, lines: int) -> None:
        from PIL import Image

        self.letters = letters
        self.pitch = letters * 7 // 4
        self.left, self.right = 2 * letters, width - 2 * letters
        self.canvas = Canvas(Image.new("RGB", (width, self.pitch * (lines + 3)), _PAPER), gray=True)
        self.y = 2 * self.pitch
        self.marks: list[Annotation] = []

    def write(self, text: str, *, at_right: bool = False, scale: float = 1.0) -> None:
        at = (self.right if at_right else self.left, self.y)
        box = self.canvas.write(text, at, round(self.letters * scale), _INK, anchor="rs" if at_right else "ls")
        self.marks.append(Annotation(id=f"a{len(self.marks)}", label="words", text=text, box=box, source="published"))

    def feed(self) -> None:
        self.y += self.pitch

    def rule(self) -> None:
        y = self.y - self.letters // 4
        self.canvas.fill(rectangle(self.left, y, self.right, y + 1), _RULE)
        self.feed()


def page(dice: Dice, language: Language, transparent: bool) -> Draft:
    """An invoice of three to six items. It has no colors, and may be stored in one channel."""
    words = _WORDS[language]
    shop, number = dice.pick(_SHOPS[language]), str(dice.between(1000, 9999))
    date = f"{dice.between(2001, 2030)}-{dice.between(1, 12):02}-{dice.between(1, 28):02}"
    goods = {name: dice.between(1, 60) for name in dice.some(_GOODS[language], dice.between(3, 6))}
    money, total = words["money"], sum(goods.values())
    sheet = _Sheet(dice.between(300, 460), dice.between(14, 18), len(goods) + 6)
    sheet.write(shop)
    sheet.write(words["title"], at_right=True, scale=1.4)
    sheet.feed()
    sheet.write(words["number"].format(number))
    sheet.write(words["date"].format(date), at_right=True)
    sheet.feed()
    sheet.rule()
    for name, price in goods.items():
        sheet.write(name)
        sheet.write(money.format(price), at_right=True)
        sheet.feed()
    sheet.rule()
    sheet.write(words["total"])
    sheet.write(money.format(total), at_right=True)
    talk = Talk(language, tags=["document", "ocr"])
    name = dice.pick(tuple(goods))
    asked = (
        (("What is the total?", "合計はいくらですか。"), money.format(total)),
        (("What is the date of the invoice?", "請求書の日付はいつですか。"), date),
        (("What is the number of the invoice?", "請求書の番号は何ですか。"), number),
        (("Who sent the invoice?", "請求書を出したのはどこですか。"), shop),
        ((f"How much is the item {name}?", f"{name}はいくらですか。"), money.format(goods[name])),
    )
    for question, answer in dice.some(asked, dice.between(2, 4)):
        talk.ask(question[0 if language == "en" else 1], answer)
    return Draft(talk, (sheet.canvas,), tuple(sheet.marks))
