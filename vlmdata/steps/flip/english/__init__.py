"""English: what each mirror makes wrong. Nothing here is Japanese, nothing in ``japanese`` is English."""

from vlmdata.steps.flip.english.compass import east_and_west, north_and_south
from vlmdata.steps.flip.english.heights import heights
from vlmdata.steps.flip.english.order import foreign_heights, foreign_sides, mirrors, order, turning, vehicles
from vlmdata.steps.flip.english.reader import sides
from vlmdata.steps.flip.findings import Reader

ACROSS: tuple[Reader, ...] = (sides, vehicles, order, turning, mirrors, east_and_west, foreign_sides)
"""A mirror of left and right."""
ALONG: tuple[Reader, ...] = (heights, order, turning, mirrors, north_and_south, foreign_heights)
"""A mirror of top and bottom."""
