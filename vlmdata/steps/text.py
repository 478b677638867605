"""Steps that look at the words of a sample."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.steps.limits import contradiction, first_exceeded
from vlmdata.types import Drop, Message, RegionPart, Role, Sample

# Han, kana, Thai, Lao, Myanmar, Khmer, Tibetan: scripts that put no spaces between words.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)


class FilterText(Step):
    """Keep samples with enough, and not too much, text in a wanted language.

    ## Why
    Empty and one-letter captions teach nothing; very long texts are mostly scraped pages. Characters and words
    are counted over all messages of the chosen ``roles`` together, without the space around them; images and
    regions count nothing, alternatives and options are not looked at. Words are what stands between spaces, so
    ``min_words`` and ``max_words`` are passed over (noted as ``no_spaces``) where at least half of the letters
    are of a script without spaces between words, such as Japanese, Chinese or Thai: set ``min_chars`` for those.

    ## Drops
    - ``min_chars``, ``max_chars``: Unicode characters
    - ``min_words``, ``max_words``: words between spaces
    - ``language``: the sample's language is not among ``languages`` (``en`` covers ``en-GB``) or not known
    - ``no_assistant``: ``require_assistant`` is set and no message of the assistant says anything

    ## Example
        - filter.text: {min_chars: 5, max_chars: 2000, roles: [assistant], languages: [en, ja]}
    """

    name = "filter.text"

    min_chars: Annotated[int | None, Field(ge=0)] = None
    max_chars: Annotated[int | None, Field(ge=0)] = None
    min_words: Annotated[int | None, Field(ge=0)] = None
    max_words: Annotated[int | None, Field(ge=0)] = None
    roles: Annotated[tuple[Role, ...], Field(min_length=1, description="whose messages are counted")] = (
        "user",
        "assistant",
        "document",
    )
    languages: Annotated[tuple[str, ...] | None, Field(min_length=1, description="language tags such as en")] = None
    require_assistant: bool = False

    def ready(self) -> str | None:
        asked = {name: value for name, value in self if name not in ("roles", "require_assistant")}
        if not self.require_assistant and all(value is None for value in asked.values()):
            return "it asks for nothing; give a limit, languages or require_assistant: true"
        return contradiction(self)

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        if self.languages is not None and not _is_among(sample.language, self.languages):
            return Drop(reason="language", value=sample.language, threshold=",".join(self.languages))
        if self.require_assistant and not any(_says(message) for message in sample.messages):
            return Drop(reason="no_assistant")
        texts = [message.text.strip() for message in sample.messages if message.role in self.roles]
        chars = sum(map(len, texts))
        measured: list[tuple[str, float]] = [("min_chars", chars), ("max_chars", chars)]
        if self.min_words is not None or self.max_words is not None:
            if _has_spaces(texts):
                words = sum(len(text.split()) for text in texts)
                measured += [("min_words", words), ("max_words", words)]
            else:
                ctx.note("no_spaces")
        return first_exceeded(self, measured) or sample


def _is_among(language: str | None, wanted: tuple[str, ...]) -> bool:
    tag = (language or "").lower().replace("_", "-")
    return any(tag == one.lower() or tag.startswith(f"{one.lower()}-") for one in wanted)


def _says(message: Message) -> bool:
    return message.role == "assistant" and (
        bool(message.text.strip()) or any(isinstance(part, RegionPart) for part in message.content)
    )


def _has_spaces(texts: list[str]) -> bool:
    """Whether words can be told apart by spaces: fewer than half of the letters are of an unspaced script."""
    letters = sum(character.isalpha() for text in texts for character in text)
    unspaced = sum(len(_UNSPACED.findall(text)) for text in texts)
    return not letters or 2 * unspaced < letters
