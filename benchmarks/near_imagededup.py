"""imagededup's pHash on a folder of pictures with its ``truth.json``: ``PYTHON near_imagededup.py FOLDER``; JSON out.

It runs in an environment of its own, for imagededup needs torch.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from imagededup.methods import PHash
from imagededup.utils.general_utils import get_files_to_remove

BITS = (0, 2, 4, 6, 8, 10, 12, 14, 16)
PROCESSES = 2


def spent() -> tuple[float, float]:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in both)


def since(before: tuple[float, float]) -> list[float]:
    return [now - then for now, then in zip(spent(), before, strict=True)]


def main() -> None:
    folder = Path(sys.argv[1])
    group = {row["name"]: row["group"] for row in json.loads((folder / "truth.json").read_text())}
    hasher = PHash(verbose=False)
    before = spent()
    hashes = hasher.encode_images(folder, num_enc_workers=PROCESSES)
    encoding = since(before)
    searches = []
    for bits in BITS:
        before = spent()
        found = hasher.find_duplicates(
            encoding_map=hashes, max_distance_threshold=bits, num_dist_workers=PROCESSES, num_enc_workers=PROCESSES
        )
        seconds = since(before)
        pairs = [(one, other) for one, others in found.items() for other in others if one < other]
        right = sum(group[one] == group[other] for one, other in pairs)
        remove = sorted(get_files_to_remove(found))
        searches.append({"bits": bits, "pairs": len(pairs), "right_pairs": right, "remove": remove, "seconds": seconds})
    print(json.dumps({"encoding": encoding, "searches": searches}))


if __name__ == "__main__":
    main()
