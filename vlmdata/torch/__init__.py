"""Shards to batches for PyTorch (``pip install 'vlmdata[train]'``): read, decoded, normalised, masked, resumable.

    loader = Loader(VlmDataset("my-shards"), 8, Collate(Pixels.of("llava-next"), arrange="images"), workers=4)
    for batch in loader: ...

Nothing else in vlmdata imports this package.
"""

try:
    import torch as _torch  # noqa: F401
except ModuleNotFoundError as error:
    from vlmdata.errors import MissingExtraError

    raise MissingExtraError("vlmdata.torch needs PyTorch: pip install 'vlmdata[train]'") from error

from vlmdata.torch.collate import Collate
from vlmdata.torch.dataset import VlmDataset
from vlmdata.torch.example import Example, decoded
from vlmdata.torch.loader import Loader
from vlmdata.torch.packs import block_causal_mask, cumulative_lengths
from vlmdata.torch.parts import Part
from vlmdata.torch.pixels import PATCHES, Patches, Pixels

__all__ = [
    "PATCHES",
    "Collate",
    "Example",
    "Loader",
    "Part",
    "Patches",
    "Pixels",
    "VlmDataset",
    "block_causal_mask",
    "cumulative_lengths",
    "decoded",
]
