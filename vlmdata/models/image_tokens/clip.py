"""Qwen: the frames of a clip as one video, two frames to a token. Pictures that are no frames are as ever."""

from __future__ import annotations

from vlmdata.models.image_tokens.counted import QWEN
from vlmdata.models.image_tokens.rule import Frame, ImageTokens, Run, Shown

_HF = "huggingface/transformers src/transformers/models/"
_PAIR = 2


def _qwen2(shown: Shown) -> Run:
    """All of it stands where the first frame does; the others are empty. An odd last frame counts as two."""
    if shown.frame is None:
        return QWEN.write(shown)
    pairs = (len(shown.frame.times_s) + 1) // _PAIR
    return _video(pairs * shown.tokens) if shown.frame.index == 0 else ""


def _qwen3(shown: Shown) -> Run:
    """Each pair of frames by itself, after its time: the mean of both, to a tenth of a second."""
    if shown.frame is None:
        return QWEN.write(shown)
    if shown.frame.index % _PAIR:
        return ""
    return _time(shown.frame) + _video(shown.tokens)


def _time(frame: Frame) -> str:
    pair = frame.times_s[frame.index : frame.index + _PAIR]
    first, last = pair[0], pair[-1]
    return "" if first is None or last is None else f"<{(first + last) / _PAIR:.1f} seconds>"


def _video(tokens: int) -> str:
    return f"<|vision_start|>{'<|video_pad|>' * tokens}<|vision_end|>"


QWEN_VIDEO = ImageTokens(
    write=_qwen2,
    marks=(*QWEN.marks, "<|video_pad|>"),
    beside=QWEN.beside,
    source=_HF + "qwen2_vl/processing_qwen2_vl.py::Qwen2VLProcessor.replace_video_token",
)
QWEN3_VIDEO = ImageTokens(
    write=_qwen3,
    marks=(*QWEN.marks, "<|video_pad|>"),
    beside=QWEN.beside,
    source=_HF + "qwen3_vl/processing_qwen3_vl.py::Qwen3VLProcessor.replace_video_token",
)
