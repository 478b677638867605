"""What runs leave for later ones under ``VLMDATA_HOME``: answers about pictures, and pictures as they were rendered.

All of it can be lost at any time and is made again, so nothing here raises for a file that is damaged, locked or cannot
be written.
"""

from vlmdata.io.reuse.answers import Answers
from vlmdata.io.reuse.bounds import BOUNDED, bounds, room_for, set_bound
from vlmdata.io.reuse.identity import identity_of
from vlmdata.io.reuse.oldest import files_of, size_of, without_oldest
from vlmdata.io.reuse.renders import Renders

__all__ = [
    "BOUNDED",
    "Answers",
    "Renders",
    "bounds",
    "files_of",
    "identity_of",
    "room_for",
    "set_bound",
    "size_of",
    "without_oldest",
]
