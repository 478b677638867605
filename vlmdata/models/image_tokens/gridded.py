"""Models that write where each view of a picture stands, or where its rows end."""

from __future__ import annotations

from vlmdata.models.image_tokens.rule import ImageTokens, Shown

_HF = "huggingface/transformers src/transformers/models/"
_FAKE = "<fake_token_around_image>"
_IMAGE = "<image>"


def _idefics2(shown: Shown) -> str:
    """64 for each view, a fake token before each and behind the last."""
    share = (shown.tokens - 1) // shown.views - 1
    return _FAKE + (_IMAGE * share + _FAKE) * shown.views


IDEFICS2 = ImageTokens(
    write=_idefics2,
    marks=(_IMAGE,),
    beside=(_FAKE,),
    layouts=("idefics2",),
    once=_FAKE,
    source=_HF + "idefics2/processing_idefics2.py::Idefics2Processor.__call__",
)
"""The space that transformers 5 writes behind the last mark is what a tokenizer that prepends one does by itself."""


def _idefics3(shown: Shown) -> str:
    """Tiles row by row, a newline behind each row, another one before the whole."""
    columns, rows = shown.grid
    if shown.views == 1:
        return f"{_FAKE}<global-img>{_IMAGE * (shown.tokens - 3)}{_FAKE}"
    marks = 3 + rows * (2 * columns + 1)
    view = _IMAGE * ((shown.tokens - marks) // shown.views)
    tiles = "".join(
        "".join(f"{_FAKE}<row_{row}_col_{column}>{view}" for column in range(1, columns + 1)) + "\n"
        for row in range(1, rows + 1)
    )
    return f"{tiles}\n{_FAKE}<global-img>{view}{_FAKE}"


IDEFICS3 = ImageTokens(
    write=_idefics3,
    marks=(_IMAGE,),
    beside=(_FAKE, "<global-img>", "<row_1_col_1>"),
    layouts=("idefics3", "smolvlm", "smolvlm2"),
    source=_HF
    + "idefics3/processing_idefics3.py::Idefics3Processor.replace_image_token; smolvlm/processing_smolvlm.py",
)


def _nanovlm(shown: Shown) -> str:
    """The whole, then tiles row by row. The numbers of several pictures are words of the chat format."""
    columns, rows = shown.grid
    view = "<|image|>" * (shown.tokens // shown.views - 1)
    places = [] if shown.views == 1 else [f"<row_{row}_col_{column}>" for row, column in _cells(columns, rows)]
    return "".join(place + view for place in ("<|global_image|>", *places))


NANOVLM = ImageTokens(
    write=_nanovlm,
    marks=("<|image|>",),
    beside=("<|global_image|>", "<row_1_col_1>"),
    layouts=("nanovlm",),
    source="huggingface/nanoVLM data/processors.py::get_image_string",
)


def _minicpm_v(shown: Shown) -> str:
    """The whole, then slices, a newline between their rows."""
    columns, rows = shown.grid
    view = f"<image>{'<unk>' * (shown.tokens // shown.views)}</image>"
    if shown.views == 1:
        return view
    slices = "\n".join([view * columns] * rows)
    return f"{view}<slice>{slices}</slice>"


MINICPM_V = ImageTokens(
    write=_minicpm_v,
    marks=("<unk>",),
    beside=("<image>", "</image>", "<slice>", "</slice>"),
    layouts=("minicpm-v",),
    source="OpenBMB/MiniCPM-V finetune/dataset.py::preprocess, get_grid_placeholder",
)


def _gemma3(shown: Shown) -> str:
    """Blank lines around each view; where there are crops, the words that the processor puts between them."""
    marks = "<image_soft_token>" * (shown.tokens // shown.views)
    view = f"\n\n<start_of_image>{marks}<end_of_image>\n\n"
    if shown.views == 1:
        return view
    crops = " ".join([view] * (shown.views - 1))
    return f"Here is the original image {view} and here are some crops to help you see better {crops}"


GEMMA_3 = ImageTokens(
    write=_gemma3,
    marks=("<image_soft_token>",),
    beside=("<start_of_image>", "<end_of_image>"),
    layouts=("gemma-3",),
    source=_HF + "gemma3/processing_gemma3.py::Gemma3Processor.replace_image_token",
)

_MOLMO_SMALL, _MOLMO_STEP, _MOLMO_MARGINS = 12, 8, 4


def _molmo(shown: Shown) -> str:
    """The small whole, then the canvas of tiles that share 4 tokens with their neighbours; each row has its end."""
    columns, rows = (count * _MOLMO_STEP + _MOLMO_MARGINS for count in shown.grid)
    return _molmo_rows(_MOLMO_SMALL, _MOLMO_SMALL) + _molmo_rows(columns, rows)


def _molmo_rows(columns: int, rows: int) -> str:
    return f"<im_start>{('<im_patch>' * columns + '<im_col>') * rows}<im_end>"


MOLMO = ImageTokens(
    write=_molmo,
    marks=("<im_patch>",),
    beside=("<im_start>", "<im_col>", "<im_end>"),
    layouts=("molmo",),
    source="allenai/Molmo-7B-D-0924 image_preprocessing_molmo.py::image_to_patches_and_tokens",
)

_PIXTRAL_PATCH = 16


def _pixtral(shown: Shown) -> str:
    """Patches row by row, a break behind each row, the end behind the last."""
    columns, rows = shown.size.width // _PIXTRAL_PATCH, shown.size.height // _PIXTRAL_PATCH
    return "[IMG_BREAK]".join(["[IMG]" * columns] * rows) + "[IMG_END]"


PIXTRAL = ImageTokens(
    write=_pixtral,
    marks=("[IMG]",),
    beside=("[IMG_BREAK]", "[IMG_END]"),
    layouts=("pixtral",),
    source=_HF + "pixtral/processing_pixtral.py::PixtralProcessor.replace_image_token",
)


def _cells(columns: int, rows: int) -> list[tuple[int, int]]:
    """Row and column of each tile, from 1, row by row."""
    return [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
