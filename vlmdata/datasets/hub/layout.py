"""What a repository on the Hub holds: its configurations, splits and files, as the ``datasets`` library tells it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from vlmdata.errors import InputError
from vlmdata.io.hub import HubRepo, listed, reading

if TYPE_CHECKING:
    from datasets import DatasetBuilder

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Layout:
    """One split of one configuration. ``module`` is the loader of ``datasets`` that fits its files."""

    module: str
    config: str
    split: str
    names: tuple[str, ...]


def layout_of(repo: HubRepo, config: str | None, split: str | None) -> Layout:
    """The files of a split, in order. No code of the repository is run.

    Without ``config`` the default one is taken, without ``split`` train, or the only one. Raises ``InputError``
    where there are several and none of these, where a name is unknown, and for what holds no data files.
    """
    builder = _builder(repo, config)
    files: dict[str, list[str]] = {str(name): list(paths) for name, paths in (builder.config.data_files or {}).items()}
    chosen = _split(repo, files, split)
    module = type(builder).__module__.rpartition(".")[2]
    return Layout(module, builder.config.name, chosen, tuple(_inside(repo, path) for path in files[chosen]))


def holdings(names: Iterable[str]) -> str:
    """A few names for a message."""
    known = list(names)
    more = f", … ({len(known)} in all)" if len(known) > _SHOWN else ""
    return ", ".join(known[:_SHOWN]) + more or "nothing"


def _builder(repo: HubRepo, config: str | None) -> DatasetBuilder:
    from datasets import load_dataset_builder
    from datasets.exceptions import DataFilesNotFoundError

    with reading(repo):
        try:
            return load_dataset_builder(repo.id, config, revision=repo.revision)
        except DataFilesNotFoundError as error:
            raise InputError(
                f"{repo.id} has no data files of a known kind (Parquet, WebDataset tars, pictures, JSON, CSV); "
                f"it has {holdings(listed(repo))}"
            ) from error
        except ValueError as error:
            config_is_meant = "config" in str(error).lower()
            wrong = _about_config(repo, config) if config_is_meant else None
            raise InputError(wrong or f"{repo.id}: {_one_line(error)}") from error
        except RuntimeError as error:
            if "scripts are no longer supported" not in str(error):
                raise
            raise InputError(
                f"{repo.id} is a program that makes its data ({_one_line(error)}), and no program of a repository is "
                "run: try --revision refs/convert/parquet, where the Hub keeps many such data sets as Parquet"
            ) from error


def _about_config(repo: HubRepo, config: str | None) -> str | None:
    """What is wrong with the configuration asked for, if it is that."""
    from datasets import get_dataset_config_names

    known = list(get_dataset_config_names(repo.id, revision=repo.revision))
    if config is None and len(known) > 1:
        return f"{repo.id} has several configurations, choose one with --config: {holdings(known)}"
    if config is not None and config not in known:
        return f"{repo.id} has no configuration {config!r}{_nearest(config, known)}"
    return None


def _split(repo: HubRepo, files: dict[str, Any], split: str | None) -> str:
    if split is None:
        split = "train" if "train" in files else next(iter(files)) if len(files) == 1 else None
    if split is None:
        raise InputError(f"{repo.id} has no split train, choose one with --split: {holdings(files)}")
    if split not in files:
        raise InputError(f"{repo.id} has no split {split!r}{_nearest(split, files)}")
    return split


def _inside(repo: HubRepo, address: str) -> str:
    """The path in the repository of ``hf://datasets/OWNER/NAME@SHA/PATH``."""
    head = f"hf://datasets/{repo.id}@{repo.revision}/"
    if not address.startswith(head):
        raise InputError(f"{repo.id} names a data file outside of itself, which is not followed: {address}")
    return unquote(address.removeprefix(head)) if "%" in address else address.removeprefix(head)


def _nearest(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; it has {holdings(names)}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
