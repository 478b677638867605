"""What cleanvision says of pictures: ``python cleanvision_issues.py LIST OUT``, in an environment of its own.

``LIST`` is a JSON list of paths; ``OUT`` gets the CPU seconds and, for each path, the issues it is said to have.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from cleanvision import Imagelab

ISSUES = ("dark", "light", "blurry", "low_information", "grayscale", "odd_aspect_ratio")


def main(listed: Path, out: Path) -> None:
    paths = json.loads(listed.read_text())
    lab = Imagelab(filepaths=paths)
    started = time.process_time()
    lab.find_issues({issue: {} for issue in ISSUES}, n_jobs=1, verbose=False)
    seconds = time.process_time() - started
    found = {
        path: [issue for issue in ISSUES if lab.issues.loc[path, f"is_{issue}_issue"]]
        for path in paths
        if path in lab.issues.index
    }
    out.write_text(json.dumps({"seconds": seconds, "issues": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
