"""Several samples as one: a sequence of tokens with the pictures of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import TypeVar

from vlmdata.io.digest import combined
from vlmdata.steps.packing.sequence import joined
from vlmdata.types import Commercial, Image, License, Origin, Rendered, Sample, Tokens

T = TypeVar("T")

_STRICTEST_FIRST: tuple[Commercial, ...] = ("no", "unclear", "yes")
_KEY_DIGITS = 24


def merged(members: Sequence[Sample], tokens: Sequence[Tokens]) -> Sample:
    """A pack of ``members``, whose ``tokens`` these are. They are of one role and one split."""
    first = members[0]
    config = _common(member.origin.config for member in members)
    return Sample(
        key=f"pack-{combined(member.key for member in members)[:_KEY_DIGITS]}",
        origin=Origin(
            dataset=_common(member.origin.dataset for member in members) or "pack",
            source=first.origin.source + (f" and {len(members) - 1} more" if members[1:] else ""),
            config=config,
            split=first.origin.split,
        ),
        images=tuple(image for member in members for image in _images(member)),
        tags=tuple(dict.fromkeys(tag for member in members for tag in member.tags)),
        language=_common(member.language for member in members),
        license=_license([member.license for member in members]),
        role=first.role,
        meta={"members": [_described(member, part) for member, part in zip(members, tokens, strict=True)]},
        rendered=_rendered([member.rendered for member in members]),
        tokens=joined(tokens),
    )


def _images(member: Sample) -> Iterable[Image]:
    """Each with its own licence, for that of the pack is of all."""
    return (replace(image, license=image.license or member.license.images) for image in member.images)


def _common(values: Iterable[T | None]) -> T | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None


def _license(licenses: Sequence[License]) -> License:
    """All of them at once, as SPDX writes it (``CC0 AND MIT``); where one may not be sold, none of it may."""
    return License(
        annotations=_all_of(one.annotations for one in licenses),
        images=_all_of(one.images for one in licenses),
        commercial=min((one.commercial for one in licenses), key=_STRICTEST_FIRST.index),
        generator=_all_of(one.generator for one in licenses),
    )


def _all_of(names: Iterable[str | None]) -> str | None:
    return " AND ".join(sorted({name for name in names if name})) or None


def _described(member: Sample, tokens: Tokens) -> dict[str, object]:
    return {
        "key": member.key,
        "dataset": member.origin.dataset,
        "source": member.origin.source,
        "license": asdict(member.license),
        "tokens": len(tokens.input_ids),
        "images": len(member.images),
        "meta": dict(member.meta),
    }


def _rendered(texts: Sequence[Rendered | None]) -> Rendered | None:
    """The texts end to end; none where one is missing."""
    known = [one for one in texts if one is not None]
    if len(known) < len(texts):
        return None
    starts = [0]
    for one in known:
        starts.append(starts[-1] + len(one.text))
    spans = (
        replace(span, start=start + span.start, end=start + span.end)
        for start, one in zip(starts, known, strict=False)
        for span in one.spans
    )
    return Rendered("".join(one.text for one in known), tuple(spans))
