"""Views of the package as the operations that ``published`` speaks of."""

from tests.models.tiling.published import Op, Published
from vlmdata.models.tiling import Tiled
from vlmdata.types import Crop, HFlip, Pad, Resize, Rot90, Size, Transform


def operations(edits: tuple[Transform, ...], size: Size) -> tuple[Op, ...]:
    """Padding by nothing is left out; a turn and a mirror are a transposition."""
    done: list[Op] = []
    for edit in edits:
        after = edit.size(size)
        match edit:
            case Resize(width, height, kernel):
                done.append(("resize", width, height, kernel))
            case Crop(left, top, width, height):
                done.append(("crop", left, top, left + width, top + height))
            case Pad(left=left, top=top, color=color):
                done += [("pad", after.width, after.height, left, top, color)] if after != size else []
            case Rot90(1):
                done.append(("turn",))
            case HFlip() if done and done[-1] == ("turn",):
                done[-1] = ("transpose",)
            case _:
                raise AssertionError(edit)
        size = after
    return tuple(done)


def as_published(tiled: Tiled, size: Size) -> Published:
    assert tiled.resized is not None
    views = tuple(operations(view.edits, size) for view in tiled.views)
    return Published((tiled.resized.width, tiled.resized.height), tiled.grid, tiled.tokens, views)
