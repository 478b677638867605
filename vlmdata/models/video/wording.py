"""How the times of frames stand in the text, by the model's own code.

A wording gives the text before each frame and the text after the last one. Times are in seconds, ascending; ``length``
is that of the clip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from vlmdata.models.video.number_words import in_words

WordingName = Literal["qwen3-vl", "internvl", "internvl-train", "smolvlm", "molmo2", "llava"]

Texts = tuple[list[str], str]
"""One text before each frame, empty for none, and the one after the last."""
Write = Callable[[Sequence[float], float], Texts]

_PAIR = 2


@dataclass(frozen=True, slots=True)
class Wording:
    """``write`` takes times and length; ``source`` says where the form is published."""

    write: Write
    source: str


def _qwen3(times: Sequence[float], length: float) -> Texts:
    """Before each pair, the mean of its times; a single last frame counts as a pair of itself."""
    before = [""] * len(times)
    for number in range(0, len(times), _PAIR):
        pair = times[number : number + _PAIR]
        before[number] = f"<{(pair[0] + pair[-1]) / 2:.1f} seconds>"
    return before, ""


def _internvl(times: Sequence[float], length: float) -> Texts:
    return _numbered("Frame{}: ", len(times))


def _internvl_train(times: Sequence[float], length: float) -> Texts:
    return _numbered("Frame-{}: ", len(times))


def _numbered(form: str, count: int) -> Texts:
    """Each frame on its own line, and a line's end after the last."""
    return [("\n" if number else "") + form.format(number + 1) for number in range(count)], "\n"


def _smolvlm(times: Sequence[float], length: float) -> Texts:
    before = [f"\nFrame from {int(time // 60):02d}:{int(time % 60):02d}:" for time in times]
    video = f"{in_words(len(times))} frames from a {timedelta(seconds=int(length))} [H:MM:SS] video.\n"
    return [f"You are provided the following series of {video}{before[0]}", *before[1:]], "\n\n"


def _molmo2(times: Sequence[float], length: float) -> Texts:
    return [f"{' ' if number else ''}{time:.1f} " for number, time in enumerate(times)], ""


def _llava(times: Sequence[float], length: float) -> Texts:
    """All in one sentence after the frames."""
    located = ",".join(f"{time:.2f}s" for time in times)
    said = (
        f"\nThe video lasts for {length:.2f} seconds, and {len(times)} frames are uniformly sampled from it. "
        f"These frames are located at {located}.Please answer the following questions related to this video.\n"
    )
    return [""] * len(times), said


_HF = "huggingface/transformers src/transformers/models/"

WORDINGS: Mapping[WordingName, Wording] = {
    "qwen3-vl": Wording(_qwen3, _HF + "qwen3_vl/processing_qwen3_vl.py"),
    "internvl": Wording(_internvl, _HF + "internvl/processing_internvl.py"),
    "internvl-train": Wording(
        _internvl_train, "OpenGVLab/InternVL internvl_chat/internvl/train/internvl_chat_finetune.py::video_get_item"
    ),
    "smolvlm": Wording(_smolvlm, _HF + "smolvlm/processing_smolvlm.py"),
    "molmo2": Wording(_molmo2, _HF + "molmo2/processing_molmo2.py"),
    "llava": Wording(_llava, "LLaVA-VL/LLaVA-NeXT llava/train/train.py, add_time_instruction"),
}
assert tuple(WORDINGS) == get_args(WordingName)
