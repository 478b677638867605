"""A data set directory as the files that other people's readers take: one file for each format, a list of them here."""

from vlmdata.shards.exports.base import Export
from vlmdata.shards.exports.coco import Coco
from vlmdata.shards.exports.energon import Energon
from vlmdata.shards.exports.lance import Lance
from vlmdata.shards.exports.litdata import LitData
from vlmdata.shards.exports.llava import Llava
from vlmdata.shards.exports.mds import Mds
from vlmdata.shards.exports.messages import Messages
from vlmdata.shards.exports.vlmeval import VlmEval

EXPORTS: dict[str, type[Export]] = {
    one.name: one for one in (Energon, Mds, LitData, Lance, Llava, Messages, VlmEval, Coco)
}

__all__ = ["EXPORTS", "Export"]
