"""What ``torchrun`` starts in each rank: an epoch and a half, and the keys it saw, as JSON beside the shards."""

import json
import sys
from pathlib import Path

import torch.distributed

from vlmdata.torch import Collate, Loader, Pixels, VlmDataset


def main(directory: str, out: str) -> None:
    torch.distributed.init_process_group("gloo")
    dataset = VlmDataset(directory, window=64, even="repeat")
    loader = Loader(dataset, 10, Collate(Pixels(None)), workers=2)
    seen = [batch["key"] for batch in loader]
    half = [batch["key"] for _, batch in zip(range(11), loader, strict=False)]
    resumed = Loader(dataset, 10, Collate(Pixels(None)), workers=2)
    resumed.load_state_dict(loader.state_dict())
    second = half + [batch["key"] for batch in resumed]
    batches = torch.tensor([len(seen), len(second)])
    torch.distributed.all_reduce(batches)
    found = {"first": seen, "second": second, "batches": batches.tolist()}
    Path(out, f"{dataset.rank}-of-{dataset.ranks}.json").write_text(json.dumps(found))
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
