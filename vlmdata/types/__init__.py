"""What flows: the sample and its parts. Standard library only."""

from vlmdata.types.annotation import Annotation, Mask, Ring
from vlmdata.types.conversation import (
    ROLES,
    Alternative,
    Choices,
    ImagePart,
    Message,
    Part,
    RegionPart,
    Role,
    TextPart,
)
from vlmdata.types.distributions import Distributions
from vlmdata.types.download import Download
from vlmdata.types.geometry import Box, Point, Size
from vlmdata.types.image import Image
from vlmdata.types.layout import WHOLE, Layout, Seen, View, ViewKind
from vlmdata.types.manifest import (
    SCHEMA_VERSION,
    Kind,
    LicenseCounts,
    Manifest,
    ShardInfo,
    SourceInfo,
    StepTally,
    TaskReport,
)
from vlmdata.types.pixel_edit import Blur, Cover, CoverHow, CoverShape, Jitter, Noise, PixelEdit, Recompress
from vlmdata.types.record import Record, record_json, record_size, to_record
from vlmdata.types.restore import from_record
from vlmdata.types.sample import Commercial, Drop, Dropped, License, Origin, Sample, SampleRole
from vlmdata.types.sequence import IGNORED, Rendered, Span, Tokens
from vlmdata.types.source import Partition, Rejected, Source
from vlmdata.types.transform import Affine, Chain, Crop, HFlip, Pad, Resize, ResizeFilter, Rot90, Transform, VFlip
from vlmdata.types.written import StoredView, Written

__all__ = [
    "IGNORED",
    "ROLES",
    "SCHEMA_VERSION",
    "WHOLE",
    "Affine",
    "Alternative",
    "Annotation",
    "Blur",
    "Box",
    "Chain",
    "Choices",
    "Commercial",
    "Cover",
    "CoverHow",
    "CoverShape",
    "Crop",
    "Distributions",
    "Download",
    "Drop",
    "Dropped",
    "HFlip",
    "Image",
    "ImagePart",
    "Jitter",
    "Kind",
    "Layout",
    "License",
    "LicenseCounts",
    "Manifest",
    "Mask",
    "Message",
    "Noise",
    "Origin",
    "Pad",
    "Part",
    "Partition",
    "PixelEdit",
    "Point",
    "Recompress",
    "Record",
    "RegionPart",
    "Rejected",
    "Rendered",
    "Resize",
    "ResizeFilter",
    "Ring",
    "Role",
    "Rot90",
    "Sample",
    "SampleRole",
    "Seen",
    "ShardInfo",
    "Size",
    "Source",
    "SourceInfo",
    "Span",
    "StepTally",
    "StoredView",
    "TaskReport",
    "TextPart",
    "Tokens",
    "Transform",
    "VFlip",
    "View",
    "ViewKind",
    "Written",
    "from_record",
    "record_json",
    "record_size",
    "to_record",
]
