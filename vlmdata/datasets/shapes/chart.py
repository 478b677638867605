"""Bar charts: title, grid, one bar of its own color per category, its value above and its name below."""

from __future__ import annotations

from dataclasses import dataclass

from vlmdata.datasets.shapes.canvas import Canvas, rectangle
from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.talk import Draft, Talk
from vlmdata.datasets.shapes.vocabulary import COLOR_WORDS, COLORS, VIVID, Language, Rgb
from vlmdata.types import Annotation

_TOPICS: dict[Language, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "en": (
        ("Cups sold", ("Tea", "Coffee", "Milk", "Juice", "Water")),
        ("Visitors by day", ("Mon", "Tue", "Wed", "Thu", "Fri")),
        ("Fruit in stock", ("Apple", "Pear", "Plum", "Grape", "Melon")),
        ("Books read", ("Ada", "Ben", "Emi", "Ken", "Yui")),
    ),
    "ja": (
        ("売れた数", ("お茶", "コーヒー", "牛乳", "水", "パン")),
        ("曜日ごとの来館者", ("月", "火", "水", "木", "金")),
        ("果物の数", ("りんご", "なし", "もも", "ぶどう", "メロン")),
        ("人気の花", ("バラ", "ユリ", "ラン", "キク", "ウメ")),
    ),
}
_PAPER: Rgb = (247, 246, 242)
_GRID: Rgb = (214, 214, 210)
_INK: Rgb = (56, 58, 66)
_TOP_VALUE = 100


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where values lie: pixels of the axes, and the room of one bar."""

    left: int
    top: int
    bottom: int
    right: int
    letters: int

    def height_of(self, value: int) -> int:
        return (self.bottom - self.top) * value // _TOP_VALUE


def _paper(dice: Dice) -> tuple[Canvas, _Plot]:
    from PIL import Image

    width, height = dice.between(320, 560), dice.between(240, 400)
    letters = max(13, height // 20)
    canvas = Canvas(Image.new("RGB", (width, height), _PAPER))
    plot = _Plot(3 * letters, 4 * letters, height - 2 * letters - 4, width - letters, letters)
    for value in range(0, _TOP_VALUE + 1, 20):
        y = plot.bottom - plot.height_of(value)
        canvas.fill(rectangle(plot.left, y, plot.right, y + 1), _GRID if value else _INK)
        canvas.write(str(value), (plot.left - 6, y), letters - 2, _INK, anchor="rm")
    return canvas, plot


def _word(canvas: Canvas, number: int, text: str, at: tuple[int, int], size: int) -> Annotation:
    box = canvas.write(text, at, size, _INK, anchor="mm")
    return Annotation(id=f"a{number}", label="words", text=text, box=box, source="published")


def chart(dice: Dice, language: Language, transparent: bool) -> Draft:
    """Three to five bars, no two values alike; values and categories are asked for."""
    title, names = dice.pick(_TOPICS[language])
    names = names[: dice.between(3, 5)]
    values = dice.some(range(10, 100, 5), len(names))
    hues = dice.some(VIVID, len(names))
    canvas, plot = _paper(dice)
    marks = [_word(canvas, 0, title, (canvas.size.width // 2, plot.letters * 3 // 2), plot.letters * 4 // 3)]
    room = (plot.right - plot.left) // len(names)
    for n, (name, value, hue) in enumerate(zip(names, values, hues, strict=True)):
        x1 = plot.left + n * room + room // 5
        x2, middle = x1 + room * 3 // 5, x1 + room * 3 // 10
        top = plot.bottom - plot.height_of(value)
        box = canvas.fill(rectangle(x1, top, x2, plot.bottom), COLORS[hue])
        number = len(marks)
        marks += (
            Annotation(id=f"a{number}", label=f"{hue} bar", box=box, point=box.center, source="published"),
            _word(canvas, number + 1, str(value), (middle, top - plot.letters * 2 // 3), plot.letters - 1),
            _word(canvas, number + 2, name, (middle, plot.bottom + plot.letters), plot.letters),
        )
    talk = Talk(language, tags=["chart", "ocr"])
    _ask(dice, talk, title, dict(zip(names, zip(values, hues, strict=True), strict=True)))
    return Draft(talk, (canvas,), tuple(marks))


def _ask(dice: Dice, talk: Talk, title: str, bars: dict[str, tuple[int, str]]) -> None:
    english = talk.language == "en"
    name = dice.pick(tuple(bars))
    value, hue = bars[name]
    tallest = max(bars, key=lambda name: bars[name])
    hue_word = COLOR_WORDS[talk.language][hue]
    asked = (
        (("What is the title of the chart?", "グラフの題名は何ですか。"), title),
        ((f"What is the value of {name}?", f"「{name}」の値はいくつですか。"), str(value)),
        (("Which category has the highest value?", "値が一番大きいのはどれですか。"), tallest),
        ((f"What colour is the bar of {name}?", f"「{name}」の棒は何色ですか。"), hue_word),
        (
            ("What is the sum of all values?", "値を全部たすといくつですか。"),
            str(sum(value for value, _ in bars.values())),
        ),
    )
    for question, answer in dice.some(asked, dice.between(2, 3)):
        talk.ask(question[0 if english else 1], answer)
