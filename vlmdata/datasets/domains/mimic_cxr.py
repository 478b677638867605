"""MIMIC-CXR: chest radiographs with the reports written about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.domains.report_sections import FINDINGS, IMPRESSION, LAST, sections
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.published import Published
from vlmdata.datasets.release.part import ByHand, by_hand
from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string, whole
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.bytes import read_bytes
from vlmdata.types import Image, Sample

_SPLITS = {"train": "train", "validation": "validate", "test": "test"}
_WANTED = {"report": (FINDINGS, IMPRESSION), FINDINGS: (FINDINGS,), IMPRESSION: (IMPRESSION,)}
_BY_HAND = (
    "take the training and sign the agreements at https://physionet.org/content/mimic-cxr-jpg/ and "
    "https://physionet.org/content/mimic-cxr/, download the csv.gz files and files/ of the first and "
    "mimic-cxr-reports.zip of the second, and unpack that in the same folder, so that reports and pictures share files/"
)


class MimicCxr(Published):
    """Chest radiographs with their reports, from a copy on this machine alone: the pictures of a study are a sample.

    The answer is findings and impression of the report under their headings, or one of them by config; other sections
    stand in ``meta.sections``. Where a report has neither, its last paragraph is the answer of the default config.
    CheXpert's labels (1 present, 0 absent, -1 uncertain) and the views are in ``meta`` where their tables are there.
    """

    entry: ClassVar[Entry] = Entry(
        title="MIMIC-CXR",
        homepage="https://physionet.org/content/mimic-cxr-jpg/",
        paper="https://arxiv.org/abs/1901.07042",
        citation="Johnson et al. 2019",
        phase="task",
        tasks=("caption", "medical"),
        revision="2.1.0",
        configs=(
            ("report", "findings and impression"),
            (FINDINGS, "findings alone"),
            (IMPRESSION, "impression alone"),
        ),
        splits=(
            Split(name="train", rows=222_758, note="studies; 368,960 pictures"),
            Split(name="validation", rows=1_808, note="studies; 2,991 pictures"),
            Split(name="test", rows=3_269, role="eval", note="studies; 5,159 pictures"),
        ),
        annotations=Terms(
            name="PhysioNet Credentialed Health Data License 1.5.0",
            commercial="no",
            conditions="research only; never passed on, not even to a service that a model is asked through",
        ),
        images=Terms(
            name="PhysioNet Credentialed Health Data License 1.5.0",
            commercial="no",
            conditions="research only; never passed on: do not push what is made of it",
        ),
        gating="training in human subjects research, a signed agreement for each person, and PhysioNet's approval",
        by_hand=_BY_HAND,
        problems=(
            Problem(
                what="original pictures are DICOM",
                treatment="DICOM is not read: take MIMIC-CXR-JPG; a study with a .dcm alone is dropped as "
                "unsupported_format",
            ),
            Problem(
                what="reports are free text; PhysioNet's own parser cuts some by hand",
                treatment="all are cut at their headings; lines wrapped at eighty columns are joined",
            ),
            Problem(what="___ stands for what would tell who the patient is", treatment="kept as it is"),
            Problem(
                what="left and right of the body matter",
                treatment="the tag medical keeps pictures from being mirrored",
            ),
            Problem(
                what="reports compare with earlier studies that are not shown",
                treatment="kept as published; meta.sections.comparison says with which",
            ),
        ),
        prompts=(
            "Write the report of this chest radiograph.",
            "What does this chest radiograph show?",
            "Describe the findings of this study.",
            "Report what you see in these views of the chest.",
        ),
    )
    needs: ClassVar[tuple[str, ...]] = ("pictures",)
    marks: ClassVar[tuple[str, ...]] = ("medical", "radiology", "caption")

    dataset: Literal["mimic-cxr"] = "mimic-cxr"

    @cached_property
    def table(self) -> Gathered:
        ids = ("dicom_id", "study_id", "subject_id", "split")
        sides = [Side("pictures", self._csv("split"), "study_id", needs=ids, only=("split", _SPLITS[self.split]))]
        for name, needs in (("metadata", ("dicom_id",)), ("chexpert", ())):
            if by_hand(self._csv(name), self.folder):
                sides.append(Side(name, self._csv(name), "study_id", needs=needs))
        return Gathered(tuple(sides), self.folder)

    def _csv(self, name: str) -> ByHand:
        packed = ByHand(f"mimic-cxr-2.0.0-{name}.csv.gz", _BY_HAND)
        plain = ByHand(packed.name.removesuffix(".gz"), _BY_HAND)
        return plain if by_hand(plain, self.folder) else packed

    @cached_property
    def store(self) -> Unpacked:
        if self.folder is None:
            raise InputError(f"{self.dataset} has to be got by hand: {_BY_HAND}")
        return Unpacked(self.folder, ("files", "mimic-cxr-reports/files", "."))

    def sample(self, row: Row, place: Place) -> Sample:
        first = row["pictures"][0]
        patient, study = whole(first, "subject_id"), whole(first, "study_id")
        folder = f"p{patient // 1_000_000}/p{patient}/s{study}"
        album = Album([self._picture(folder, string(one, "dicom_id")) for one in row["pictures"]])
        found = sections(self._report(f"{folder}.txt"))
        talk = Talk(album.rest())
        talk.ask(self.prompt(place.key))
        talk.answer(self._answer(found))
        meta = {"subject_id": patient, "study_id": study, "sections": found, **_beside(row)}
        return self.made(place, album, talk.spoken(), meta)

    def _picture(self, folder: str, name: str) -> Image:
        try:
            image = self.picture(self.store, f"{folder}/{name}.jpg")
        except BadRecord as bad:
            if self.store.find(f"{folder}/{name}.dcm"):
                raise BadRecord("unsupported_format", f"{name}.dcm: DICOM is not read, take MIMIC-CXR-JPG") from bad
            raise
        return replace(image, id=f"mimic-cxr:{name}")

    def _report(self, name: str) -> str:
        path = self.store.find(name)
        if path is None:
            raise BadRecord("missing_file", f"no report {name!r} in the folder of files got by hand")
        try:
            return read_bytes(str(path), name).decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadRecord("not_unicode", f"the report {name} is not UTF-8") from error

    def _answer(self, found: dict[str, str]) -> str:
        """``FINDINGS: … IMPRESSION: …``, a paragraph each; one section by itself needs no heading."""
        wanted = _WANTED[self.config or "report"]
        said = {name: found[name] for name in wanted if name in found}
        if len(wanted) == 1 and said:
            return said[wanted[0]]
        if said:
            return "\n\n".join(f"{name.upper()}: {text}" for name, text in said.items())
        if len(wanted) == 1 or LAST not in found:
            raise BadRecord("missing_text", f"the report has no {' and no '.join(wanted)}")
        return found[LAST]


def _beside(row: Row) -> dict[str, Any]:
    """What the other tables say: labels of the study by their own names, facts of each picture in its place."""
    ids = ("dicom_id", "study_id", "subject_id")
    labels: Sequence[Row] = row.get("chexpert") or ({},)
    beside = meta_of(labels[0], ids)
    facts = {one.get("dicom_id"): meta_of(one, ids) for one in row.get("metadata", ())}
    return {**beside, "views": [facts.get(one.get("dicom_id"), {}) for one in row["pictures"]]} if facts else beside
