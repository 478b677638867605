"""Video clips as the frames a model sees of them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal, Self, cast

from pydantic import Field

from vlmdata.errors import BadRecord, UsageError
from vlmdata.models.presets import Preset
from vlmdata.models.video import (
    BY_MODEL,
    WORDINGS,
    BudgetName,
    SamplingName,
    SamplingOptions,
    WordingName,
    complaint,
    frame_size,
    sampled,
)
from vlmdata.pixels.clip import MEDIA_TYPE, Timeline, decoded, need_av, read_timeline, still
from vlmdata.pixels.header import MAX_PIXELS, read_header
from vlmdata.steps.base import Context, Step
from vlmdata.steps.spread import Several, spread
from vlmdata.types import Drop, Image, Resize, Sample, Size

_Count = Annotated[int, Field(gt=0, le=10_000)]
_Rate = Annotated[float, Field(gt=0, le=1000)]
_Seconds = Annotated[float, Field(ge=0)]
_OPTIONS = ("frames", "fps", "min_frames", "max_frames", "skip")
_MOST_PIXELS = 400_000_000
"""Of the frames of one clip together, 1.2 GB: they wait in memory until they are rendered."""


class VideoFrames(Step):
    """Put chosen frames in place of each video clip, with their times in the text if asked.

    ## Why
    Models see a clip as a list of pictures. Which ones differs from code to code, and answers about time are only
    true of the frames that were shown. ``sampling`` names the code that is followed; ``model`` of the recipe sets it.

    A fixed number of ``frames``, which numbers in brackets show for 8 of 100:

    - ``linspace-trunc`` (0 14 28 42 56 70 84 99): LLaVA-OneVision, LLaVA-Video
    - ``linspace-round`` (0 14 28 42 57 71 85 99): Qwen3-VL
    - ``arange`` (0 12 25 37 50 62 75 87): transformers, where nothing else is said
    - ``interior`` (11 22 33 44 55 66 77 88): VLMEvalKit
    - ``segment-centre`` (6 18 31 43 56 68 80 93): InternVL
    - ``interval-middle`` (5 18 30 43 55 68 80 93): InternVL in training; so is ``interval-random``, which takes
      ``min_frames`` to ``max_frames`` by chance

    Or by rate:

    - ``fps``: what is seen at even times, by the timestamps; the one to take where frame rates vary
    - ``qwen``: ``fps`` between ``min_frames`` and ``max_frames``, an even number, spread as ``linspace-round``
    - ``llava-stride``, ``internvl-fps``, ``vlmevalkit-fps``, ``smolvlm``: as those codes do

    Clips are MP4, QuickTime, WebM, Matroska, and GIFs of several frames. ``start`` and ``end`` bound the part that is
    looked at. A frame's time is its presentation timestamp, in seconds from the first frame of the clip
    (``timestamp_s``); ``clip`` says what it is of, and its id ends in ``#frame=N``, counted from 0.

    ``timestamps`` writes times as the model does: ``qwen3-vl`` (``<0.3 seconds>`` before each pair), ``internvl``
    (``Frame1: ``), ``internvl-train`` (``Frame-1: ``), ``smolvlm``, ``molmo2``, ``llava`` (one sentence after the
    frames). ``budget`` resizes frames as qwen-vl-utils does, by how many they are, before the recipe's other steps.

    Clips with edits are left alone (noted as ``left_alone:edited``): put this step before those that edit. Only what
    is decoded is proved: damage between the chosen frames is not seen.

    ## Drops
    - ``corrupt``, ``truncated``: the clip cannot be read, or one of the chosen frames
    - ``unsupported_format``: FFmpeg has no decoder for it
    - ``too_few_frames``: none is chosen, or none is between ``start`` and ``end``
    - ``too_many_pixels``: the chosen frames would fill 1.2 GB of memory: set a ``budget``, or choose fewer
    - ``too_thin``: no ``budget`` allows for such a shape

    ## Example
        - video.frames: {sampling: qwen, fps: 1, max_frames: 64, timestamps: qwen3-vl, budget: qwen3-vl}
    """

    name = "video.frames"
    extras = ("video",)
    moves_pixels = True
    once = True

    sampling: Annotated[SamplingName | None, Field(description="the way frames are chosen")] = None
    frames: Annotated[_Count | None, Field(description="how many; linspace, arange, interior, interval, qwen")] = None
    fps: Annotated[_Rate | None, Field(description="frames a second; fps, qwen, llava, internvl, smolvlm")] = None
    min_frames: Annotated[_Count | None, Field(description="fewest; qwen, interval-random")] = None
    max_frames: Annotated[_Count | None, Field(description="most; fps, qwen, llava, internvl, interval-random")] = None
    skip: Annotated[_Seconds | None, Field(description="smolvlm: seconds left out at both ends of long clips")] = None
    start: Annotated[_Seconds | None, Field(description="second from which frames are chosen")] = None
    end: Annotated[_Seconds | None, Field(description="second up to which frames are chosen")] = None
    timestamps: Annotated[WordingName | Literal["none"] | None, Field(description="how times stand in the text")] = None
    budget: Annotated[
        BudgetName | Literal["none"] | None, Field(description="pixels of frames, as the model's own code allows")
    ] = None

    def with_model(self, preset: Preset) -> Self:
        way = BY_MODEL.get(preset.name)
        if way is None:
            return self
        own: dict[str, object] = {"timestamps": way.wording, "budget": way.budget}
        if self.sampling is None:
            own |= {"sampling": way.sampling, **way.options}
        return self.model_copy(update={**own, **self.model_dump(exclude_none=True)})

    def ready(self) -> str | None:
        if self.sampling is None:
            return "no sampling: give one (`vlmdata steps video.frames` names them), or a model that takes clips"
        if self.start is not None and self.end is not None and self.start >= self.end:
            return f"start {self.start:g} is not before end {self.end:g}"
        return complaint(self.sampling, self._options())

    def setup(self) -> None:
        need_av()

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        rng = ctx.rng(sample)
        try:
            made = [self._several(image, rng, ctx) for image in sample.images]
        except BadRecord as bad:
            return Drop(reason=bad.reason, value=bad.detail or None)
        if all(one.images == (image,) for one, image in zip(made, sample.images, strict=True)):
            return sample
        ctx.note("clips")
        return spread(sample, made)

    def _several(self, image: Image, rng: random.Random, ctx: Context) -> Several:
        if image.data is None or not _is_clip(image, image.data):
            return Several((image,))
        if image.edits:
            ctx.note("left_alone:edited")
            return Several((image,))
        chosen = self._chosen(read_timeline(image.data, image.media_type or ""), rng)
        stills = self._of_gif(image, chosen) if image.media_type == "image/gif" else self._of_video(image, chosen)
        before, after = self._texts(chosen)
        return Several(tuple(stills[number] for number in chosen.numbers), before, after)

    def _chosen(self, clip: Timeline, rng: random.Random) -> _Chosen:
        if self.sampling is None:
            raise UsageError(f"{self.name}: {self.ready()}")
        looked_at = clip.between(self.start or 0, clip.times[-1] if self.end is None else self.end)
        if not looked_at:
            raise BadRecord("too_few_frames", f"none of {len(clip.pts)} from second {self.start} to {self.end}")
        part = clip.part(looked_at)
        numbers = [looked_at[number] for number in sampled(self.sampling, part, rng, self._options())]
        return _Chosen(clip, numbers, part.duration)

    def _of_gif(self, image: Image, chosen: _Chosen) -> Mapping[int, Image]:
        """Its frames stay in their file: render decodes them as it does those of ``image.frames``."""
        size = self._size(image.size, len(chosen.numbers))
        edits = () if size == image.size else (Resize(size.width, size.height),)
        return {number: replace(_frame(image, chosen, number), frame=number, edits=edits) for number in chosen.numbers}

    def _of_video(self, image: Image, chosen: _Chosen) -> Mapping[int, Image]:
        """The stills of a video by their numbers, all held until render has stored them."""
        assert image.data is not None
        distinct = sorted(set(chosen.numbers))
        held = 0
        made = {}
        pictures = decoded(image.data, chosen.clip, (chosen.clip.pts[number] for number in distinct))
        for number, pixels in zip(distinct, pictures, strict=True):
            height, width = pixels.shape[:2]
            size = self._size(Size(width, height), len(chosen.numbers))
            held += size.area
            if held > _MOST_PIXELS:
                raise BadRecord("too_many_pixels", f"{len(distinct)} frames of {size}")
            data = still(pixels, size)
            made[number] = replace(
                _frame(image, chosen, number),
                data=data,
                uri=None,
                original=size,
                media_type=MEDIA_TYPE,
                sha256=hashlib.sha256(data).hexdigest(),
                expected=None,
            )
        return made

    def _size(self, size: Size, frames: int) -> Size:
        return size if self.budget is None or self.budget == "none" else frame_size(self.budget, size, frames)

    def _texts(self, chosen: _Chosen) -> tuple[list[str], str]:
        if self.timestamps is None or self.timestamps == "none":
            return [], ""
        times = [chosen.clip.times[number] for number in chosen.numbers]
        return WORDINGS[self.timestamps].write(times, chosen.length)

    def _options(self) -> SamplingOptions:
        return cast(SamplingOptions, self.model_dump(include=set(_OPTIONS), exclude_none=True))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Frames of a clip by number, some of them perhaps twice; ``length`` in seconds is that of the part looked at."""

    clip: Timeline
    numbers: list[int]
    length: float


def _is_clip(image: Image, data: bytes) -> bool:
    if image.media_type == "image/gif":
        return image.frame == 0 and read_header(data, 2 * MAX_PIXELS).frames > 1
    return image.is_clip


def _frame(image: Image, chosen: _Chosen, number: int) -> Image:
    name = image.id or (image.sha256 and f"sha256:{image.sha256}")
    return replace(
        image,
        id=f"{name}#frame={number}" if name else None,
        clip=image.clip or name,
        timestamp_s=chosen.clip.times[number],
    )
