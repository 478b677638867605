"""Timelines and frames of real clips, of every container that is read."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from tests.made_clips import MILLISECOND, colour, number_of, sideways
from vlmdata.errors import BadRecord
from vlmdata.pixels.clip import Timeline, decoded, read_timeline, still
from vlmdata.pixels.header import read_header
from vlmdata.types import Size

Clip = Callable[..., bytes]
UNEVEN = (0, 40, 50, 300, 310, 333, 900, 1000, 1700, 1701)
FORMS = pytest.mark.parametrize(
    ("form", "codec"),
    [("mp4", "libx264"), ("mov", "mpeg4"), ("webm", "libvpx-vp9"), ("webm", "libvpx"), ("matroska", "libx264")],
)


def timeline_of(data: bytes) -> Timeline:
    return read_timeline(data, read_header(data).media_type)


def numbers(data: bytes, timeline: Timeline, wanted: list[int]) -> list[int]:
    return [number_of(pixels) for pixels in decoded(data, timeline, [timeline.pts[number] for number in wanted])]


@FORMS
def test_an_uneven_clip_has_the_times_it_was_made_with(clip: Clip, form: str, codec: str) -> None:
    data = clip(form, codec, times=UNEVEN)
    timeline = timeline_of(data)
    assert timeline.times == pytest.approx([time / 1000 for time in UNEVEN])
    assert timeline.rate == pytest.approx(10 / timeline.duration)
    assert 1.701 < timeline.duration < 2


@FORMS
def test_a_frame_is_the_one_that_was_asked_for(clip: Clip, form: str, codec: str) -> None:
    data = clip(form, codec, options={"g": "5"})
    timeline = timeline_of(data)
    assert len(timeline.keys) >= 5
    assert numbers(data, timeline, list(range(25))) == list(range(25))
    for wanted in ([3], [24], [0, 24], [4, 5, 6, 20], [1, 2, 23]):
        assert numbers(data, timeline, wanted) == wanted


def test_reordered_frames_come_in_the_order_they_are_shown(clip: Clip) -> None:
    data = clip(options={"bf": "3", "g": "12", "x264-params": "open-gop=1:b-adapt=0"})
    timeline = timeline_of(data)
    assert list(timeline.pts) == sorted(timeline.pts)
    assert numbers(data, timeline, [0, 2, 11, 12, 13, 22]) == [0, 2, 11, 12, 13, 22]


def test_a_wrong_index_of_key_frames_costs_time_and_no_frame(clip: Clip) -> None:
    data = clip()
    timeline = timeline_of(data)
    lying = replace(timeline, keys=timeline.pts)
    assert numbers(data, lying, [2, 9, 24]) == [2, 9, 24]


@pytest.mark.parametrize(("fps", "count"), [(30, 300), (25, 50), (24, 10)])
def test_the_declared_rate_is_taken_where_milliseconds_blur_it(fps: int, count: int) -> None:
    pts = tuple(round(1000 * number / fps) for number in range(count))
    assert Timeline(pts, MILLISECOND, declared=Fraction(fps)).rate == fps


def test_a_declared_rate_that_timestamps_belie_is_not_taken() -> None:
    assert Timeline((0, 100, 200), MILLISECOND, declared=Fraction(30)).rate == 10
    assert Timeline((0,), MILLISECOND).rate == 1


def test_times_count_from_the_first_frame() -> None:
    late = Timeline((1400, 1440, 1480), MILLISECOND)
    assert late.times == (0, 0.04, 0.08)
    assert late.between(0.04, 0.08) == range(1, 3)
    assert late.part(range(1, 3)).times == (0, 0.04)
    assert [late.shown_at(second) for second in (0, 0.039, 0.04, 7)] == [0, 0, 1, 2]


def test_a_gif_is_shown_as_its_delays_say() -> None:
    timeline = read_timeline(gif([70, 200, 10, 500]), "image/gif")
    assert timeline.times == (0, 0.07, 0.27, 0.37), "10 ms are too short: browsers and FFmpeg take 100"
    assert timeline.duration == pytest.approx(0.87)
    assert timeline.rate == pytest.approx(4 / 0.87)


def gif(delays: list[int]) -> bytes:
    first, *rest = (Pillow.new("RGB", (8, 8), colour(number)) for number in range(len(delays)))
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=rest, duration=delays)
    return buffer.getvalue()


def test_pixels_are_upright(clip: Clip) -> None:
    data = sideways(clip(size=(64, 32)))
    assert read_header(data).size == Size(32, 64)
    (pixels,) = decoded(data, timeline_of(data), [0])
    assert pixels.shape == (64, 32, 3)


@pytest.mark.parametrize("matrix", [1, 5], ids=["bt709", "bt601"])
def test_colours_go_by_the_matrix_that_the_clip_declares(clip: Clip, matrix: int) -> None:
    data = clip(shade=(200, 60, 30), colorspace=matrix, times=[0, 40])
    (pixels,) = decoded(data, timeline_of(data), [0])
    assert np.abs(pixels.reshape(-1, 3).astype(int) - (200, 60, 30)).max() <= 2


def test_damage_is_found_where_it_is_looked_at_and_leapt_over_elsewhere(clip: Clip) -> None:
    data = bytearray(clip("mov", "mpeg4", size=(160, 120), options={"g": "5"}))
    timeline = timeline_of(bytes(data))
    start, stop = data.index(b"mdat"), len(data) * 3 // 4
    middle = (start + stop) // 2
    data[middle - 600 : middle + 600] = bytes(1200)
    broken = bytes(data)
    assert numbers(broken, timeline, [0, 24]) == [0, 24]
    with pytest.raises(BadRecord, match="corrupt"):
        numbers(broken, timeline, list(range(25)))


@FORMS
def test_a_cut_clip_is_told_by_its_header(clip: Clip, form: str, codec: str) -> None:
    data = clip(form, codec)
    for length in (len(data) - 1, len(data) // 2, 12):
        with pytest.raises(BadRecord, match="truncated"):
            read_header(data[:length])


@pytest.mark.parametrize("data", [b"", b"nothing like a clip", b"\0\0\0\x18ftypmp42" + bytes(300)])
def test_what_is_no_clip_is_corrupt(clip: Clip, data: bytes) -> None:
    with pytest.raises(BadRecord, match="corrupt"):
        read_timeline(data, "video/mp4")


def test_tags_in_old_encodings_do_no_harm(clip: Clip) -> None:
    data = clip("matroska").replace(b"VideoHandler", "映像映像映像".encode("shift_jis"))
    data = data.replace(b"Lavf", b"\x89f\x91\x9c")
    with pytest.raises(UnicodeDecodeError):
        data.decode()
    assert len(timeline_of(data).pts) == 25


def test_sound_alone_is_no_clip(clip: Clip) -> None:
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
    for read in (read_header, lambda data: read_timeline(data, "video/x-matroska")):
        with pytest.raises(BadRecord, match="without a video track"):
            read(buffer.getvalue())


def test_a_still_is_the_frame_to_the_last_bit() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    with Pillow.open(io.BytesIO(still(pixels, Size(7, 9)))) as im:
        assert np.array_equal(np.asarray(im), pixels)
    with Pillow.open(io.BytesIO(still(pixels, Size(14, 18)))) as im:
        assert np.array_equal(np.asarray(im), Pillow.fromarray(pixels).resize((14, 18), Pillow.Resampling.BICUBIC))


def test_the_real_clip_is_even(real_data: Path, clip: Clip) -> None:
    timeline = timeline_of((real_data / "qwen-vl-finetune-demo/videos/v_rBMQFpHspmo.mp4").read_bytes())
    assert (len(timeline.pts), timeline.rate) == (434, 3)
    assert timeline.times == tuple(number / 3 for number in range(434))
