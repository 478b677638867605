"""What the catalogue says of MIMIC-IT."""

from __future__ import annotations

from vlmdata.datasets.entry import Entry, Problem, Split, Terms

HOW = (
    "XX_instructions.json is in the OneDrive folder that mimic-it/README.md of Luodian/Otter links to; pictures, "
    "XX.parquet or XX.json, come after its form is sent, or are made by its convert-it. Put them into --files DIR, "
    "DIR/XX or DIR/LA"
)
CONFIGS = (
    ("LADD", "LLaVA's detailed descriptions, COCO pictures"),
    ("LACONV", "LLaVA's conversations"),
    ("LACR_T2T", "LLaVA's reasoning, examples alike in their words"),
    ("LACR_I2I", "LLaVA's reasoning, examples alike in their pictures"),
    ("SD", "differences between two pictures of a surveillance camera"),
    ("CGD", "differences between two COCO pictures"),
    ("SN", "indoor scenes of ScanNet"),
    ("DC", "clips of ActivityNet, as frames"),
    ("TVC", "clips of television series, as frames"),
    ("VST", "stories in several pictures (VIST)"),
    ("E4D", "clips of Ego4D, as frames"),
)
_ROWS = {"SD": 15_869, "CGD": 141_869}

ENTRY = Entry(
    title="MIMIC-IT",
    homepage="https://github.com/Luodian/Otter/tree/main/mimic-it",
    paper="https://arxiv.org/abs/2306.05425",
    citation="Li et al. 2023",
    phase="instruct",
    tasks=("vqa", "caption", "reasoning", "multi-image", "video"),
    configs=CONFIGS,
    splits=tuple(
        Split(name="train", rows=_ROWS.get(name), config=name, note="2.4 million in all" if name == "E4D" else "")
        for name, _ in CONFIGS
    ),
    annotations=Terms(
        name="MIMIC-IT terms",
        commercial="no",
        conditions="academic use; the terms of OpenAI, whose model wrote it",
    ),
    images=Terms(
        name="of each source",
        commercial="no",
        conditions="academic, non-commercial; TVC, DC and E4D ask for licences of their own",
    ),
    generator="ChatGPT and GPT-4",
    generator_terms="OpenAI's terms of use: its output may not be used to develop models that compete with it",
    gating="a form for pictures; LA and CGD are COCO's, which are got without it",
    by_hand=HOW,
    repos=("pufanyi/MIMICIT",),
    problems=(
        Problem(
            what="the repository on the Hub is behind a loading script",
            treatment="its JSON and Parquet files are read as they are, found by their names",
        ),
        Problem(what="image_ids is null where the text is alone", treatment="kept without a picture"),
        Problem(
            what="rel_ins_ids name instructions that are not in the file",
            treatment="those examples are left out; meta.examples_left_out names them",
        ),
        Problem(
            what="examples are about the same pictures again and again",
            treatment="each picture is shown once, where it is first spoken of",
        ),
        Problem(
            what="pictures are base64 in one JSON or, since September 2023, in Parquet whose index are their names",
            treatment="both are read; Parquet is turned into JSON in the cache, so that single pictures are found",
        ),
    ),
)
