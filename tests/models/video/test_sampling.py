"""Frame numbers, as the codes choose them after whom the ways are named."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.errors import BadRecord
from vlmdata.models.video import SAMPLERS, SamplingName, complaint, sampled
from vlmdata.pixels.clip import Timeline, read_timeline

FRAMES = st.integers(1, 3000)
COUNTS = st.integers(1, 200)
RATES = st.sampled_from([Fraction(1), Fraction(3), Fraction(24000, 1001), Fraction(25), Fraction(30), Fraction(60)])


def even(frames: int, rate: Fraction = Fraction(30)) -> Timeline:
    """A clip of a constant rate."""
    return Timeline(tuple(range(frames)), 1 / rate, end=frames)


def chosen(name: SamplingName, clip: Timeline, **options: float) -> list[int]:
    assert complaint(name, options) is None  # type: ignore[arg-type]
    return sampled(name, clip, random.Random(1), options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("linspace-trunc", [0, 14, 28, 42, 56, 70, 84, 99]),
        ("linspace-round", [0, 14, 28, 42, 57, 71, 85, 99]),
        ("arange", [0, 12, 25, 37, 50, 62, 75, 87]),
        ("interior", [11, 22, 33, 44, 55, 66, 77, 88]),
        ("segment-centre", [6, 18, 31, 43, 56, 68, 80, 93]),
        ("interval-middle", [5, 18, 30, 43, 55, 68, 80, 93]),
    ],
)
def test_eight_of_a_hundred(name: SamplingName, numbers: list[int]) -> None:
    assert chosen(name, even(100)) == numbers


@pytest.mark.parametrize(
    ("name", "numbers", "options"),
    [
        ("linspace-trunc", [0, 61, 123, 185, 247, 309, 371, 433], {}),
        ("linspace-round", [0, 62, 124, 186, 247, 309, 371, 433], {}),
        ("arange", [0, 54, 108, 162, 217, 271, 325, 379], {}),
        ("interior", [48, 96, 144, 192, 241, 289, 337, 385], {}),
        ("segment-centre", [27, 81, 135, 189, 243, 298, 352, 406], {}),
        ("interval-middle", [26, 80, 134, 189, 243, 297, 351, 406], {}),
        ("qwen", [0, 62, 124, 186, 247, 309, 371, 433], {"frames": 8}),
        ("llava-stride", [0, 61, 123, 185, 247, 309, 371, 433], {"max_frames": 8}),
        ("internvl-fps", [30, 90, 150, 210, 270, 330, 390], {"fps": 0.05}),
        ("vlmevalkit-fps", [0, 60, 120, 180, 240, 300, 360], {"fps": 0.05}),
        ("smolvlm", [3, 64, 125, 186, 247, 308, 369, 431], {"max_frames": 8}),
        ("fps", [0, 60, 120, 180, 240, 300, 360, 420], {"fps": 0.05}),
    ],
)
def test_the_real_clip(real_data: Path, name: SamplingName, numbers: list[int], options: dict[str, float]) -> None:
    """434 frames at 3 a second; the expected numbers were computed by the formulas of the codes, with numpy."""
    pytest.importorskip("av")
    path = real_data / "qwen-vl-finetune-demo/videos/v_rBMQFpHspmo.mp4"
    clip = read_timeline(path.read_bytes(), "video/mp4")
    assert chosen(name, clip, **options) == numbers
    assert [clip.times[number] for number in numbers] == [number / 3 for number in numbers]


@pytest.mark.parametrize(
    ("frames", "rate", "numbers"),
    [(300, 30, [0, 16, 31, 47]), (10, 30, [0, 3, 6, 9]), (5, 30, [0, 1, 3, 4]), (3, 30, [0, 2])],
)
def test_qwen_takes_an_even_number_within_bounds(frames: int, rate: int, numbers: list[int]) -> None:
    found = chosen("qwen", even(frames, Fraction(rate)))
    assert found[: len(numbers)] == numbers
    assert (len(found), found[-1]) == ({300: 20}.get(frames, len(numbers)), frames - 1)


@given(frames=FRAMES, count=COUNTS)
def test_even_ways_are_numpys_to_the_last_frame(frames: int, count: int) -> None:
    clip, last = even(frames), frames - 1
    segment = last / count
    acc = min(frames, count)
    edges = np.linspace(0, frames, acc + 1).astype(int)
    middles = [(a + b - 1) // 2 for a, b in pairwise(edges)]
    expected: dict[SamplingName, list[int]] = {
        "linspace-trunc": np.linspace(0, last, count, dtype=int).tolist(),
        "linspace-round": np.linspace(0, last, count).round().astype(int).tolist(),
        "arange": (np.arange(count) * frames // count).tolist(),
        "interior": [int(i * (frames / (count + 1))) for i in range(1, count + 1)],
        "segment-centre": [int(segment / 2 + np.round(segment * i)) for i in range(count)],
        "interval-middle": middles + middles[-1:] * (count - acc),
    }
    for name, numbers in expected.items():
        assert chosen(name, clip, frames=count) == numbers, name


@given(frames=FRAMES, rate=RATES, fps=st.sampled_from([0.5, 1.0, 2.0, 7.0]), most=st.integers(4, 64))
def test_ways_by_rate_are_the_published_code(frames: int, rate: Fraction, fps: float, most: int) -> None:
    clip, r = even(frames, rate), float(rate)
    n = math.floor(min(max(frames / r * fps, 4), math.floor(min(most, frames) / 2) * 2, frames) / 2) * 2
    qwen = np.linspace(0, frames - 1, n).round().astype(int).tolist() if n >= 2 else []
    strides = list(range(0, frames, max(1, round(r / fps))))
    delta = 1 / fps
    around = np.around(np.arange(delta / 2, frames / r + delta / 2, delta) * r).astype(int)
    smol = max(1, min(round(fps * frames / r), most))
    start, end = (int(r), min(int(frames - r), frames - 1)) if frames / r - 2 > most * fps else (0, frames - 1)
    expected: dict[SamplingName, list[int]] = {
        "qwen": qwen,
        "llava-stride": strides if len(strides) <= most else np.linspace(0, frames - 1, most, dtype=int).tolist(),
        "internvl-fps": [int(e) for e in around if e < frames][:most],
        "vlmevalkit-fps": [int(i * (r / fps)) for i in range(int(frames / r * fps))],
        "smolvlm": np.unique(np.linspace(start, end, smol, dtype=int)).tolist(),
    }
    for name, numbers in expected.items():
        options = {"fps": fps} if name == "vlmevalkit-fps" else {"fps": fps, "max_frames": most}
        if numbers:
            assert chosen(name, clip, **options) == numbers, name
        else:
            with pytest.raises(BadRecord, match="too_few_frames"):
                chosen(name, clip, **options)


@given(gaps=st.lists(st.integers(1, 900), min_size=1, max_size=60), name=st.sampled_from(get_args(SamplingName)))
@settings(max_examples=300)
def test_every_way_chooses_frames_there_are_in_their_order(gaps: list[int], name: SamplingName) -> None:
    pts = tuple(np.cumsum([0, *gaps]).tolist())
    clip = Timeline(pts, Fraction(1, 1000))
    try:
        numbers = chosen(name, clip)
    except BadRecord:
        assert clip.duration < 4
        return
    assert numbers == sorted(numbers)
    assert 0 <= numbers[0] <= numbers[-1] < len(pts)
    assert len(numbers) <= SAMPLERS[name].defaults.get("max_frames", 8 if name != "vlmevalkit-fps" else 10_000)  # type: ignore[operator]


def test_even_times_take_what_stands_there() -> None:
    clip = Timeline((0, 100, 2500, 2600, 2700), Fraction(1, 1000), end=4000)
    assert chosen("fps", clip, fps=1) == [0, 1, 1, 4]
    assert chosen("fps", clip, fps=1, max_frames=2) == [0, 4]


def test_chance_takes_one_frame_of_each_interval() -> None:
    seen = [sampled("interval-random", even(320), random.Random(seed), {}) for seed in range(50)]
    assert {len(numbers) for numbers in seen} <= set(range(8, 33))
    assert len({len(numbers) for numbers in seen}) > 10
    same = [sampled("interval-random", even(320), random.Random(7), {"min_frames": 8, "max_frames": 8}) for _ in "ab"]
    assert same[0] == same[1]
    assert [number // 40 for number in same[0]] == list(range(8))


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("linspace-trunc", {"fps": 1.0}, "takes frames, not fps"),
        ("fps", {"frames": 8}, "takes fps, max_frames, not frames"),
        ("qwen", {"frames": 8, "fps": 1.0}, "not both"),
        ("qwen", {"min_frames": 9, "max_frames": 8}, "min_frames 9 is above max_frames 8"),
        ("interval-random", {"min_frames": 64}, "min_frames 64 is above max_frames 32"),
    ],
)
def test_what_does_not_go_together_is_refused(name: SamplingName, options: dict[str, float], words: str) -> None:
    assert words in (complaint(name, options) or "")  # type: ignore[arg-type]
