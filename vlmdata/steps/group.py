"""Several samples into one: all that is said about the same picture."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from vlmdata.steps.base import Context, StreamStep
from vlmdata.types import Alternative, Annotation, Dropped, ImagePart, Message, RegionPart, Sample, TextPart


class Group(StreamStep):
    """Merge samples about the same pictures into one with several turns.

    ## Why
    Question-answering sets repeat a picture for every question. As turns of one sample it is stored, decoded and
    encoded once. Pictures are the same when their published ids are (else the SHA-256 of their bytes), in the
    same order and with the same pending edits and layout. Samples of different data sets, configs, splits,
    roles, licences or system messages are never merged, nor are those without pictures and those that show
    pictures in the midst of words or in a later message.

    A group is given out when ``window`` samples have come in since its first one, in the order of the first
    ones; so at most ``window`` samples are held, each picture once. Put samples of one picture near each other, or
    widen the window. Groups do not reach over the end of a task.

    Turns stand in order of arrival after one showing of the pictures. A caption, one text that answers no
    question, comes before them; further captions become its alternatives. Annotations whose id is taken get a
    new one. Tags are united in order. ``meta`` keeps what all members agree on; its ``members`` holds the key of
    each and the rest of its ``meta``.

    ## Drops
    none: samples that join another count as merged

    ## Example
        - group: {window: 2000}
    """

    name = "group"
    fills = frozenset({"alternatives"})

    window: Annotated[int, Field(gt=0, description="samples from the first to the last of a group")] = 1000

    def run(self, samples: Iterator[Sample], ctx: Context) -> Iterator[Sample | Dropped]:
        held: dict[Hashable, tuple[int, list[Sample]]] = {}
        for number, sample in enumerate(samples):
            while held and number - next(iter(held.values()))[0] >= self.window:
                yield _merged(held.pop(next(iter(held)))[1])
            identity = _identity(sample)
            if identity is None:
                held[sample.key] = (number, [sample])
            elif identity in held:
                held[identity][1].append(replace(sample, images=()))
            else:
                held[identity] = (number, [sample])
        for _, members in held.values():
            yield _merged(members)


def _identity(sample: Sample) -> Hashable:
    """What members of a group have in common; None for a sample that is never merged."""
    pictures = tuple((image.id or image.sha256, image.edits, image.layout) for image in sample.images)
    if not pictures or any(name is None for name, *_ in pictures) or not _pictures_stand_apart(sample):
        return None
    system = tuple(message for message in sample.messages if message.role == "system")
    origin = sample.origin
    return (pictures, origin.dataset, origin.config, origin.split, sample.role, sample.license, system)


def _talk(sample: Sample) -> list[Message]:
    return [message for message in sample.messages if message.role != "system"]


def _pictures_stand_apart(sample: Sample) -> bool:
    """Whether pictures are shown only before or after the first message's words, so that these read on without."""
    talk = _talk(sample)
    shown = [[isinstance(part, ImagePart) for part in message.content] for message in talk]
    inside = "".join("i" if is_picture else "t" for is_picture in shown[0]).strip("i") if shown else ""
    return "i" not in inside and not any(map(any, shown[1:]))


def _is_caption(sample: Sample) -> bool:
    """Whether it is one text about pictures nobody asked for."""
    talk = _talk(sample)
    return (
        [message.role for message in talk] == ["user", "assistant"]
        and all(isinstance(part, ImagePart) for part in talk[0].content)
        and all(isinstance(part, TextPart) for part in talk[1].content)
    )


def _merged(members: list[Sample]) -> Sample:
    if len(members) == 1:
        return members[0]
    first, *rest = sorted(members, key=_is_caption, reverse=True)
    whole = replace(first, key=members[0].key, origin=members[0].origin, images=members[0].images)
    for member in rest:
        whole = _with_caption(whole, member) if _is_caption(member) else _with_turns(whole, member)
    languages = {member.language for member in members}
    return replace(
        whole,
        tags=tuple(dict.fromkeys(tag for member in members for tag in member.tags)),
        language=languages.pop() if len(languages) == 1 else None,
        meta=_common_meta(members),
    )


def _with_caption(whole: Sample, member: Sample) -> Sample:
    """The member's text as an alternative of the whole's own, which is a caption too."""
    said = next(number for number, message in enumerate(whole.messages) if message.role == "assistant")
    texts = (Alternative(said, message.text) for message in member.messages if message.role == "assistant")
    further = (replace(alternative, message=said) for alternative in member.alternatives)
    return replace(_with_marks(whole, member)[0], alternatives=(*whole.alternatives, *texts, *further))


def _with_turns(whole: Sample, member: Sample) -> Sample:
    """The member's turns after those of the whole, without its system messages and pictures."""
    whole, renamed = _with_marks(whole, member)
    numbers: dict[int, int] = {}
    messages = list(whole.messages)
    for number, message in enumerate(member.messages):
        if message.role != "system":
            numbers[number] = len(messages)
            messages.append(_without_pictures(message, renamed))
    return replace(
        whole,
        messages=tuple(messages),
        alternatives=(
            *whole.alternatives,
            *(replace(one, message=numbers[one.message]) for one in member.alternatives if one.message in numbers),
        ),
        choices=(
            *whole.choices,
            *(replace(one, message=numbers[one.message]) for one in member.choices if one.message in numbers),
        ),
    )


def _without_pictures(message: Message, renamed: Mapping[str, str]) -> Message:
    content = tuple(
        RegionPart(tuple(renamed.get(name, name) for name in part.annotations))
        if isinstance(part, RegionPart)
        else part
        for part in message.content
        if not isinstance(part, ImagePart)
    )
    return replace(message, content=content)


def _with_marks(whole: Sample, member: Sample) -> tuple[Sample, dict[str, str]]:
    """The whole with the member's annotations, each taken once, and the new names of those that needed one."""
    marks: dict[str, Annotation] = {mark.id: mark for mark in whole.annotations}
    renamed: dict[str, str] = {}
    for mark in member.annotations:
        name, number = mark.id, 2
        while name in marks and replace(marks[name], id=mark.id) != mark:
            name, number = f"{mark.id}-{number}", number + 1
        if name != mark.id:
            renamed[mark.id] = name
        marks.setdefault(name, replace(mark, id=name))
    return replace(whole, annotations=tuple(marks.values())), renamed


def _common_meta(members: list[Sample]) -> dict[str, object]:
    first = members[0].meta
    shared = {
        name: value
        for name, value in first.items()
        if all(name in member.meta and member.meta[name] == value for member in members)
    }
    return {
        **shared,
        "members": [
            {"key": member.key, "meta": {name: value for name, value in member.meta.items() if name not in shared}}
            for member in members
        ],
    }
