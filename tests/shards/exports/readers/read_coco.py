"""Run in an environment with pycocotools: each image with its annotations, one line of JSON an image."""

import contextlib
import json
import sys

from pycocotools.coco import COCO

with contextlib.redirect_stdout(sys.stderr):
    data = COCO(sys.argv[1])
    data.info()
names = {row["id"]: row["name"] for row in data.loadCats(data.getCatIds())}
for image in data.loadImgs(data.getImgIds()):
    marks = [
        {
            "label": names[mark["category_id"]],
            "bbox": mark["bbox"],
            "area": mark["area"],
            "inside": int(data.annToMask(mark).sum()) if "segmentation" in mark else None,
        }
        for mark in data.loadAnns(data.getAnnIds(imgIds=image["id"]))
    ]
    print(json.dumps({"key": image["key"], "file": image["file_name"], "marks": marks}))
