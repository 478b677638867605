"""Run in an environment with megatron-energon: what a data set gives of a part, one line of JSON a sample."""

import hashlib
import json
import sys

from megatron.energon import (
    Cooker,
    DefaultTaskEncoder,
    SampleDecoder,
    TextSample,
    WorkerConfig,
    basic_sample_keys,
    get_loader,
    get_val_dataset,
    stateless,
)


@stateless
def cook(sample: dict) -> TextSample:
    """The sample as one line; it has no class of its own for any number of pictures with any talk."""
    numbered = sorted((int(name.split(".")[0]), name) for name in sample if name[0].isdigit())
    pictures = [sample[name] for _, name in numbered]
    told = {
        "key": sample["__key__"],
        "images": [[*one.size, hashlib.sha256(one.tobytes()).hexdigest()] for one in pictures],
        "record": sample["json"],
    }
    return TextSample(**basic_sample_keys(sample), text=json.dumps(told))


class Encoder(DefaultTaskEncoder):
    decoder = SampleDecoder(image_decode="pilrgb")
    cookers = (Cooker(cook),)

    def batch(self, samples):
        return samples


if __name__ == "__main__":
    out, part = sys.argv[1:]
    alone = WorkerConfig(rank=0, world_size=1, num_workers=0)
    for batch in get_loader(
        get_val_dataset(out, split_part=part, worker_config=alone, batch_size=1, task_encoder=Encoder())
    ):
        for sample in batch:
            print(sample.text)
