"""Run in an environment with LLaVA's own code: what LazySupervisedDataset gives of a file, one line of JSON a row.

The tokenizer has one token for each byte, so the text can be had back from the ids.
"""

import hashlib
import json
import sys

from llava.constants import IMAGE_TOKEN_INDEX
from llava.train import train
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import CLIPImageProcessor, PreTrainedTokenizerFast


def tokenizer() -> PreTrainedTokenizerFast:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    bytewise = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(letters)}, merges=[]))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    made = PreTrainedTokenizerFast(tokenizer_object=bytewise, model_max_length=1 << 20, pad_token="<pad>")
    made.legacy = True  # as that of Llama, which LLaVA asks for it
    return made


if __name__ == "__main__":
    file, folder = sys.argv[1:]
    train.local_rank = 0
    options = train.DataArguments(data_path=file, image_folder=folder, is_multimodal=True)
    options.mm_use_im_start_end = False
    options.image_processor = CLIPImageProcessor(
        do_resize=False, do_center_crop=False, do_rescale=False, do_normalize=False
    )
    words = tokenizer()
    data = train.LazySupervisedDataset(file, words, options)
    for number, row in enumerate(data.list_data_dict):
        if isinstance(row.get("image"), list):
            continue  # LLaVA-1.5's own code takes one picture
        sample = data[number]
        ids = sample["input_ids"].tolist()
        picture = None
        if "image" in row:
            pixels = sample["image"].permute(1, 2, 0).numpy().astype("uint8")
            height, width, _ = pixels.shape
            picture = [width, height, hashlib.sha256(pixels.tobytes()).hexdigest()]
        pieces = [[]]
        for one in ids:
            if one == IMAGE_TOKEN_INDEX:
                pieces.append([])
            else:
                pieces[-1].append(one)
        text = "<image>".join(words.decode(piece) for piece in pieces)
        print(json.dumps({"key": row["id"], "image": picture, "text": text}))
