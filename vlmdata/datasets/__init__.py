"""Published data sets and local formats. To add one: its file, a line here, its test."""

from __future__ import annotations

from importlib.metadata import entry_points

from vlmdata.datasets.archive import Archive
from vlmdata.datasets.base import Dataset, Format
from vlmdata.datasets.coco import Coco
from vlmdata.datasets.imagefolder import ImageFolder
from vlmdata.datasets.llava import Llava
from vlmdata.datasets.messages import Messages
from vlmdata.datasets.parquet import Parquet
from vlmdata.datasets.shapes import Shapes
from vlmdata.datasets.urls import Urls
from vlmdata.datasets.webdataset import WebDataset
from vlmdata.errors import UsageError

FORMATS: tuple[type[Format], ...] = (Llava, Messages, Parquet, WebDataset, ImageFolder, Coco, Urls, Archive)
DATASETS: tuple[type[Dataset], ...] = (Shapes,)

_GROUP = "vlmdata.datasets"


def formats_by_name() -> dict[str, type[Format]]:
    """What ``format:`` of a recipe may say."""
    return {str(kind.model_fields["format"].default): kind for kind in FORMATS}


def datasets_by_name() -> dict[str, type[Dataset]]:
    """What ``dataset:`` of a recipe may say: those above, then those of installed packages (entry points).

    Raises ``UsageError`` where two bear one name, or an entry point is no data set.
    """
    found: dict[str, type[Dataset]] = {}
    for kind in (*DATASETS, *_installed()):
        name = str(kind.model_fields["dataset"].default)
        if name in found:
            raise UsageError(f"two data sets are called {name!r}: {found[name].__module__} and {kind.__module__}")
        found[name] = kind
    return found


def _installed() -> list[type[Dataset]]:
    kinds = []
    for point in sorted(entry_points(group=_GROUP), key=lambda point: point.name):
        kind = point.load()
        if not (isinstance(kind, type) and issubclass(kind, Dataset)):
            raise UsageError(f"the entry point {point.value!r} of {_GROUP} is not a subclass of vlmdata's Dataset")
        kinds.append(kind)
    return kinds
