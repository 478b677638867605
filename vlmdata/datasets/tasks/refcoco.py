"""RefCOCO, RefCOCO+ and RefCOCOg: where is what these words mean?"""

from __future__ import annotations

from typing import ClassVar, Literal

from vlmdata.datasets.coco.licenses import COCO_PICTURES
from vlmdata.datasets.coco.referring import LMMS, PROMPTS, Referring
from vlmdata.datasets.entry import Entry, Problem, Split, Terms

_TERMS = Terms(name="Apache-2.0", commercial="yes", conditions="the licence of the repository that published it")
_PROBLEMS = (
    Problem(
        what="the original files are Python pickles, which can run any program, on a server that fails",
        treatment="never opened; copies in Parquet are read",
    ),
    Problem(
        what="bbox of jxu124's copies is x1, y1, x2, y2; of lmms-lab's copies and of COCO x, y, width, height",
        treatment="each is read as what it is; of the first it is compared with COCO's own box in the same row, and a "
        "row in which they differ is dropped (box_disagrees)",
    ),
    Problem(
        what="all pictures, those for measuring too, are in train2014, and pictures to train on in one of the three "
        "sets are kept for measuring in another",
        treatment="'without: [refcoco, refcoco+, refcocog]' leaves out all that any of them keeps for measuring",
    ),
    Problem(what="file names end in the number of the object", treatment="pictures are found by image_id"),
    Problem(what="some boxes reach over the edge by less than a pixel", treatment="they end at the edge"),
)
_MIXED = Problem(
    what="validation of lmms-lab's copy also holds 5,000 objects of Google's split",
    treatment="config lmms is for testa and testb; measure on validation of the other config",
)


class RefCoco(Referring):
    """Objects in COCO's photographs and short expressions, from a game of two players, that mean them.

    A sample is an object. Each of its expressions is a question, answered by a region: its annotation bears the box
    and outline of the object, and the expression as its label. ``explode: {by: question}`` makes one sample for each
    expression, as training and the published measures count them; ``group`` puts objects of a picture together.
    Expressions are as they are measured, in small letters; ``meta.raw`` has them as they were typed.
    """

    entry: ClassVar[Entry] = Entry(
        title="RefCOCO",
        homepage="https://github.com/lichengunc/refer",
        paper="https://arxiv.org/abs/1608.00272",
        citation="Yu et al. 2016",
        phase="task",
        tasks=("grounding",),
        configs=(("unc", "the split by UNC, to train and to measure"), (LMMS, "copies with pictures, to measure")),
        splits=(
            Split(name="train", rows=42_404, config="unc", note="objects; 120,624 expressions"),
            Split(name="validation", rows=3_811, config="unc", note="objects; 10,834 expressions"),
            Split(name="testa", rows=1_975, config="unc", role="eval", note="people; 5,657 expressions"),
            Split(name="testb", rows=1_810, config="unc", role="eval", note="other objects; 5,095 expressions"),
            Split(name="test", rows=1_975, config="unc", role="eval", note="testa, by its name on the Hub"),
            Split(name="validation", rows=8_811, config=LMMS, role="eval", note="validation and of Google's split"),
            Split(name="test", rows=5_000, config=LMMS, role="eval", note="of Google's split"),
            Split(name="testa", rows=1_975, config=LMMS, role="eval"),
            Split(name="testb", rows=1_810, config=LMMS, role="eval"),
        ),
        annotations=_TERMS,
        images=COCO_PICTURES,
        repos=("jxu124/refcoco", "lmms-lab/RefCOCO", "lmms-lab-encoder/RefCOCO"),
        problems=(*_PROBLEMS, _MIXED),
        prompts=PROMPTS,
    )
    lmms_repo: ClassVar[str] = "lmms-lab/RefCOCO"

    dataset: Literal["refcoco"] = "refcoco"
    config: str | None = "unc"


class RefCocoPlus(Referring):
    """RefCOCO without words of place: expressions that say how an object looks, not where it is.

    Samples are made as those of ``refcoco``: a question for each expression of an object, a region for an answer.
    """

    entry: ClassVar[Entry] = Entry(
        title="RefCOCO+",
        homepage="https://github.com/lichengunc/refer",
        paper="https://arxiv.org/abs/1608.00272",
        citation="Yu et al. 2016",
        phase="task",
        tasks=("grounding",),
        configs=(("unc", "the split by UNC, to train and to measure"), (LMMS, "copies with pictures, to measure")),
        splits=(
            Split(name="train", rows=42_278, config="unc", note="objects; 120,191 expressions"),
            Split(name="validation", rows=3_805, config="unc", note="objects; 10,758 expressions"),
            Split(name="testa", rows=1_975, config="unc", role="eval", note="people; 5,726 expressions"),
            Split(name="testb", rows=1_798, config="unc", role="eval", note="other objects; 4,889 expressions"),
            Split(name="test", rows=1_975, config="unc", role="eval", note="testa, by its name on the Hub"),
            Split(name="validation", rows=3_805, config=LMMS, role="eval"),
            Split(name="testa", rows=1_975, config=LMMS, role="eval"),
            Split(name="testb", rows=1_798, config=LMMS, role="eval"),
        ),
        annotations=_TERMS,
        images=COCO_PICTURES,
        repos=("jxu124/refcocoplus", "lmms-lab/RefCOCOplus", "lmms-lab-encoder/RefCOCOplus"),
        problems=_PROBLEMS,
        prompts=PROMPTS,
    )
    lmms_repo: ClassVar[str] = "lmms-lab/RefCOCOplus"

    dataset: Literal["refcoco+"] = "refcoco+"
    config: str | None = "unc"


class RefCocoG(Referring):
    """Objects in COCO's photographs and whole sentences that mean them, written without a game.

    Samples are made as those of ``refcoco``: a question for each expression of an object, a region for an answer.
    The split is that by UMD, in which no picture is in two parts.
    """

    entry: ClassVar[Entry] = Entry(
        title="RefCOCOg",
        homepage="https://github.com/lichengunc/refer",
        paper="https://arxiv.org/abs/1511.02283",
        citation="Mao et al. 2016",
        phase="task",
        tasks=("grounding",),
        configs=(("umd", "the split by UMD, to train and to measure"), (LMMS, "copies with pictures, to measure")),
        splits=(
            Split(name="train", rows=42_226, config="umd", note="objects; 80,512 expressions"),
            Split(name="validation", rows=2_573, config="umd", note="objects; 4,896 expressions"),
            Split(name="test", rows=5_023, config="umd", role="eval", note="objects; 9,602 expressions"),
            Split(name="validation", rows=7_573, config=LMMS, role="eval", note="validation and of Google's split"),
            Split(name="test", rows=5_023, config=LMMS, role="eval"),
        ),
        annotations=_TERMS,
        images=COCO_PICTURES,
        repos=("jxu124/refcocog", "lmms-lab/RefCOCOg", "lmms-lab-encoder/RefCOCOg"),
        problems=(*_PROBLEMS, _MIXED),
        prompts=PROMPTS,
    )
    lmms_repo: ClassVar[str] = "lmms-lab/RefCOCOg"

    dataset: Literal["refcocog"] = "refcocog"
    config: str | None = "umd"
