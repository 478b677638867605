"""How much a template may do for one conversation."""

from __future__ import annotations

from vlmdata.errors import BadRecord

_STEPS = 2_000_000
_CHARACTERS = 64_000_000
_LARGEST = 4_000_000
_CHARACTERS_A_STEP = 256
_CONTAINERS = (dict, list, tuple)


class Budget:
    """What is left of the steps and characters of one rendering. ``BadRecord`` ``template_limit`` where none is."""

    def __init__(self) -> None:
        self._steps = _STEPS
        self._characters = _CHARACTERS

    def step(self, times: int = 1, characters: int = 0) -> None:
        """Charge ``times`` steps, each of which may write ``characters``."""
        self._steps -= times
        self._characters -= times * characters
        if self._steps < 0 or self._characters < 0:
            raise BadRecord("template_limit", "the template loops or writes without end")

    def value(self, value: object) -> None:
        """Charge what a value is made of, a part once for each place it stands in, before anything walks it."""
        waiting: list[object] = [value]
        parts = characters = 0
        while waiting:
            one = waiting.pop()
            parts += 1
            if isinstance(one, str):
                characters += len(one)
            elif isinstance(one, _CONTAINERS):
                fits(parts + len(waiting) + len(one))
                waiting += [*one, *one.values()] if isinstance(one, dict) else one
            fits(parts + characters)
        self.step(parts + characters // _CHARACTERS_A_STEP)


def fits(size: int) -> None:
    """A value of this size, in characters and items, may be made. ``BadRecord`` ``template_limit`` if not."""
    if size > _LARGEST:
        raise BadRecord("template_limit", f"the template makes a value of {size} characters or items")
