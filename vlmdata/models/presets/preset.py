"""What is known of a model: its pictures, its words, its boxes, and where each of these is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vlmdata.models.dialects import DIALECTS, DialectName
from vlmdata.models.tiling import POLICIES, TilingPolicy

Channels = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Chat:
    """The published template of conversations, by name."""

    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """What stands for a picture in the text.

    Attributes:
        mark: the special token that stands there once or many times.
        before: the one that opens a picture, or nothing.
        after: the one that closes it, or nothing.
        rule: how often ``mark`` stands there, and what else does, in words.
        source: where that is published.
    """

    mark: str
    before: str = ""
    after: str = ""
    rule: str
    source: str

    def __str__(self) -> str:
        return f"{self.before}{self.mark}{self.after}"


@dataclass(frozen=True, slots=True)
class Normalisation:
    """Mean and standard deviation per RGB channel, of values from 0 to 1."""

    mean: Channels
    std: Channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One model.

    Attributes:
        tiling: the policy of ``tile.anyres``; it says how many image tokens a picture takes.
        chat: the template of conversations.
        dialect: how it writes places; None where no way is published.
        placeholder: what stands for a picture in the text.
        normalisation: of the pixels, as the trainer's processor does it; it is not done to stored pictures.
        normalisation_source: where that is published.
        note: what a user of the row must know.
    """

    name: str
    tiling: TilingPolicy
    chat: Chat
    dialect: DialectName | None
    placeholder: Placeholder
    normalisation: Normalisation
    normalisation_source: str
    note: str = ""

    @property
    def sources(self) -> Mapping[str, str]:
        """Where each field is published, by the field's name."""
        return {
            "tiling": POLICIES[self.tiling].source,
            "chat": self.chat.source,
            "dialect": DIALECTS[self.dialect].source if self.dialect else "none is published",
            "placeholder": self.placeholder.source,
            "normalisation": self.normalisation_source,
        }
