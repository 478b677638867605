"""Published data sets and local formats. To add one: its file, a line here, its test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points

from vlmdata.datasets.base import Dataset, Format
from vlmdata.datasets.coco.format import Coco
from vlmdata.datasets.formats.archive import Archive
from vlmdata.datasets.formats.imagefolder import ImageFolder
from vlmdata.datasets.formats.llava import Llava
from vlmdata.datasets.formats.messages import Messages
from vlmdata.datasets.formats.parquet import Parquet
from vlmdata.datasets.formats.urls import Urls
from vlmdata.datasets.formats.vlmeval import VlmEval
from vlmdata.datasets.formats.webdataset import WebDataset
from vlmdata.errors import UsageError

FORMATS: tuple[type[Format], ...] = (Llava, Messages, Parquet, WebDataset, ImageFolder, Coco, VlmEval, Urls, Archive)
DATASETS: dict[str, str] = {
    "shapes": "vlmdata.datasets.shapes:Shapes",
    "blip-capfilt": "vlmdata.datasets.pretrain.capfilt:BlipCapfilt",
    "cc12m": "vlmdata.datasets.pretrain.conceptual:Cc12m",
    "cc3m": "vlmdata.datasets.pretrain.conceptual:Cc3m",
    "coco-captions": "vlmdata.datasets.pretrain.coco_captions:CocoCaptions",
    "coyo700m": "vlmdata.datasets.pretrain.coyo:Coyo700m",
    "laion2b-en": "vlmdata.datasets.pretrain.laion:Laion2bEn",
    "laion400m": "vlmdata.datasets.pretrain.laion:Laion400m",
    "laion5b": "vlmdata.datasets.pretrain.laion:Laion5b",
    "llava-pretrain": "vlmdata.datasets.pretrain.llava_pretrain:LlavaPretrain",
    "sbu": "vlmdata.datasets.pretrain.sbu:Sbu",
    "mmc4": "vlmdata.datasets.interleaved.mmc4:Mmc4",
    "obelics": "vlmdata.datasets.interleaved.obelics:Obelics",
    "finevision": "vlmdata.datasets.instruct.finevision:FineVision",
    "instructblip": "vlmdata.datasets.instruct.instructblip:InstructBlip",
    "llava-instruct-150k": "vlmdata.datasets.instruct.llava_instruct:LlavaInstruct",
    "llava-next-data": "vlmdata.datasets.instruct.llava_next:LlavaNext",
    "llava-v1.5-mix665k": "vlmdata.datasets.instruct.llava_mix:LlavaMix",
    "lrv-instruction": "vlmdata.datasets.instruct.lrv:LrvInstruction",
    "mimic-it": "vlmdata.datasets.instruct.mimic_it:MimicIt",
    "minigpt4-cc-sbu-align": "vlmdata.datasets.instruct.minigpt4:MiniGpt4Align",
    "sharegpt4v": "vlmdata.datasets.instruct.sharegpt4v:ShareGpt4V",
    "the-cauldron": "vlmdata.datasets.instruct.the_cauldron:TheCauldron",
    "aokvqa": "vlmdata.datasets.tasks.aokvqa:AOkVqa",
    "chartqa": "vlmdata.datasets.tasks.chartqa:ChartQa",
    "coco-instances": "vlmdata.datasets.tasks.coco_instances:CocoInstances",
    "docvqa": "vlmdata.datasets.tasks.docvqa:DocVqa",
    "gqa": "vlmdata.datasets.tasks.gqa:Gqa",
    "infographicvqa": "vlmdata.datasets.tasks.infographicvqa:InfographicVqa",
    "okvqa": "vlmdata.datasets.tasks.okvqa:OkVqa",
    "refcoco": "vlmdata.datasets.tasks.refcoco:RefCoco",
    "refcoco+": "vlmdata.datasets.tasks.refcoco:RefCocoPlus",
    "refcocog": "vlmdata.datasets.tasks.refcoco:RefCocoG",
    "scienceqa": "vlmdata.datasets.tasks.scienceqa:ScienceQa",
    "textvqa": "vlmdata.datasets.tasks.textvqa:TextVqa",
    "vizwiz": "vlmdata.datasets.tasks.vizwiz:VizWiz",
    "vqav2": "vlmdata.datasets.tasks.vqav2:VqaV2",
    "ego4d": "vlmdata.datasets.video.ego4d:Ego4d",
    "msrvtt": "vlmdata.datasets.video.msrvtt:MsrVtt",
    "tgif-qa": "vlmdata.datasets.video.tgif_qa:TgifQa",
    "tvqa": "vlmdata.datasets.video.tvqa:TvQa",
    "webvid": "vlmdata.datasets.video.webvid:WebVid",
    "mathvista": "vlmdata.datasets.evaluation.mathvista:MathVista",
    "mmbench": "vlmdata.datasets.evaluation.mmbench:MmBench",
    "mmhal-bench": "vlmdata.datasets.evaluation.mmhal_bench:MmHalBench",
    "mmmu": "vlmdata.datasets.evaluation.mmmu:Mmmu",
    "mmstar": "vlmdata.datasets.evaluation.mmstar:MmStar",
    "pope": "vlmdata.datasets.evaluation.pope:Pope",
    "seedbench": "vlmdata.datasets.evaluation.seedbench:SeedBench",
    "visdial": "vlmdata.datasets.evaluation.visdial:VisDial",
    "vlmevalkit": "vlmdata.datasets.evaluation.vlmevalkit:VlmEvalKit",
    "mimic-cxr": "vlmdata.datasets.domains.mimic_cxr:MimicCxr",
    "mmad": "vlmdata.datasets.domains.mmad:Mmad",
    "mvtec-ad": "vlmdata.datasets.domains.mvtec_ad:MvtecAd",
    "pathvqa": "vlmdata.datasets.domains.pathvqa:PathVqa",
    "slake": "vlmdata.datasets.domains.slake:Slake",
    "vqa-rad": "vlmdata.datasets.domains.vqa_rad:VqaRad",
}
"""Module and class of each published data set, imported when it is asked for."""

_GROUP = "vlmdata.datasets"


def formats_by_name() -> dict[str, type[Format]]:
    """What ``format:`` of a recipe may say."""
    return {str(kind.model_fields["format"].default): kind for kind in FORMATS}


def datasets_by_name() -> Mapping[str, type[Dataset]]:
    """What ``dataset:`` of a recipe may say: those above, then those of installed packages (entry points).

    A class is imported when it is looked up. Raises ``UsageError`` where two bear one name, or an entry point is no
    data set.
    """
    places = dict(DATASETS)
    for point in sorted(entry_points(group=_GROUP), key=lambda point: point.name):
        if point.name in places:
            raise UsageError(f"two data sets are called {point.name!r}: {places[point.name]} and {point.value}")
        places[point.name] = point.value
    return _Catalogue(places)


class _Catalogue(Mapping[str, type[Dataset]]):
    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> type[Dataset]:
        module, _, kind = self._places[name].partition(":")
        found = getattr(import_module(module), kind, None)
        if not (isinstance(found, type) and issubclass(found, Dataset)):
            raise UsageError(f"data set {name!r}: {self._places[name]!r} is not a subclass of vlmdata's Dataset")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
