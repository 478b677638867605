"""Run in an environment with mosaicml-streaming: what StreamingDataset gives of a folder, one line of JSON a sample."""

import hashlib
import json
import sys

from streaming import StreamingDataset

out, split = sys.argv[1:]
for sample in StreamingDataset(local=out, split=split, shuffle=False, batch_size=1, validate_hash="sha256"):
    pictures = [[*image.size, hashlib.sha256(image.convert("RGB").tobytes()).hexdigest()] for image in sample["images"]]
    print(json.dumps({"key": sample["key"], "images": pictures, "record": sample["record"]}))
