"""MVTec AD: products without and with defects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.mask_regions import mask_regions
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.release.pictures import Archived, Store
from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.listed import PATH, Listed
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.types import Sample

_ARCHIVE = Web(
    "https://www.mydrive.ch/shares/150996/b52ecdcbf521176e9db9c731f2304b27/download/420938113-1629960298/"
    "mvtec_anomaly_detection.tar.xz"
)
_GOOD = "good"
_ROWS = {
    "bottle": (209, 83),
    "cable": (224, 150),
    "capsule": (219, 132),
    "carpet": (280, 117),
    "grid": (264, 78),
    "hazelnut": (391, 110),
    "leather": (245, 124),
    "metal_nut": (220, 115),
    "pill": (267, 167),
    "screw": (320, 160),
    "tile": (230, 117),
    "toothbrush": (60, 42),
    "transistor": (213, 100),
    "wood": (247, 79),
    "zipper": (240, 151),
}
"""Pictures for training and for testing, by category."""

_SPLITS = tuple(
    split
    for category, (train, test) in _ROWS.items()
    for split in (
        Split(name="train", config=category, rows=train),
        Split(name="test", config=category, rows=test, role="eval"),
    )
)
_TERMS = Terms(name="CC-BY-NC-SA-4.0", commercial="no", conditions="attribution, same licence")


class MvtecAd(Published):
    """Pictures of products and surfaces, sound ones to train with, sound and defective ones to test with.

    It has no text: folder names become questions and answers (is there a defect, of what kind). Each connected region
    of a mask of the test split is an annotation with box and mask; ``boxes.to_turns`` makes questions of them.
    A config is one of the fifteen categories; without one, all are read.
    """

    entry: ClassVar[Entry] = Entry(
        title="MVTec AD",
        homepage="https://www.mvtec.com/company/research/datasets/mvtec-ad",
        paper="https://link.springer.com/article/10.1007/s11263-020-01400-4",
        citation="Bergmann et al. 2021",
        phase="task",
        tasks=("vqa", "industrial", "detection"),
        revision="2021-08-26",
        configs=tuple((category, category.replace("_", " ")) for category in _ROWS),
        splits=(
            *_SPLITS,
            Split(name="train", rows=3_629, note="sound products only"),
            Split(name="test", rows=1_725, role="eval", note="467 sound, 1,258 with a defect"),
        ),
        annotations=_TERMS,
        images=_TERMS,
        by_hand="if the address has changed, download mvtec_anomaly_detection.tar.xz from the homepage, and give its "
        "folder, or the folder it is unpacked in",
        problems=(
            Problem(
                what="the train split has no defects: every answer in it is No",
                treatment="kept as published; balance it against other data",
            ),
            Problem(
                what="a defect is known by its folder alone; combined is several kinds at once",
                treatment="the name of the folder is the answer, underscores as blanks",
            ),
            Problem(
                what="grid, screw and zipper are greyscale",
                treatment="kept as they are: grey JPEG and PNG are what shards hold, too",
            ),
        ),
        prompts=(
            "Does this {} have a defect?",
            "Is there a defect to be seen on this {}?",
            "Is anything wrong with this {}?",
            "Would you reject this {} for a visible defect?",
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"annotations"})
    needs: ClassVar[tuple[str, ...]] = ("category", "defect")
    marks: ClassVar[tuple[str, ...]] = ("vqa", "industrial")

    dataset: Literal["mvtec-ad"] = "mvtec-ad"

    @cached_property
    def store(self) -> Archived | Unpacked:
        """The archive, or the folder it is unpacked in: that is one with a ``train/good`` below it."""
        for folder in (self.folder, self.folder / "mvtec_anomaly_detection") if self.folder else ():
            if any(folder.glob(f"*/train/{_GOOD}")):
                return Unpacked(folder)
        return Archived(_ARCHIVE, self.folder, sparse=False)

    @cached_property
    def table(self) -> Listed:
        category = self.config or "[a-z_]+"
        pattern = rf"(?:^|/)(?P<category>{category})/{self.split}/(?P<defect>[a-z_]+)/\d+\.png$"
        return Listed("mvtec_anomaly_detection", self.store, pattern)

    def whole_parts(self) -> Sequence[Part]:
        return (_ARCHIVE,) if isinstance(self.store, Archived) else ()

    def stores(self) -> Sequence[Store]:
        return (self.store,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        names = (row[PATH],) if row["defect"] == _GOOD else (row[PATH], _mask_of(row[PATH]))
        return [(self.store, name) for name in names]

    def sample(self, row: Row, place: Place) -> Sample:
        category, defect = row["category"], row["defect"].replace("_", " ")
        image = self.picture(self.store, row[PATH])
        number = PurePosixPath(row[PATH]).stem
        image = replace(image, id=f"mvtec-ad:{category}/{self.split}/{row['defect']}/{number}")
        album = Album([image])
        talk = Talk(album.rest())
        talk.ask(self.prompt(place.key).format(category.replace("_", " ")))
        talk.answer("No" if defect == _GOOD else "Yes")
        if defect != _GOOD:
            talk.ask("What kind of defect is it?")
            talk.answer(defect)
        sample = self.made(place, album, talk.spoken(), {"category": category, "defect": row["defect"]})
        if defect == _GOOD:
            return sample
        mask = self.picture(self.store, _mask_of(row[PATH]))
        return replace(sample, annotations=tuple(mask_regions(mask, image, defect)))


def _mask_of(path: str) -> str:
    """``bottle/test/broken_large/000.png`` has its mask at ``bottle/ground_truth/broken_large/000_mask.png``."""
    picture = PurePosixPath(path)
    folder = picture.parent
    return str(folder.parent.parent / "ground_truth" / folder.name / f"{picture.stem}_mask.png")
