"""Ways to choose the frames of a clip, by name, with their options as published."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict, get_args

from vlmdata.errors import BadRecord
from vlmdata.models.video import by_count, by_rate
from vlmdata.pixels.clip import Timeline

SamplingName = Literal[
    "fps",
    "linspace-trunc",
    "linspace-round",
    "arange",
    "interior",
    "segment-centre",
    "interval-middle",
    "interval-random",
    "qwen",
    "llava-stride",
    "internvl-fps",
    "vlmevalkit-fps",
    "smolvlm",
]


class SamplingOptions(TypedDict, total=False):
    """What a recipe may say of it; each way takes some of these."""

    frames: int
    fps: float
    min_frames: int
    max_frames: int
    skip: float


Choose = Callable[..., list[int]]


@dataclass(frozen=True, slots=True)
class Sampler:
    """One way.

    Attributes:
        choose: takes the timeline, a random generator and all options; gives frame numbers, ascending.
        defaults: the options it takes, as published; None is for one that has a value only if it is given.
        source: where it is published.
    """

    choose: Choose
    defaults: Mapping[str, float | None]
    source: str


def _evenly(way: Callable[[int, int], list[int]], source: str) -> Sampler:
    def choose(clip: Timeline, rng: random.Random, *, frames: int) -> list[int]:
        return way(len(clip.pts), frames)

    return Sampler(choose, {"frames": 8}, source)


def _at_rate(way: Choose, source: str, **defaults: float | None) -> Sampler:
    def choose(clip: Timeline, rng: random.Random, **options: float) -> list[int]:
        return way(clip, **options)

    return Sampler(choose, defaults, source)


def _by_chance(clip: Timeline, rng: random.Random, *, min_frames: int, max_frames: int) -> list[int]:
    return by_count.interval_random(len(clip.pts), rng.randint(min_frames, max_frames), rng)


_INTERNVL = "OpenGVLab/InternVL internvl_chat/internvl/train/dataset.py::get_frame_indices"

SAMPLERS: Mapping[SamplingName, Sampler] = {
    "fps": _at_rate(by_rate.shown_at, "own", fps=1.0, max_frames=64),
    "linspace-trunc": _evenly(by_count.linspace_trunc, "LLaVA-VL/LLaVA-NeXT llava/utils.py"),
    "linspace-round": _evenly(by_count.linspace_round, "transformers qwen3_vl/video_processing_qwen3_vl.py"),
    "arange": _evenly(by_count.arange, "transformers video_utils.py::default_sample_indices_fn"),
    "interior": _evenly(by_count.interior, "open-compass/VLMEvalKit vlmeval/dataset/video_base.py"),
    "segment-centre": _evenly(by_count.segment_centre, "OpenGVLab/InternVL internvl_chat/eval, get_index"),
    "interval-middle": _evenly(by_count.interval_middle, f"{_INTERNVL}, sample='middle'"),
    "interval-random": Sampler(_by_chance, {"min_frames": 8, "max_frames": 32}, f"{_INTERNVL}, sample='rand'"),
    "qwen": _at_rate(by_rate.qwen, "qwen-vl-utils, smart_nframes", fps=2.0, min_frames=4, max_frames=768, frames=None),
    "llava-stride": _at_rate(
        by_rate.llava_stride, "LLaVA-VL/LLaVA-NeXT llava/utils.py::process_video_with_decord", fps=1.0, max_frames=32
    ),
    "internvl-fps": _at_rate(by_rate.internvl_fps, f"{_INTERNVL}, sample='fps0.5'", fps=0.5, max_frames=32),
    "vlmevalkit-fps": _at_rate(
        by_rate.vlmevalkit_fps, "open-compass/VLMEvalKit vlmeval/dataset/video_base.py::save_video_frames", fps=1.0
    ),
    "smolvlm": _at_rate(
        by_rate.smolvlm, "transformers smolvlm/video_processing_smolvlm.py", fps=1.0, max_frames=64, skip=1.0
    ),
}
assert tuple(SAMPLERS) == get_args(SamplingName)


def complaint(name: SamplingName, options: SamplingOptions) -> str | None:
    """Why these options do not go with a way or with each other; None if they do."""
    taken = SAMPLERS[name].defaults
    if foreign := [option for option in options if option not in taken]:
        return f"sampling {name} takes {', '.join(taken)}, not {', '.join(foreign)}"
    if name == "qwen" and "frames" in options and len(options) > 1:
        return "sampling qwen takes frames or what bounds a rate (fps, min_frames, max_frames), not both"
    bounds = {**taken, **options}
    least, most = bounds.get("min_frames"), bounds.get("max_frames")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        return f"min_frames {least} is above max_frames {most}"
    return None


def sampled(name: SamplingName, clip: Timeline, rng: random.Random, options: SamplingOptions) -> list[int]:
    """The numbers of the chosen frames, ascending; some may repeat. ``BadRecord`` ``too_few_frames`` for none."""
    sampler = SAMPLERS[name]
    chosen = sampler.choose(clip, rng, **{**sampler.defaults, **options})
    if not chosen:
        raise BadRecord("too_few_frames", f"{len(clip.pts)} in {clip.duration:.2f} s: {name} chooses none of them")
    return chosen
