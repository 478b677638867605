"""Places of pictures in a conversation: marks left in the words, pictures that no message shows."""

from __future__ import annotations

import re

from vlmdata.types import ImagePart, Sample, TextPart

_MARK = re.compile(
    r"<\|?/?(?:image|img|video|im_patch|image_placeholder|image_soft_token|img_context|image_?pad|video_?pad|"
    r"vision_(?:start|end|pad)|image_token|start_of_image|end_of_image|fake_token_around_image)(?:[_ -]?\d{1,3})?\|?>"
    r"|<ImageHere>|\[(?:IMG|IMG_BREAK|IMG_END)\]",
    re.IGNORECASE,
)


def left_mark(text: str) -> str | None:
    """The first mark for a picture that stands in the words as text, such as ``<image>`` or ``<|image_1|>``."""
    if "<" not in text and "[" not in text:
        return None
    match = _MARK.search(text)
    return match[0] if match else None


def first_mark(sample: Sample) -> str | None:
    """The first one in any message of a sample."""
    texts = (part.text for message in sample.messages for part in message.content if isinstance(part, TextPart))
    return next(filter(None, map(left_mark, texts)), None)


def shown(sample: Sample) -> int:
    """How many of its pictures messages show, each counted once."""
    return len({part.image for message in sample.messages for part in message.content if isinstance(part, ImagePart)})
