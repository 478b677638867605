"""The fifty configurations of The Cauldron: what each is, and the tags of its samples."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_VQA, _CAPTION, _OCR, _CHART, _TABLE, _DOCUMENT = "vqa", "caption", "ocr", "chart", "table", "document"

PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ai2d": ("diagrams of science books, multiple choice", (_VQA, "science")),
        "aokvqa": ("questions that need common sense, COCO", (_VQA, "reasoning")),
        "chart2text": ("descriptions of charts", (_CAPTION, _CHART)),
        "chartqa": ("questions about charts", (_VQA, _CHART, "reasoning")),
        "clevr": ("questions about drawn solids", (_VQA, "reasoning")),
        "clevr_math": ("sums over drawn solids", (_VQA, "math", "reasoning")),
        "cocoqa": ("questions made of COCO's captions", (_VQA,)),
        "datikz": ("LaTeX (TikZ) that draws the picture", (_CAPTION, "science")),
        "diagram_image_to_text": ("flow charts as text", (_CAPTION, _OCR)),
        "docvqa": ("questions about documents", (_VQA, _DOCUMENT, _OCR)),
        "dvqa": ("questions about drawn bar charts", (_VQA, _CHART)),
        "figureqa": ("yes or no about drawn charts", (_VQA, _CHART)),
        "finqa": ("sums over tables of finance", (_VQA, _TABLE, "math", _OCR)),
        "geomverse": ("drawn geometry problems", (_VQA, "math", "reasoning")),
        "hateful_memes": ("whether a meme is hateful", (_VQA, _OCR)),
        "hitab": ("questions about tables with levels", (_VQA, _TABLE, _OCR)),
        "iam": ("handwriting as text", (_OCR, _DOCUMENT)),
        "iconqa": ("questions about icons", (_VQA, "math")),
        "infographic_vqa": ("questions about infographics", (_VQA, _DOCUMENT, _OCR, _CHART)),
        "intergps": ("geometry problems, multiple choice", (_VQA, "math", "reasoning")),
        "localized_narratives": ("long spoken descriptions", (_CAPTION,)),
        "mapqa": ("questions about maps", (_VQA, "map", _CHART)),
        "mimic_cgd": ("differences between two COCO pictures", (_VQA, "multi-image")),
        "multihiertt": ("sums over several tables", (_VQA, _TABLE, "math", _OCR)),
        "nlvr2": ("whether a sentence holds of two pictures", (_VQA, "reasoning", "multi-image")),
        "ocrvqa": ("questions about covers of books", (_VQA, _OCR)),
        "okvqa": ("questions that need knowledge, COCO", (_VQA, "reasoning")),
        "plotqa": ("questions about drawn plots", (_VQA, _CHART)),
        "raven": ("progressive matrices", (_VQA, "reasoning", "multi-image")),
        "rendered_text": ("drawn text to be read", (_OCR,)),
        "robut_sqa": ("questions in a row about tables", (_VQA, _TABLE, _OCR)),
        "robut_wikisql": ("questions about tables", (_VQA, _TABLE, _OCR)),
        "robut_wtq": ("questions about tables of Wikipedia", (_VQA, _TABLE, _OCR)),
        "scienceqa": ("science of school books, multiple choice", (_VQA, "science", "reasoning")),
        "screen2words": ("summaries of screens of apps", (_CAPTION, "gui")),
        "spot_the_diff": ("differences between two pictures", (_VQA, "multi-image")),
        "st_vqa": ("questions about text in scenes", (_VQA, _OCR)),
        "tabmwp": ("school mathematics with tables", (_VQA, _TABLE, "math")),
        "tallyqa": ("counting", (_VQA,)),
        "tat_qa": ("sums over tables and text of finance", (_VQA, _TABLE, "math", _OCR)),
        "textcaps": ("captions that need reading", (_CAPTION, _OCR)),
        "textvqa": ("questions about text in scenes", (_VQA, _OCR)),
        "tqa": ("text books with diagrams, multiple choice", (_VQA, "science")),
        "vistext": ("descriptions of charts", (_CAPTION, _CHART)),
        "visual7w": ("questions with four answers, COCO", (_VQA,)),
        "visualmrc": ("questions about pictures of web pages", (_VQA, _DOCUMENT, _OCR)),
        "vqarad": ("questions about radiographs", (_VQA, "medical")),
        "vqav2": ("questions about COCO pictures", (_VQA,)),
        "vsr": ("whether a spatial relation holds", (_VQA, "reasoning")),
        "websight": ("HTML that draws the page", ("gui", _OCR)),
    }
)
