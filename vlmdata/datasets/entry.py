"""What the catalogue says of a published data set: facts a user must know before fetching it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vlmdata.types import Commercial, License, SampleRole

Phase = Literal["pretrain", "instruct", "task", "eval"]
"""What it is for: aligning pictures and words, following instructions, one task with its own measure, measuring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A licence (an SPDX name where there is one) and what binds beyond its name."""

    name: str
    commercial: Commercial
    conditions: str = ""


def stricter(*said: Commercial) -> Commercial:
    """What holds for a thing under several terms."""
    return "no" if "no" in said else "unclear" if "unclear" in said else "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A part as it is published.

    ``rows`` is how many samples a whole read gives, None where its publishers do not say. ``config`` None is the
    only configuration, or every one. ``note`` says what a row is where that is not plain ("one sample per image").
    """

    name: str
    rows: int | None = None
    config: str | None = None
    role: SampleRole = "train"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something known to be wrong with a data set, and what becomes of it here."""

    what: str
    treatment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One data set of the catalogue.

    Attributes:
        revision: the release meant: a version, a date, or ``main`` of a Hub repository (pinned when it is fetched).
        configs: names of configurations with what each is, the default one first; empty where there is one.
        languages: ISO 639-1 codes.
        annotations, images: terms of the texts and marks, and of the pictures.
        generator: the model that wrote synthetic text, with the terms it brings; None where people wrote it.
        gating: what the publisher asks before it gives the files; None where they are open.
        by_hand: how to get what a program cannot; the files go to ``--files DIR``.
        repos: repositories on the Hub that hold it or a copy, under all their names.
        problems: what is known to be wrong, and how it is treated.
        prompts: questions for texts that answer none; one is chosen by the key of the sample.
        citation: authors and year, for attribution.
    """

    title: str
    homepage: str
    phase: Phase
    tasks: tuple[str, ...]
    splits: tuple[Split, ...]
    annotations: Terms
    images: Terms
    revision: str = "main"
    paper: str | None = None
    citation: str | None = None
    configs: tuple[tuple[str, str], ...] = ()
    languages: tuple[str, ...] = ("en",)
    generator: str | None = None
    generator_terms: str | None = None
    gating: str | None = None
    by_hand: str | None = None
    repos: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    prompts: tuple[str, ...] = ()

    @property
    def commercial(self) -> Commercial:
        """Of both terms the stricter one."""
        return stricter(self.annotations.commercial, self.images.commercial)

    @property
    def conditions(self) -> tuple[str, ...]:
        """What binds beyond the names of the licences, a phrase for texts, pictures and generator each."""
        said = (
            ("texts", self.annotations.conditions),
            ("pictures", self.images.conditions),
            (f"text written by {self.generator}", self.generator_terms),
        )
        return tuple(f"{what}: {terms}" for what, terms in said if terms)

    @property
    def license(self) -> License:
        return License(
            annotations=self.annotations.name,
            images=self.images.name,
            commercial=self.commercial,
            generator=self.generator,
        )

    @property
    def split_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(split.name for split in self.splits))

    def split(self, name: str, config: str | None) -> Split | None:
        """The split of this name in a configuration."""
        return next((one for one in self.splits if one.name == name and one.config in (None, config)), None)
