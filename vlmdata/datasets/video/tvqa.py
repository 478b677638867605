"""TVQA: questions about scenes of six television series."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import as_json
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.release.pictures import Store
from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string, whole
from vlmdata.datasets.video.clips import clip, clips_by_hand
from vlmdata.errors import BadRecord
from vlmdata.types import Image, Sample

_QUESTIONS = "https://nlp.cs.unc.edu/data/jielei/tvqa/tvqa_public_html/files/tvqa_qa_release.tar.gz"
_SUBTITLES = "https://raw.githubusercontent.com/jayleicn/TVRetrieval/master/data/tvqa_preprocessed_subtitles.jsonl"
_HOW = (
    "ask for the frames with the form at nlp.cs.unc.edu/data/jielei/tvqa/tvqa_public_html/download_tvqa.html and "
    "unpack tvqa_video_frames_fps3_hq.tar.gz (43 GB) there, so that frames_hq/ is in it; or put clips into videos/ as "
    "{vid_name}.mp4"
)
_FRAMES = "frames_hq"
_PARTS = {"train": "train", "validation": "val", "test": "test_public"}
_OPTIONS = ("a0", "a1", "a2", "a3", "a4")
_USED = ("q", *_OPTIONS, "answer_idx", "vid_name", "show_name", "ts")
_SHOW = re.compile(r"(?:(bbt|castle|friends|grey|house|met)_)?(s\d+e\d+_.+)")
_SPAN = re.compile(r"(\d+(?:\.\d*)?)-(\d+(?:\.\d*)?)")
_PER_SECOND = 3


class TvQa(Published):
    """Multiple-choice questions about what is seen and said in clips of six television series.

    A sample is one clip with all questions about it. The clip is a video of ``videos/``, or where there is no such
    folder the pictures of ``frames_hq/``, three for each second, 180 to 270 in all. ``meta.ts`` is the moment that each
    question is about, in seconds; ``subtitles: true`` adds what is said, as ``meta.sub``. The test split has no
    answers.
    """

    entry: ClassVar[Entry] = Entry(
        title="TVQA",
        homepage="https://nlp.cs.unc.edu/data/jielei/tvqa/tvqa_public_html",
        paper="https://arxiv.org/abs/1809.01696",
        citation="Lei et al. 2018",
        phase="task",
        tasks=("vqa", "video", "reasoning"),
        splits=(
            Split(name="train", rows=17_435, note="clips; 122,039 questions"),
            Split(name="validation", rows=2_179, note="clips; 15,253 questions"),
            Split(name="test", rows=1_089, role="eval", note="clips; 7,623 questions without answers (test_public)"),
        ),
        annotations=Terms(
            name="TVQA terms", commercial="no", conditions="research only; the code is MIT, the data not"
        ),
        images=Terms(name="TVQA agreement", commercial="no", conditions="by request form; no redistribution of frames"),
        revision="2018",
        gating="a request form and an agreement for the frames",
        by_hand=_HOW,
        problems=(
            Problem(what="some moments are nan-nan", treatment="null in meta.ts"),
            Problem(
                what="clips of The Big Bang Theory bear no name of their show (s03e21_seg02_clip_08)",
                treatment="looked for in bbt_frames",
            ),
            Problem(what="answers of the test are not public", treatment="its questions end the sample"),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"choices"})
    needs: ClassVar[tuple[str, ...]] = ("questions",)
    marks: ClassVar[tuple[str, ...]] = ("vqa", "video")

    dataset: Literal["tvqa"] = "tvqa"
    subtitles: bool = Field(default=False, description="add the subtitles of the clip to meta")

    @cached_property
    def table(self) -> Gathered:
        asked, *said = self.whole_parts()
        sides = [Side("questions", asked, "vid_name", needs=("qid", "q", *_OPTIONS))]
        return Gathered((*sides, *(Side("subtitles", part, "vid_name") for part in said)), self.folder)

    def whole_parts(self) -> Sequence[Part]:
        questions = Web(_QUESTIONS, f"tvqa_qa_release/tvqa_{_PARTS[self.split]}.jsonl")
        return (questions, Web(_SUBTITLES)) if self.subtitles else (questions,)

    @cached_property
    def local(self) -> Unpacked:
        """Where its clips lie, whole or as frames."""
        return clips_by_hand(self.folder, ("videos", _FRAMES), _HOW)

    def stores(self) -> Sequence[Store]:
        return (self.local,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        return () if self._framed else [(self.local, f"{row['questions'][0]['vid_name']}.mp4")]

    def sample(self, row: Row, place: Place) -> Sample:
        questions = row["questions"]
        name = string(questions[0], "vid_name")
        if self._framed:
            album = Album(_frames(self.local.root, name))
        else:
            album = Album(clips=[clip(self.picture(self.local, f"{name}.mp4"), f"tvqa:{name}")])
        talk = Talk(album.rest())
        for one in questions:
            answer = whole(one, "answer_idx") if one.get("answer_idx") is not None else None
            talk.choose(string(one, "q"), [string(one, option) for option in _OPTIONS], answer)
        further = dict.fromkeys(field for one in questions for field in one if field not in _USED)
        meta: dict[str, Any] = {
            "vid_name": name,
            "show_name": questions[0].get("show_name"),
            "ts": [_span(one) for one in questions],
            **{field: as_json([one.get(field) for one in questions]) for field in further},
        }
        if row.get("subtitles"):
            meta["sub"] = as_json(row["subtitles"][0].get("sub"))
        return self.made(place, album, talk.spoken(), meta)

    @cached_property
    def _framed(self) -> bool:
        """Whether clips are there as frames alone."""
        return not (self.local.root / "videos").is_dir()


def _span(question: Mapping[str, Any]) -> list[float] | None:
    match = _SPAN.fullmatch(str(question.get("ts")).strip())
    return [float(match[1]), float(match[2])] if match else None


def _frames(root: Path, name: str) -> list[Image]:
    """The frames of a clip in order; their files are numbered from 1. ``BadRecord`` ``missing_file``."""
    match = _SHOW.fullmatch(name)
    show = (match[1] or "bbt") if match else ""
    folder = f"{_FRAMES}/{show}_frames/{match[2] if match and show == 'bbt' else name}"
    files = (file for file in (root / folder).glob("*.jpg") if match and file.stem.isdecimal())
    numbered = sorted((int(file.stem), file.name) for file in files)
    if not numbered:
        raise BadRecord("missing_file", f"no frames of {name!r} in {_FRAMES}")
    return [
        Image(
            uri=str(root / folder / file),
            source=f"{folder}/{file}",
            id=f"tvqa:{name}/{number}",
            timestamp_s=(number - 1) / _PER_SECOND,
            clip=f"tvqa:{name}",
        )
        for number, file in numbered
    ]
