"""What all data sets of the catalogue have in common, however their rows are read."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, model_validator

from vlmdata.datasets.base import Dataset
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.datasets.release.part import OnHub, Part
from vlmdata.datasets.release.whole import remark
from vlmdata.errors import InputError
from vlmdata.io.digest import number_of
from vlmdata.io.hub import HubFile, HubRepo, also_called, first_found, listed
from vlmdata.io.source import slug
from vlmdata.types import Image, ImagePart, Message, Sample, TextPart


class Catalogued(Dataset):
    """A data set of the catalogue: its split and configuration are known, its repository on the Hub is pinned.

    Class variables:
        repo: the repository on the Hub that it is read from, where there is one.
        marks: tags that every sample bears.
    """

    files: str | None = Field(default=None, description="folder of files got by hand, which is looked into first")
    revision: str | None = Field(
        default=None, description="branch, tag or commit of its repository on the Hub; main by default"
    )

    prompts: bool = Field(
        default=False,
        description="captions become answers to one of the data set's prompts, chosen by the sample's key",
    )

    repo: ClassVar[str | None] = None
    marks: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        configs = [name for name, _ in self.entry.configs]
        if self.config is not None and self.config not in configs:
            raise ValueError(f"there is no config {self.config!r}; known are {', '.join(configs) or 'none'}")
        if self.entry.split(self.split, self.config) is None:
            known = [one.name for one in self.entry.splits if self.config is None or one.config in (None, self.config)]
            raise ValueError(f"there is no split {self.split!r}; known are {', '.join(dict.fromkeys(known))}")
        if self.prompts and not self.entry.prompts:
            raise ValueError("prompts are for data without questions, and this has questions of its own")
        return self

    def whole_parts(self) -> Sequence[Part]:
        """Files that have to be downloaded whole, however few rows are wanted."""
        return ()

    def remarks(self) -> Sequence[str]:
        return [said for part in self.whole_parts() if (said := remark(part, self.folder))]

    @property
    def folder(self) -> Path | None:
        """The folder of files got by hand. ``InputError`` where there is none of that name."""
        if self.files is None:
            return None
        folder = self.located(self.files)
        if not folder.exists():
            raise InputError(f"files: there is no folder {folder}")
        return folder

    @property
    def title(self) -> str:
        name = slug(self.dataset.replace("+", "-plus"))
        return slug(f"{name}-{self.config}") if self.config else name

    @property
    def repo_name(self) -> str | None:
        """``repo``, where it depends on configuration or split."""
        return self.repo

    def pinned(self) -> Self:
        return self.model_copy(update={"revision": self.repository.revision}) if self.repo_name else self

    @cached_property
    def repository(self) -> HubRepo:
        assert self.repo_name
        return first_found(also_called(self.repo_name), self.revision)

    @cached_property
    def listing(self) -> Mapping[str, HubFile]:
        return listed(self.repository)

    def on_hub(self, path: str, member: str | None = None) -> OnHub:
        """A file of the repository. ``InputError``, with the names there are, where it is not there any more."""
        return OnHub(self.repository, self.matching(path)[0], member)

    def matching(self, *patterns: str) -> list[HubFile]:
        """Files of the repository by the first of these patterns that any bears, in order of their names.

        ``InputError``, with the names there are, where there are none.
        """
        for pattern in patterns:
            if found := [file for name, file in self.listing.items() if fnmatch.fnmatchcase(name, pattern)]:
                return found
        held = [name for name in self.listing if not name.startswith(".")]
        raise InputError(
            f"{self.dataset}: {self.repository.id} has no file {' or '.join(patterns)}; it has "
            f"{', '.join(held[:12]) or 'nothing'}. Has its publisher changed it? --revision takes an earlier commit"
        )

    def embedded(self, value: object, identity: str | None = None) -> Image:
        """A picture that a row of its repository carries itself; ``identity`` is what copies of it share.

        ``BadRecord`` as ``PictureFolder.image``.
        """
        image = PictureFolder(self.repository.root, self.repository.id).image(value)
        return replace(image, id=identity) if identity else image

    def changed(self, file: str, lacking: str, found: Iterable[str]) -> InputError:
        """The answer where the rows of a file are not as they were when this was written."""
        return InputError(
            f"{self.dataset}: row 0 of {file} has no field {lacking!r}; it has "
            f"{', '.join(list(found)[:20]) or 'nothing that can be read'}. Its publisher has changed it since this "
            "version of vlmdata: --revision takes an earlier commit, or look for a newer vlmdata"
        )

    def entered(self, sample: Sample) -> Sample:
        """A sample with what the entry says of all of them: configuration, tags, language."""
        return replace(
            sample,
            messages=self._prompted(sample) if self.prompts else sample.messages,
            origin=replace(sample.origin, config=self.config),
            tags=tuple(dict.fromkeys((*self.marks, *sample.tags))),
            language=self.entry.languages[0] if len(self.entry.languages) == 1 else None,
        )

    def prompt(self, key: str) -> str:
        """One of the entry's prompts, chosen by the key of a sample."""
        return self.entry.prompts[number_of(key) % len(self.entry.prompts)]

    def _prompted(self, sample: Sample) -> tuple[Message, ...]:
        """The messages, with a prompt where pictures are shown without a word and an answer follows."""
        wordless = [
            message.role == "user" and all(isinstance(part, ImagePart) for part in message.content)
            for message in sample.messages
        ]
        return tuple(
            replace(message, content=(*message.content, TextPart(self.prompt(sample.key)))) if mute else message
            for message, mute in zip(sample.messages, wordless, strict=True)
        )
