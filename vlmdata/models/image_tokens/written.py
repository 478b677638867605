"""The pictures of a sample, each written out as its model has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from vlmdata.errors import BadRecord
from vlmdata.models.image_tokens import IMAGE_TOKENS, OF_POLICY, ImageTokensName
from vlmdata.models.image_tokens.rule import Frame, Run, Shown
from vlmdata.models.tiling import TilingPolicy, layout_of
from vlmdata.types import Image, ImagePart, Sample


def written(
    sample: Sample, name: ImageTokensName | None, policy: TilingPolicy | None
) -> tuple[ImageTokensName, list[Run]] | None:
    """How the pictures of ``sample`` are written, and each of them, in the order of the messages; None without any.

    A picture without a layout is counted as ``policy`` would cut it, with its published options. Without a ``name``
    the way is that of the layouts. Raises ``BadRecord``: ``clip``, ``no_layout``, ``other_layout`` (the way cannot
    write it, or there are several), and what ``tiled`` raises.
    """
    pictures = [sample.images[number] for number in shown(sample)]
    if not pictures:
        return None
    count = sum(not image.is_clip for image in sample.images)
    pictures = [_laid_out(image, policy, count) for image in pictures]
    name = _way([image.layout.policy for image in pictures], name)
    return name, [IMAGE_TOKENS[name].write(one) for one in _as_shown(pictures)]


def shown(sample: Sample) -> list[int]:
    """Numbers of the pictures that the messages show, in order."""
    return [part.image for message in sample.messages for part in message.content if isinstance(part, ImagePart)]


def _laid_out(image: Image, policy: TilingPolicy | None, count: int) -> Image:
    if image.is_clip:
        raise BadRecord("clip", image.media_type or "")
    if not image.is_laid_out and policy:
        image = image.laid_out(layout_of(policy, image.size, images=count))
    if image.layout.tokens is None:
        raise BadRecord("no_layout", image.layout.policy)
    return image


def _way(policies: Sequence[str], name: ImageTokensName | None) -> ImageTokensName:
    names = {name or OF_POLICY.get(policy) for policy in policies}
    found = names.pop()
    if found is None or names:
        raise BadRecord("other_layout", ", ".join(dict.fromkeys(policies)))
    layouts = IMAGE_TOKENS[found].layouts
    if foreign := [policy for policy in policies if layouts is not None and policy not in layouts]:
        raise BadRecord("other_layout", foreign[0])
    return found


def _as_shown(pictures: Sequence[Image]) -> Iterator[Shown]:
    """Each with its place among all; those that follow each other out of one clip are its frames."""
    number = 0
    for clip, group in groupby(pictures, key=lambda image: image.clip):
        frames = list(group)
        times = tuple(image.timestamp_s for image in frames)
        for index, image in enumerate(frames):
            layout = image.layout
            yield Shown(
                grid=layout.grid,
                views=len(layout.views),
                size=layout.views[0].size(image.size),
                tokens=layout.tokens or 0,
                number=number,
                frame=Frame(index, times) if clip else None,
            )
            number += 1
