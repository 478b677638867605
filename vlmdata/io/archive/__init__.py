"""Zips and tars, here or on a server, cut or not: their members listed and read without unpacking a tree."""

from vlmdata.io.archive.content import MAX_BYTES, Content, content, contents
from vlmdata.io.archive.index import MemberIndex, member_of, row_of
from vlmdata.io.archive.locate import archive_ref, is_here, whole
from vlmdata.io.archive.member import Member, member_type
from vlmdata.io.archive.parts import FIRST_PARTS, SUFFIXES, beginnings, file_name, is_url, stem
from vlmdata.io.archive.reference import ArchiveRef, First, member_bytes, members, opened

__all__ = [
    "FIRST_PARTS",
    "MAX_BYTES",
    "SUFFIXES",
    "ArchiveRef",
    "Content",
    "First",
    "Member",
    "MemberIndex",
    "archive_ref",
    "beginnings",
    "content",
    "contents",
    "file_name",
    "is_here",
    "is_url",
    "member_bytes",
    "member_of",
    "member_type",
    "members",
    "opened",
    "row_of",
    "stem",
    "whole",
]
