"""One hash of everything that decides the bytes of a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from vlmdata import __version__
from vlmdata.pixels.decoder import Decoder
from vlmdata.recipe import Recipe
from vlmdata.types import SCHEMA_VERSION, Kind

_LIBRARIES = (
    "cykooz-resizer",
    "datasets",
    "ftfy",
    "jinja2",
    "numpy",
    "pillow",
    "py3langid",
    "pyarrow",
    "simplejpeg",
    "tokenizers",
    "webdataset",
)
_OPTIONAL = ("av", "onnxruntime", "pylibjxl", "rapidocr")
_CODECS = ("jpg", "jpg_2000", "zlib", "libtiff", "webp", "avif", "littlecms2")


def versions() -> dict[str, str]:
    """vlmdata and every library and codec whose version can change a byte of the output."""
    from PIL import features

    found = {"vlmdata": __version__, "schema": str(SCHEMA_VERSION)}
    found |= {name: version(name) for name in _LIBRARIES}
    found |= {name: _version_or_absent(name) for name in _OPTIONAL}
    found |= {f"pillow/{name}": str(features.version(name)) for name in _CODECS}
    return found


def survey_fingerprint(
    recipe: Recipe, number: int, digests: Sequence[str], suffixes: Sequence[str], role: str, software: bytes
) -> str:
    """SHA-256 of all that decides the signatures that global step ``number`` takes, but which rows a task has.

    What comes after the step is not in it, nor how pictures are stored.
    """
    whole = recipe.resolved()
    told = {name: whole[name] for name in ("seed", "licenses", "restore", "errors")}
    told["steps"] = whole["steps"][: number + 1]
    told["digests"] = [step.digest() for step in recipe.steps[: number + 1]]
    told |= {"inputs": list(digests), "suffixes": list(suffixes), "role": role, "shuffle": recipe.output.shuffle}
    told["largest"] = recipe.output.pixels.max_pixels
    told["software"] = software.hex()
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _version_or_absent(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def fingerprint(recipe: Recipe, kind: Kind, digests: Sequence[str], used: dict[str, str], decoder: Decoder) -> str:
    """SHA-256 of resolved recipe, digests of inputs and of files that steps read, decoder and versions.

    Paths of the output are not in it.
    """
    whole = {
        "kind": kind,
        "recipe": recipe.resolved(),
        "inputs": list(digests),
        "steps": [step.digest() for step in recipe.steps],
        "decoder": decoder.label,
        "versions": used,
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
