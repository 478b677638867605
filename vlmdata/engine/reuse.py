"""How much of its work a run keeps for later ones, and which software that work depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import vlmdata
from vlmdata.engine.memory import Reuse
from vlmdata.engine.plan import Plan
from vlmdata.io.reuse import bounds, room_for

A_RENDER = 100_000
"""Bytes a row makes of rendered pictures, more or less: a photograph of 640 x 480 cut into tiles makes 150 kB."""
AN_ANSWER = 200
"""Bytes a row makes of answers for each step that looks, more or less."""

_PIXELS = ("pixels", "types")
_LOOKS = (*_PIXELS, "models", "steps")


def reuse_of(plan: Plan) -> tuple[Reuse, list[str]]:
    """What a run keeps, and remarks on what it does not although a run should.

    A run too large for a bound keeps nothing there, for it would push out its own beginning before that is asked for.
    Nor does a fetch, whose output is itself what later runs begin with.
    """
    if plan.kind == "fetched" or not plan.rows:
        return Reuse(), []
    looks = sum(step.looks for step in plan.recipe.steps)
    needs = {"answers": AN_ANSWER * looks, "renders": A_RENDER}
    rooms = {name: room_for(name) for name in needs}
    scarce = [name for name, need in needs.items() if bounds()[name] and need * plan.rows > rooms[name]]
    remarks = [
        f"{plan.rows:,} rows are too many to keep their {name} for later runs in {_size(rooms[name])}: "
        f"`vlmdata cache --bound {name}={_size(needs[name] * plan.rows)}` would make room, if the disk has it"
        for name in scarce
    ]
    each = {name: 0.0 if name in scarce else rooms[name] / plan.rows for name in needs}
    surveys = bounds()["surveys"] > 0
    return Reuse(**each, surveys=surveys, software=software(plan), drawing=_code(plan, _PIXELS)), remarks


def software(plan: Plan) -> bytes:
    """A hash of all code that decides what steps find out."""
    return _code(plan, _LOOKS)


def _code(plan: Plan, folders: Sequence[str]) -> bytes:
    """A hash of versions and of vlmdata's own source: between two releases code changes under one version."""
    digest = hashlib.sha256(json.dumps([plan.decoder.label, sorted(plan.versions.items())]).encode())
    root = Path(vlmdata.__file__).parent
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*.py")):
        digest.update(f"{path.relative_to(root)}:".encode() + path.read_bytes())
    return digest.digest()


def _size(size: float) -> str:
    """As ``--bound`` takes it."""
    return f"{size / 1e9:.0f}GB" if size >= 1e9 else f"{size / 1e6:.0f}MB"
