"""Steps by name. A new one is a class in its family's file and a line here."""

from __future__ import annotations

from importlib.metadata import entry_points

from vlmdata.errors import UsageError
from vlmdata.steps.balance import Balance
from vlmdata.steps.base import AnyStep
from vlmdata.steps.boxes import CleanBoxes, NormalizeBoxes
from vlmdata.steps.boxes_render import RenderBoxes
from vlmdata.steps.chat import RenderChat
from vlmdata.steps.choose import SampleAnswers, SampleCaptions
from vlmdata.steps.crop import ImageCrop
from vlmdata.steps.dedup import DedupExact
from vlmdata.steps.document import DocumentSplit
from vlmdata.steps.explode import Explode
from vlmdata.steps.expr import FilterExpr
from vlmdata.steps.flip import HFlipAugment, RotateAugment, VFlipAugment
from vlmdata.steps.frames import ImageFrames
from vlmdata.steps.group import Group
from vlmdata.steps.image import CleanImage, FilterImage, FilterOddSize
from vlmdata.steps.leaks import Decontaminate
from vlmdata.steps.near import DedupNear
from vlmdata.steps.noise import AugmentNoise
from vlmdata.steps.ocr import Ocr
from vlmdata.steps.pack import Pack
from vlmdata.steps.pad import ImagePad
from vlmdata.steps.privacy import PrivacyFaces, PrivacyText
from vlmdata.steps.resize import ImageResize
from vlmdata.steps.safety import SafetyNsfw
from vlmdata.steps.similarity import FilterSimilarity
from vlmdata.steps.text import CleanText, FilterText
from vlmdata.steps.tile import TileAnyres
from vlmdata.steps.tokenize import Tokenize
from vlmdata.steps.turns import BoxesToTurns
from vlmdata.steps.video import VideoFrames

STEPS: tuple[type[AnyStep], ...] = (
    CleanImage,
    CleanBoxes,
    FilterImage,
    FilterOddSize,
    CleanText,
    FilterText,
    FilterExpr,
    FilterSimilarity,
    SafetyNsfw,
    PrivacyFaces,
    PrivacyText,
    SampleCaptions,
    SampleAnswers,
    Explode,
    DocumentSplit,
    Group,
    Balance,
    DedupExact,
    DedupNear,
    Decontaminate,
    ImageFrames,
    VideoFrames,
    ImageResize,
    ImagePad,
    ImageCrop,
    HFlipAugment,
    VFlipAugment,
    RotateAugment,
    AugmentNoise,
    Ocr,
    NormalizeBoxes,
    BoxesToTurns,
    RenderBoxes,
    TileAnyres,
    RenderChat,
    Tokenize,
    Pack,
)


def steps_by_name() -> dict[str, type[AnyStep]]:
    """All steps: the built-in ones, then those that installed packages offer as entry points ``vlmdata.steps``.

    ``UsageError`` names the package whose step cannot be used.
    """
    steps = {step.name: step for step in STEPS}
    for point in sorted(entry_points(group="vlmdata.steps"), key=lambda point: (point.name, point.value)):
        package = point.dist.name if point.dist else point.value
        try:
            step = point.load()
        except Exception as error:
            raise UsageError(f"step {point.name!r} of package {package} cannot be imported: {error}") from error
        if not (isinstance(step, type) and issubclass(step, AnyStep)):
            raise UsageError(f"entry point {point.name!r} of package {package} is no step: {point.value}")
        if step.name in steps:
            raise UsageError(f"package {package} brings a second step called {step.name!r}; uninstall it or rename it")
        steps[step.name] = step
    return steps
