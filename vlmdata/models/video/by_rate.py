"""So many frames a second, within bounds: the published ways to say so.

Each takes the ``Timeline`` of a clip and gives frame numbers in ascending order, or none for a clip that is too short.
All but ``shown_at`` count by the mean rate of the clip, as the code does that they are named after.
"""

from __future__ import annotations

import math

from vlmdata.models.video.by_count import linspace, linspace_round, linspace_trunc
from vlmdata.pixels.clip import Timeline

_PAIR = 2
"""Qwen's vision tower takes frames two by two (``FRAME_FACTOR``)."""


def qwen(clip: Timeline, *, fps: float, min_frames: int, max_frames: int, frames: int | None) -> list[int]:
    """As many as ``fps`` asks for, within the bounds, down to an even number; or ``frames``, to the nearest even one.

    Source: QwenLM/Qwen3-VL ``qwen-vl-utils/src/qwen_vl_utils/vision_process.py::smart_nframes``, which raises an error
    where this gives none.
    """
    total = len(clip.pts)
    if frames is not None:
        count = round(frames / _PAIR) * _PAIR
    else:
        least = math.ceil(min_frames / _PAIR) * _PAIR
        most = math.floor(min(max_frames, total) / _PAIR) * _PAIR
        wanted = min(max(total / clip.rate * fps, least), most)
        count = math.floor(min(wanted, total) / _PAIR) * _PAIR
    return linspace_round(total, count) if _PAIR <= count <= total else []


def llava_stride(clip: Timeline, *, fps: float, max_frames: int) -> list[int]:
    """Every n-th frame, n being the clip's rate by ``fps``, rounded; above ``max_frames`` so many evenly instead.

    Source: LLaVA-VL/LLaVA-NeXT ``llava/utils.py::process_video_with_decord``. It cannot read a clip of less than half
    the rate; here every frame of such a clip is taken.
    """
    total = len(clip.pts)
    chosen = list(range(0, total, max(1, round(clip.rate / fps))))
    return chosen if len(chosen) <= max_frames else linspace_trunc(total, max_frames)


def internvl_fps(clip: Timeline, *, fps: float, max_frames: int) -> list[int]:
    """The frame nearest to the middle of each of the parts that last ``1 / fps`` seconds; the first ``max_frames``.

    Source: OpenGVLab/InternVL ``internvl_chat/internvl/train/dataset.py::get_frame_indices``, ``fps0.5`` and its like.
    """
    total = len(clip.pts)
    duration, part = total / clip.rate, 1 / fps
    start = part / 2
    parts = math.ceil((duration + start - start) / part)
    step = (start + part) - start
    chosen = (round((start + number * step) * clip.rate) for number in range(parts))
    return [number for number in chosen if number < total][:max_frames]


def vlmevalkit_fps(clip: Timeline, *, fps: float) -> list[int]:
    """As many as ``fps`` asks for, rounded down, the clip's rate by ``fps`` apart, from the first.

    Source: open-compass/VLMEvalKit ``vlmeval/dataset/video_base.py::save_video_frames``.
    """
    count = int(len(clip.pts) / clip.rate * fps)
    return [int(number * (clip.rate / fps)) for number in range(count)]


def smolvlm(clip: Timeline, *, fps: float, max_frames: int, skip: float) -> list[int]:
    """As many as ``fps`` asks for, at most ``max_frames``, evenly; without ``skip`` seconds at both ends of long clips.

    No frame is taken twice. Source: transformers ``smolvlm/video_processing_smolvlm.py::sample_frames``.
    """
    total = len(clip.pts)
    duration = total / clip.rate
    count = max(1, min(round(fps * duration), max_frames))
    first, last = 0, total - 1
    if skip > 0 and duration - 2 * skip > max_frames * fps:
        first, last = int(skip * clip.rate), min(int(total - skip * clip.rate), total - 1)
    if first >= last:
        first, last = 0, total - 1
    return sorted({int(place) for place in linspace(first, last, count)})


def shown_at(clip: Timeline, *, fps: float, max_frames: int) -> list[int]:
    """What is seen at 0, 1 / fps, 2 / fps … seconds, by the timestamps; above ``max_frames`` so many evenly instead.

    This alone gives even times where the rate varies. A frame that stands longer is taken again.
    """
    count = math.ceil(clip.duration * fps)
    chosen = [clip.shown_at(number / fps) for number in range(count)]
    if len(chosen) <= max_frames:
        return chosen
    return [chosen[number] for number in linspace_trunc(len(chosen), max_frames)]
