"""Japanese: what each mirror makes wrong. Rules alone: a word that none of them knows is refused."""

from vlmdata.steps.flip.findings import Reader
from vlmdata.steps.flip.japanese.heights import heights
from vlmdata.steps.flip.japanese.order import east_and_west, mirrors, north_and_south, order, stage, turning
from vlmdata.steps.flip.japanese.sides import sides

ACROSS: tuple[Reader, ...] = (sides, order, turning, mirrors, stage, east_and_west)
"""A mirror of left and right."""
ALONG: tuple[Reader, ...] = (heights, order, turning, mirrors, north_and_south)
"""A mirror of top and bottom."""
