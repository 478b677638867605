"""The data set ``shapes``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Literal

from vlmdata.datasets.base import Dataset
from vlmdata.datasets.entry import Entry, Split, Terms
from vlmdata.datasets.shapes.chart import chart
from vlmdata.datasets.shapes.deck import REVISION, ROWS, Scene, card
from vlmdata.datasets.shapes.deck import Split as SplitName
from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.encode import codec_versions, encoded
from vlmdata.datasets.shapes.lettering import FONT_SHA256
from vlmdata.datasets.shapes.page import page
from vlmdata.datasets.shapes.plain import plain, several
from vlmdata.datasets.shapes.talk import Draft
from vlmdata.datasets.shapes.text_only import text_only
from vlmdata.datasets.shapes.vocabulary import Language
from vlmdata.datasets.shapes.words import words
from vlmdata.io.digest import combined
from vlmdata.types import Image, Origin, Partition, Rejected, Sample

_SCENES: dict[Scene, Callable[[Dice, Language, bool], Draft]] = {
    "plain": plain,
    "words": words,
    "chart": chart,
    "page": page,
    "several": several,
    "text": text_only,
}
_JAPANESE = 0.3


class Shapes(Dataset):
    """Made-up scenes with exact truth, drawn when read: ``{dataset: shapes, split: train}``.

    Row N of a split is the same wherever Pillow and its codecs are of the same versions: its texts, boxes and
    drawn pixels depend on ``(split, N)`` alone, letters also on FreeType, file bytes also on libjpeg, zlib and
    libwebp. ``digest`` holds all of these versions.

    Boxes are the exact extremes of the drawn pixels in the frame as shown. A figure's pixels have the color
    ``COLORS[color]`` before encoding and lie within ``truth.TOLERANCE`` of it after, along edges but for two
    pixels that a lossy codec may blur; no others do, but for strays that ``truth.find`` passes over. Transparent
    pictures are meant composited on white. Pages hold no figures.

    ``meta``: ``row``, ``scene``, ``odd``, ``bad`` (of the only picture) and ``relations``, the list of
    ``[subject, relation, object]`` that the texts rely on. See ``deck`` for the shares, exact in every hundred
    rows, and ``truth`` for checks.
    """

    fills: ClassVar[frozenset[str]] = frozenset({"annotations", "alternatives", "choices"})
    entry: ClassVar[Entry] = Entry(
        title="Shapes",
        homepage="made by vlmdata itself",
        phase="instruct",
        tasks=("caption", "vqa", "grounding", "ocr", "chart", "document", "multi-image"),
        splits=tuple(Split(name=name, rows=rows) for name, rows in ROWS.items()),
        languages=("en", "ja"),
        annotations=Terms(name="CC0-1.0", commercial="yes"),
        images=Terms(name="CC0-1.0", commercial="yes"),
        revision=REVISION,
    )

    dataset: Literal["shapes"] = "shapes"
    split: SplitName = "train"
    config: None = None

    @property
    def revision(self) -> str:
        return REVISION

    def digest(self) -> str:
        return combined([REVISION, FONT_SHA256, self.split, codec_versions()])

    def partitions(self) -> Sequence[Partition]:
        """One, of a million rows (``validation``: ten thousand), none of which exists before it is read."""
        return [Partition(self.split, 0, ROWS[self.split])]

    def read(self, partition: Partition) -> Iterator[Sample | Rejected]:
        return (sample(self.split, row) for row in range(partition.start, partition.stop))


def sample(split: SplitName, row: int) -> Sample:
    """Row number ``row`` of a split."""
    dealt = card(split, row)
    dice = Dice(REVISION, split, row)
    language: Language = "ja" if dice.chance(_JAPANESE) else "en"
    draft = _SCENES[dealt.scene](dice, language, dealt.odd == "alpha")
    files = [encoded(dice, canvas, dealt) for canvas in draft.canvases]
    talk = draft.talk
    return Sample(
        key=f"shapes-{split}-{row:06d}",
        origin=Origin(dataset="shapes", source=f"{split}#{row}", split=split),
        images=tuple(
            Image(data=data, id=f"shapes:{split}:{row}:{number}", source=f"{split}/{row:06d}-{number}.{extension}")
            for number, (data, extension) in enumerate(files)
        ),
        messages=tuple(talk.messages),
        annotations=draft.annotations,
        alternatives=tuple(talk.alternatives),
        choices=tuple(talk.choices),
        tags=tuple(talk.tags),
        language=language,
        license=Shapes.entry.license,
        meta={
            "row": row,
            "scene": dealt.scene,
            "odd": dealt.odd,
            "bad": dealt.bad,
            "relations": [list(claim) for claim in dict.fromkeys(talk.claims)],
        },
    )
