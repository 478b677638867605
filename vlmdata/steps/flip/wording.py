"""Every text of a sample read for words of direction, and put right all together or not at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vlmdata.steps.flip.findings import REGION, Finding, Reader, Scene, lowered, read, swapped
from vlmdata.steps.flip.gates import AERIAL, text_obstacle
from vlmdata.types import Message, Part, RegionPart, Sample, TextPart


@dataclass(frozen=True, slots=True)
class Wording:
    """What was found in the texts of a sample: an obstacle, or by text and the question it answers the words in it."""

    obstacle: str | None = None
    found: Mapping[tuple[str, str], tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def findings(self) -> Iterator[Finding]:
        """All of them; a text that occurs twice counts once."""
        return (one for findings in self.found.values() for one in findings)


def wording(sample: Sample, readers: Sequence[Reader]) -> Wording:
    """All texts read. One word that nobody can place is an obstacle to all of them."""
    scene = _scene(sample)
    known = _is_japanese(sample)
    found: dict[tuple[str, str], tuple[Finding, ...]] = {}
    for text, question in _texts(sample):
        if (text, question) in found:
            continue
        asked = replace(scene, question=question)
        findings = tuple(read(text, asked, readers))
        obstacle = _obstacle(text, findings, asked, readers)
        if obstacle is None and not known and any(_HAN.match(text, one.start) for one in findings):
            obstacle = "language"
        if obstacle:
            return Wording(obstacle)
        found[text, question] = findings
    torn = any(_is_torn(message, found[_joined(message), question]) for message, question in _asked_and_said(sample))
    return Wording("spelling") if torn else Wording(None, found)


def reworded(sample: Sample, words: Wording) -> Sample:
    """With every word of direction turned into its twin: in messages, alternatives, options and labels."""

    def twin(text: str, question: str = "") -> str:
        return swapped(text, words.found[text, question])

    asked = [question for _, question in _asked_and_said(sample)]
    said = [_joined(message) for message in sample.messages]
    return replace(
        sample,
        messages=tuple(
            _reworded(message, words.found[_joined(message), question]) for message, question in _asked_and_said(sample)
        ),
        alternatives=tuple(replace(one, text=twin(one.text, _at(asked, one.message))) for one in sample.alternatives),
        choices=tuple(
            replace(one, options=tuple(twin(option, _at(said, one.message)) for option in one.options))
            for one in sample.choices
        ),
        annotations=tuple(replace(mark, label=twin(mark.label)) if mark.label else mark for mark in sample.annotations),
    )


def _texts(sample: Sample) -> Iterator[tuple[str, str]]:
    """Every text, and the question it answers or is an option of, empty where there is none."""
    asked, said = [], []
    for message, question in _asked_and_said(sample):
        asked.append(question)
        said.append(_joined(message))
        yield said[-1], question
    yield from ((other.text, _at(asked, other.message)) for other in sample.alternatives)
    for choices in sample.choices:
        yield from ((option, _at(said, choices.message)) for option in choices.options)
    yield from ((mark.label, "") for mark in sample.annotations if mark.label)


def _at(texts: Sequence[str], number: int) -> str:
    """Number ``number`` of them; empty for one that leads nowhere, which is found out when the sample is stored."""
    return texts[number] if 0 <= number < len(texts) else ""


def _asked_and_said(sample: Sample) -> Iterator[tuple[Message, str]]:
    """Every message with the user's message before it, where it answers one."""
    question = ""
    for message in sample.messages:
        yield message, question if message.role == "assistant" else ""
        question = _joined(message) if message.role == "user" else ""


def _joined(message: Message) -> str:
    """Its parts as one text: a region is one sign, a picture a new line."""
    return "".join(map(_as_text, message.content))


def _as_text(part: Part) -> str:
    return part.text if isinstance(part, TextPart) else REGION if isinstance(part, RegionPart) else "\n"


def _reworded(message: Message, findings: Sequence[Finding]) -> Message:
    parts: list[Part] = []
    first = 0
    for part in message.content:
        last = first + len(_as_text(part))
        if isinstance(part, TextPart):
            inside = (one for one in findings if first <= one.start and one.end <= last)
            moved = (replace(one, start=one.start - first, end=one.end - first) for one in inside)
            part = TextPart(swapped(part.text, moved))
        parts.append(part)
        first = last
    return replace(message, content=tuple(parts))


def _is_torn(message: Message, findings: Sequence[Finding]) -> bool:
    """Whether a word is spread over two parts."""
    ends, last = set(), 0
    for part in message.content:
        last += len(_as_text(part))
        ends.add(last)
    return any(one.start < end < one.end for one in findings for end in ends)


_HAN = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[ぁ-んァ-ヴ]")
_PICTURE = r"(?:image|picture|photo|photograph|panel|frame|figure|one)s?"
_PICTURES = re.compile(
    rf"(?<![a-z])(?:left|right)(?:[- ]?hand)?(?:[ -]?most)?(?: side)? {_PICTURE}(?![a-z])"
    rf"|{_PICTURE} (?:is |are )?(?:on|to|at|in) (?:the )?(?:far )?(?:left|right)(?![a-z])"
    "|[左右](?:側)?の(?:画像|写真|絵|図)|(?:画像|写真|絵|図)[左右]"
)
"""Of several pictures the left one stays the left one."""


def _scene(sample: Sample) -> Scene:
    tags = frozenset(map(str.lower, sample.tags))
    return Scene(grounding="grounding" in tags, aerial=not AERIAL.isdisjoint(tags), images=len(sample.images))


def _is_japanese(sample: Sample) -> bool:
    """Whether its Chinese characters are Japanese: declared so, or kana stand beside them."""
    if sample.language is not None:
        return sample.language.lower().startswith("ja")
    return any(_KANA.search(text) for text in sample.texts())


def _obstacle(text: str, findings: Sequence[Finding], scene: Scene, readers: Sequence[Reader]) -> str | None:
    lower = lowered(text)
    folded = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    folded = folded.casefold().replace("’", "'")
    refused = text_obstacle(folded) or next((one.rule for one in findings if one.verdict == "refuse"), None)
    if refused:
        return refused
    if scene.images > 1 and findings and _PICTURES.search(lower):
        return "images"
    if folded != lower and len(list(read(folded, scene, readers))) != len(findings):
        return "spelling"
    return None if _comes_back(text, findings, scene, readers) else "twin"


def _comes_back(text: str, findings: Sequence[Finding], scene: Scene, readers: Sequence[Reader]) -> bool:
    """Whether a second mirror, if it takes the new text at all, gives the old one back."""
    if not any(one.verdict == "swap" for one in findings):
        return True
    other = swapped(text, findings)
    again = list(read(other, scene, readers))
    return any(one.verdict == "refuse" for one in again) or swapped(other, again) == text
