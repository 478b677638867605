"""Run in an environment with pylance: the rows of a table, one line of JSON each."""

import hashlib
import json
import sys

import lance

table = lance.dataset(sys.argv[1])
for batch in table.to_batches(batch_size=8):
    for row in batch.to_pylist():
        images = [[one["path"], hashlib.sha256(one["bytes"]).hexdigest()] for one in row.pop("images")]
        print(json.dumps({"key": row["key"], "images": images, "record": row}))
