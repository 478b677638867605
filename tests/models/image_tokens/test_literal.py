"""What each processor writes for a picture, spelled out; sources are those that ``IMAGE_TOKENS`` names."""

from __future__ import annotations

import pytest

from vlmdata.models.image_tokens import IMAGE_TOKENS, OF_POLICY, Frame, Shown
from vlmdata.models.presets import MODELS
from vlmdata.models.tiling import tiled
from vlmdata.types import Size

FAKE = "<fake_token_around_image>"
G = FAKE + "<global-img>"
IMG169 = "<image>" * 169
IMG81 = "<image>" * 81


def cell(row: int, column: int, view: str) -> str:
    return f"{FAKE}<row_{row}_col_{column}>{view}"


def run(name: str, policy: str, size: tuple[int, int], number: int = 0, frame: Frame | None = None) -> object:
    cut = tiled(policy, Size(*size))
    first = cut.views[0].size(Size(*size))
    shown = Shown(grid=cut.grid, views=len(cut.views), size=first, tokens=cut.tokens, number=number, frame=frame)
    return IMAGE_TOKENS[name].write(shown)


@pytest.mark.parametrize(
    ("name", "policy", "size", "expected"),
    [
        ("llava", "llava-1.5", (640, 480), (-200,)),
        ("llava-hf", "llava-1.5", (640, 480), "<image>" * 576),
        ("llava-hf", "llava-next-hf", (640, 480), "<image>" * 2340),
        ("llava-hf", "llava-onevision-hf", (640, 480), "<image>" * 2929),
        ("qwen", "qwen2-vl", (640, 480), "<|vision_start|>" + "<|image_pad|>" * 391 + "<|vision_end|>"),
        ("qwen", "qwen3-vl", (640, 480), "<|vision_start|>" + "<|image_pad|>" * 300 + "<|vision_end|>"),
        ("internvl", "internvl", (640, 480), "<img>" + "<IMG_CONTEXT>" * (256 * 13) + "</img>"),
        ("idefics2", "idefics2", (640, 480), FAKE + ("<image>" * 64 + FAKE) * 5),
        ("idefics3", "idefics3", (364, 364), (cell(1, 1, IMG169) + cell(1, 2, IMG169) + cell(1, 3, IMG169) +
         cell(1, 4, IMG169) + "\n" + cell(2, 1, IMG169) + cell(2, 2, IMG169) + cell(2, 3, IMG169) + cell(2, 4, IMG169)
         + "\n" + cell(3, 1, IMG169) + cell(3, 2, IMG169) + cell(3, 3, IMG169) + cell(3, 4, IMG169) + "\n"
         + cell(4, 1, IMG169) + cell(4, 2, IMG169) + cell(4, 3, IMG169) + cell(4, 4, IMG169) + "\n"
         + "\n" + G + IMG169 + FAKE)),
        ("idefics3", "smolvlm", (1200, 300), cell(1, 1, IMG81) + cell(1, 2, IMG81) + cell(1, 3, IMG81) +
         cell(1, 4, IMG81) + "\n\n" + G + IMG81 + FAKE),
        ("nanovlm", "nanovlm", (512, 512), "<|global_image|>" + "<|image|>" * 64),
        ("nanovlm", "nanovlm", (512, 1024), "<|global_image|>" + "<|image|>" * 64 + "<row_1_col_1>" + "<|image|>" * 64
         + "<row_2_col_1>" + "<|image|>" * 64),
        ("paligemma", "paligemma-2", (640, 480), "<image>" * 256),
        ("phi-4-mm", "phi-4-mm", (640, 480), "<|endoftext10|>" * 1065),
        ("minicpm-v", "minicpm-v", (300, 300), "<image>" + "<unk>" * 64 + "</image>"),
        ("minicpm-v", "minicpm-v", (1000, 1000), ("<image>" + "<unk>" * 64 + "</image>") + "<slice>"
         + ("<image>" + "<unk>" * 64 + "</image>") * 2 + "\n" + ("<image>" + "<unk>" * 64 + "</image>") * 2
         + "</slice>"),
        ("gemma-3", "gemma-3", (640, 480), "\n\n<start_of_image>" + "<image_soft_token>" * 256
         + "<end_of_image>\n\n"),
        ("llama-3.2-vision", "llama-3.2-vision", (640, 480), "<|image|>"),
        ("molmo", "molmo", (336, 336), "<im_start>" + ("<im_patch>" * 12 + "<im_col>") * 12 + "<im_end><im_start>"
         + ("<im_patch>" * 12 + "<im_col>") * 12 + "<im_end>"),
        ("deepseek-vl2", "deepseek-vl2", (640, 480), "<image>" * 1023),
        ("pixtral", "pixtral", (48, 32), "[IMG][IMG][IMG][IMG_BREAK][IMG][IMG][IMG][IMG_END]"),
    ],
)  # fmt: skip
def test_a_picture_is_written_as_its_processor_writes_it(
    name: str, policy: str, size: tuple[int, int], expected: object
) -> None:
    assert run(name, policy, size) == expected


def test_phi_numbers_its_pictures_below_zero() -> None:
    assert run("phi-3.5", "phi-3.5", (640, 480)) == (-1,) * 1921
    assert run("phi-3.5", "phi-3.5", (640, 480), number=2) == (-3,) * 1921


def test_gemma_names_its_crops() -> None:
    view = "\n\n<start_of_image>" + "<image_soft_token>" * 256 + "<end_of_image>\n\n"
    shown = Shown(grid=(2, 1), views=3, size=Size(896, 896), tokens=3 * 256)
    expected = f"Here is the original image {view} and here are some crops to help you see better {view} {view}"
    assert IMAGE_TOKENS["gemma-3"].write(shown) == expected


def test_frames_of_a_clip_are_one_video_to_qwen2() -> None:
    times = (0.0, 0.5, 1.0)
    runs = [run("qwen-video", "qwen2-vl", (56, 28), frame=Frame(number, times)) for number in range(3)]
    # Three frames are two pairs; the least number of pixels makes a frame 84 x 56, which is 3 x 2 tokens.
    assert runs == ["<|vision_start|>" + "<|video_pad|>" * (2 * 6) + "<|vision_end|>", "", ""]


def test_pairs_of_frames_have_their_time_to_qwen3() -> None:
    times = (0.0, 0.5, 1.0)
    runs = [run("qwen3-video", "qwen3-vl", (256, 256), frame=Frame(number, times)) for number in range(3)]
    video = "<|vision_start|>" + "<|video_pad|>" * 64 + "<|vision_end|>"
    # Python writes halves of a tenth to even: 0.25 is 0.2.
    assert runs == [f"<0.2 seconds>{video}", "", f"<1.0 seconds>{video}"]


@pytest.mark.parametrize("name", ["qwen-video", "qwen3-video"])
def test_a_picture_that_is_no_frame_is_a_picture(name: str) -> None:
    assert run(name, "qwen2-vl", (640, 480)) == run("qwen", "qwen2-vl", (640, 480))


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_a_way_whose_tokens_are_those_of_its_row(model: str) -> None:
    way = IMAGE_TOKENS[OF_POLICY[MODELS[model].tiling]]
    assert way.source
    expected = "<|endoftext10|>" if model == "phi-4-mm" else MODELS[model].placeholder.mark
    assert not way.marks or expected in way.marks
