"""Run in an environment with TRL: the messages it hands to a processor, one line of JSON a row."""

import hashlib
import json
import os
import sys

from datasets import Image, List, load_dataset
from trl.data_utils import is_conversational, prepare_multimodal_messages

folder, split = sys.argv[1:]
rows = load_dataset("json", data_files=f"{folder}/{split}.jsonl", split="train")
rows = rows.map(lambda row: {"images": [os.path.join(folder, name) for name in row["images"]]})
for row in rows.cast_column("images", List(Image())):
    assert is_conversational(row)
    messages = [
        [message["role"], [part["text"] if part["type"] == "text" else part["image"] for part in message["content"]]]
        for message in prepare_multimodal_messages(row["messages"], row["images"])
    ]
    for _, content in messages:
        for number, part in enumerate(content):
            if not isinstance(part, str):
                content[number] = [*part.size, hashlib.sha256(part.convert("RGB").tobytes()).hexdigest()]
    print(json.dumps({"key": row["id"], "messages": messages}))
