"""GQA: questions made from scene graphs of Visual Genome's pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal

from vlmdata.datasets.coco.pictures import SPARSE
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of, metas_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import OnHub, Part, Web
from vlmdata.datasets.release.pictures import Archived, Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.joined import Joined
from vlmdata.datasets.tables.json_table import KEY
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import optional, string
from vlmdata.errors import BadRecord
from vlmdata.types import Annotation, Box, Image, Sample

_AT = "https://downloads.cs.stanford.edu/nlp/data/gqa"
_SHORT = {"validation": "val"}
_ANSWERED = ("train", "validation", "testdev")
_GRAPHED = ("train", "validation")
_USED = ("imageId", "question", "answer", "fullAnswer")
_SIDES = ("x", "y", "w", "h")


class Gqa(Published):
    """Questions of one or several steps about objects, their attributes and places; all of a picture are one sample.

    The answer is a word or two, and the sentence of it (``fullAnswer``) stands in ``alternatives``. ``config: all`` has
    about 190 questions a picture: ``explode`` makes a sample of each. ``meta`` has programs and types, a list with a
    value for each question. ``config: official`` has the objects of the scene graph as boxes, in train and validation,
    and their attributes and relations in ``meta.scene``. Test, challenge and submission have no answers.
    """

    entry: ClassVar[Entry] = Entry(
        title="GQA",
        homepage="https://cs.stanford.edu/people/dorarad/gqa/",
        paper="https://arxiv.org/abs/1902.09506",
        citation="Hudson and Manning 2019",
        phase="task",
        tasks=("vqa", "reasoning"),
        splits=(
            Split(name="train", rows=72_140, config="balanced", note="pictures; 943,000 questions"),
            Split(name="validation", rows=10_234, config="balanced", note="pictures; 132,062 questions"),
            Split(name="testdev", rows=398, config="balanced", role="eval", note="pictures; 12,578 questions"),
            Split(name="test", rows=2_987, config="balanced", role="eval", note="pictures; 95,336 questions"),
            Split(name="challenge", config="balanced", role="eval", note="pictures; 50,726 questions"),
            Split(name="train", config="all", note="pictures; 14,305,356 questions"),
            Split(name="validation", config="all", note="pictures; 2,011,853 questions"),
            Split(name="testdev", config="all", role="eval", note="pictures; 172,174 questions"),
            Split(name="test", rows=2_993, config="all", role="eval", note="pictures; 1,340,048 questions"),
            Split(name="challenge", config="all", role="eval", note="pictures; 713,449 questions"),
            Split(name="submission", config="all", role="eval", note="pictures; all that an entry must answer"),
            Split(name="train", rows=72_140, config="official", note="pictures; 943,000 questions"),
            Split(name="validation", rows=10_234, config="official", note="pictures; 132,062 questions"),
            Split(name="testdev", rows=398, config="official", role="eval", note="pictures; 12,578 questions"),
        ),
        configs=(
            ("balanced", "answers evened out, as most train and test; from the copy on the Hub"),
            ("all", "all questions that were made; from the copy on the Hub"),
            ("official", "balanced questions from Stanford's files, with the objects of scene graphs as boxes"),
        ),
        annotations=Terms(name="CC-BY-4.0", commercial="yes", conditions="the copy on the Hub says MIT"),
        images=Terms(
            name="Visual Genome (Flickr, per picture)",
            commercial="unclear",
            conditions="photos of COCO and YFCC100M, each with its Flickr licence",
        ),
        revision="1.2",
        repos=("lmms-lab/GQA", "lmms-lab-encoder/GQA"),
        problems=(
            Problem(
                what="the copy on the Hub keeps pictures and questions apart",
                treatment="joined by imageId: the questions are downloaded whole and sorted once, on disk",
            ),
            Problem(
                what="about half of the pictures are in COCO, too, under other numbers",
                treatment="identities are Visual Genome's (vg:…); dedup.near finds copies by their looks",
            ),
            Problem(
                what="some pictures of the tests are not of Visual Genome (n161313)", treatment="their ids are gqa:…"
            ),
            Problem(
                what="questions are made by a program: wording repeats, objects that were not marked are 'not there'",
                treatment="kept as they are",
            ),
        ),
    )
    repo: ClassVar[str | None] = "lmms-lab/GQA"
    fills: ClassVar[frozenset[str]] = frozenset({"alternatives"})
    marks: ClassVar[tuple[str, ...]] = ("vqa", "reasoning")

    dataset: Literal["gqa"] = "gqa"
    config: str | None = "balanced"

    @property
    def official(self) -> bool:
        return self.config == "official"

    @property
    def short(self) -> str:
        """The split as its publishers call it."""
        return _SHORT.get(self.split, self.split)

    @property
    def repo_name(self) -> str | None:
        return None if self.official else self.repo

    @property
    def needed(self) -> tuple[str, ...]:
        return ("questions",) if self.official else ("id", "image", "questions")

    def columns(self) -> frozenset[str]:
        return super().columns() | ({"annotations"} if self._graphed else set())

    @property
    def _graphed(self) -> bool:
        return self.official and self.split in _GRAPHED

    @cached_property
    def table(self) -> Gathered | Joined:
        answers = ("answer",) if self.split in _ANSWERED else ()
        if self.official:
            asked, *graphs = self.whole_parts()
            questions = Side("questions", asked, "imageId", keyed=True, needs=("question", *answers))
            scenes = (Side("scenes", one, KEY, keyed=True, needs=("objects",)) for one in graphs)
            return Gathered((questions, *scenes), self.folder)
        photos = self.matching(f"{self.short}_{self.config}_images/{self.short}-*.parquet")
        return Joined(
            main=Columnar.on_hub(self.repository, photos, self.limit),
            key="id",
            others=Columnar.on_hub(self.repository, [part.file for part in self._asked]),
            by="imageId",
            name="questions",
            needs=("id", "question", *answers),
        )

    @property
    def _asked(self) -> list[OnHub]:
        """The questions on the Hub."""
        found = self.matching(f"{self.short}_{self.config}_instructions/{self.short}-*.parquet")
        return [OnHub(self.repository, file) for file in found]

    def whole_parts(self) -> Sequence[Part]:
        if not self.official:
            return self._asked
        asked = Web(f"{_AT}/questions1.2.zip", f"{self.short}_balanced_questions.json")
        scenes = Web(f"{_AT}/sceneGraphs.zip", f"{self.short}_sceneGraphs.json")
        return (asked, scenes) if self._graphed else (asked,)

    @cached_property
    def photos(self) -> Archived:
        sparse = self.limit is not None and self.limit <= SPARSE
        return Archived(Web(f"{_AT}/images.zip"), self.folder, sparse=sparse)

    def stores(self) -> Sequence[Store]:
        return (self.photos,) if self.official else ()

    def wanted(self, row: Row) -> Iterable[Wanted]:
        return [(self.photos, _path(row["questions"][0]["imageId"]))] if self.official else ()

    def sample(self, row: Row, place: Place) -> Sample:
        questions = [{"id": one[KEY], **one} if KEY in one else one for one in row["questions"]]
        if not questions:
            raise BadRecord("no_messages", f"no question about picture {row['id']!r}")
        album = Album([self._shown(row, string(questions[0], "imageId"))])
        talk = Talk(album.rest())
        for one in questions:
            talk.ask(string(one, "question"))
            if self.split in _ANSWERED:
                sentence = optional(one, "fullAnswer")
                talk.answer(string(one, "answer"), [(sentence, 1.0)] if sentence else ())
        meta = metas_of(questions, (KEY, *_USED))
        scene = next(iter(row.get("scenes", ())), None)
        if scene is None:
            return self.made(place, album, talk.spoken(), meta)
        sample = self.made(place, album, talk.spoken(), {**meta, "scene": _unmarked(scene)})
        return replace(sample, annotations=tuple(_marks(scene)))

    def _shown(self, row: Row, number: str) -> Image:
        identity = f"vg:{number}" if number.isdecimal() else f"gqa:{number}"
        if self.official:
            return replace(self.picture(self.photos, _path(number)), id=identity)
        return self.embedded(row["image"], identity)


def _path(number: object) -> str:
    return f"images/{number}.jpg"


def _marks(scene: Row) -> Iterator[Annotation]:
    """Objects of a scene graph, whose corner, width and height are in pixels of the picture."""
    for name, one in _objects(scene).items():
        try:
            box = Box.from_xywh(*(float(one[side]) for side in _SIDES))
        except (KeyError, TypeError, ValueError):
            raise BadRecord("bad_box", f"object {name!r} has no {', '.join(_SIDES)}: {one!r:.60}") from None
        yield Annotation(id=name, label=optional(one, "name"), box=box, source="published")


def _unmarked(scene: Row) -> dict[str, Any]:
    """What a scene graph says beyond boxes and names."""
    objects = {name: meta_of(one, ("name", *_SIDES)) for name, one in _objects(scene).items()}
    return {**meta_of(scene, (KEY, "objects")), "objects": objects}


def _objects(scene: Row) -> dict[str, Row]:
    found = scene.get("objects")
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise BadRecord("bad_field", f"'objects' of a scene graph is an object of objects, not {found!r:.60}")
    return found
