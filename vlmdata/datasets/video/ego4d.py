"""Ego4D: long videos from the eyes of people at their daily work, told sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import captioned, meta_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import ByHand
from vlmdata.datasets.release.pictures import Store
from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.json_table import KEY
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.video.clips import clip, clips_by_hand
from vlmdata.errors import BadRecord
from vlmdata.types import Sample

_HOW = (
    "sign the licence at ego4d-data.org, wait for the keys, then run 'ego4d --output_directory DIR --version v2 "
    "--datasets annotations video_540ss --metadata'"
)
_PASSES = ("narration_pass_1", "narration_pass_2")
_KEPT = ("split_em", "split_av", "split_fho")
_SPEAKER = re.compile(r"^#[CO]\s+", re.IGNORECASE)


class Ego4d(Published):
    """Videos filmed by people as they cook, build, play and work, narrated by watchers; from a local, licensed copy.

    A sample is one video with all its narrations in the order of time, a line each; those of a second watcher stand in
    ``alternatives``. ``meta`` has them as published, with their times and the summaries, and what is known of the
    video. C is who wears the camera. Videos that a benchmark keeps for validation or test are dropped as ``held_out``.
    """

    entry: ClassVar[Entry] = Entry(
        title="Ego4D narrations",
        homepage="https://ego4d-data.org",
        paper="https://arxiv.org/abs/2110.07058",
        citation="Grauman et al. 2022",
        phase="pretrain",
        tasks=("caption", "video"),
        configs=(
            ("video_540ss", "540 pixels on the shorter side"),
            ("full_scale", "as filmed; some 5 TB in all"),
        ),
        splits=(Split(name="train", note="videos with narrations, without those that benchmarks hold out"),),
        annotations=Terms(
            name="Ego4D licence", commercial="unclear", conditions="signed by each user; no redistribution"
        ),
        images=Terms(name="Ego4D licence", commercial="unclear", conditions="signed by each user; no redistribution"),
        revision="v2",
        gating="a licence agreement, signed for each institution; the keys it brings expire",
        by_hand=f"{_HOW}; --files is DIR, or DIR/v2",
        problems=(
            Problem(
                what="sound and picture may begin after the container does",
                treatment="times are kept as published; video_metadata.video_start_sec is in meta",
            ),
            Problem(
                what="a narration begins with #C (the wearer of the camera) or #O (another person)",
                treatment="'#C C picks a knife' becomes 'C picks a knife'; meta has it as published",
            ),
            Problem(what="#unsure stands for what watchers could not tell", treatment="kept as published"),
            Problem(what="videos go on for up to hours", treatment="one above 1 GiB is dropped as clip_too_large"),
            Problem(
                what="boxes of annotations and of annotations_540ss differ in their coordinates",
                treatment="boxes are not read",
            ),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"alternatives"})
    needs: ClassVar[tuple[str, ...]] = ("narrated", "videos")
    marks: ClassVar[tuple[str, ...]] = ("video",)

    dataset: Literal["ego4d"] = "ego4d"
    config: str = "video_540ss"

    @property
    def folder(self) -> Path | None:
        given = super().folder
        return given / "v2" if given and (given / "v2").is_dir() else given

    @cached_property
    def table(self) -> Gathered:
        narrated = Side("narrated", ByHand("annotations/narration.json", _HOW), KEY, keyed=True)
        videos = Side("videos", ByHand("ego4d.json", _HOW), "video_uid", ("videos",), needs=_KEPT)
        return Gathered((narrated, videos), self.folder)

    @cached_property
    def videos(self) -> Unpacked:
        return clips_by_hand(self.folder, (self.config,), _HOW)

    def stores(self) -> Sequence[Store]:
        return (self.videos,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        return [(self.videos, f"{row['narrated'][0][KEY]}.mp4")]

    def sample(self, row: Row, place: Place) -> Sample:
        narrated = row["narrated"][0]
        video: Row = next(iter(row["videos"]), {})
        if held := next((name for name in _KEPT if video.get(name) in ("val", "test")), None):
            raise BadRecord("held_out", f"{held} is {video[held]}")
        told = [text for one in _PASSES if (text := _told(narrated.get(one)))]
        if not told:
            raise BadRecord("missing_text", "no narrations")
        uid = narrated[KEY]
        album = Album(clips=[clip(self.picture(self.videos, f"{uid}.mp4"), f"ego4d:{uid}")])
        meta = {**meta_of(video, ()), **meta_of(narrated, (KEY,)), "video_uid": uid}
        return self.made(place, album, captioned(told, album.rest()), meta)


def _told(listed: Any) -> str:
    """The narrations of one watcher in the order of time, a line each."""
    narrations = listed.get("narrations") if isinstance(listed, dict) else None
    known = [one for one in narrations or () if isinstance(one, dict) and isinstance(one.get("narration_text"), str)]
    known.sort(key=lambda one: one["timestamp_sec"] if isinstance(one.get("timestamp_sec"), int | float) else 0)
    return "\n".join(text for one in known if (text := _SPEAKER.sub("", one["narration_text"].strip())))
