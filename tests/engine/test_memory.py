"""Runs that take up what earlier ones left: the same output as a clean run, and only what changed is done again."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset
import pytest

from tests.engine.conftest import hashes, recipe_of
from vlmdata.engine import reuse
from vlmdata.engine.run import Where, plan_of, preprocess
from vlmdata.io.reuse import set_bound
from vlmdata.io.reuse.table import FILE
from vlmdata.recipe import Recipe
from vlmdata.steps.base import AnyStep, Context, GlobalStep, Step
from vlmdata.types import Drop, Manifest, Sample

SPAWN = multiprocessing.get_context("spawn")

Ran = Callable[..., Manifest]

INPUT = "inputs: [{dataset: shapes, limit: 90}]\n"
TAIL = "output: {formats: [parquet, webdataset], max_samples: 30, shuffle: true}\n"
TILED = "{augment.hflip: {p: 0.5}}, {tile.anyres: {policy: internvl, max_tiles: 2}}"


def recipe(*, text: str = "", pixels: str = TILED, tail: str = TAIL) -> str:
    """A recipe whose text and pixels can be changed one without the other."""
    steps = ", ".join(filter(None, ["clean.image", text, pixels]))
    return f"{INPUT}steps: [{steps}]\n{tail}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stores of its own; what other tests have fetched serves."""
    folder = tmp_path / "home"
    folder.mkdir()
    shared = Path(os.environ["VLMDATA_HOME"]) / "fetched"
    shared.mkdir(exist_ok=True)
    (folder / "fetched").symlink_to(shared)
    monkeypatch.setenv("VLMDATA_HOME", str(folder))
    return folder


@pytest.fixture
def ran(home: Path, tmp_path: Path) -> Ran:
    def _ran(text: str, out: str, **where: Any) -> Manifest:
        return preprocess(recipe_of(text, tmp_path), tmp_path / out, Where(**where))

    return _ran


def untimed(out: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_bytes())
    del manifest["timings"], manifest["reuse"]
    for tally in manifest["funnel"]:
        del tally["seconds"]
    return manifest


def assert_same(one: Path, other: Path) -> None:
    assert hashes(one) == hashes(other)
    assert untimed(one) == untimed(other)


def test_a_change_of_text_renders_nothing(ran: Ran, tmp_path: Path) -> None:
    pictures = ran(recipe(), "first").reuse["rendered"]
    assert pictures > 80
    changed = recipe(text="{filter.text: {max_chars: 100}}")
    kept = ran(changed, "kept").reuse
    clean = ran(changed, "clean", reuse=False).reuse
    assert set(kept) == {"renders_kept"}
    assert 10 < kept["renders_kept"] < pictures
    assert clean == {"rendered": kept["renders_kept"]}
    assert_same(tmp_path / "kept", tmp_path / "clean")


@pytest.mark.parametrize(
    "pixels",
    [
        "",
        "{tile.anyres: {policy: internvl, max_tiles: 3}}",
        "{image.resize: {max_side: 100}}",
        "{augment.noise: {blur: [0.5, 1]}}",
    ],
    ids=["passed-through", "layout", "resize", "values"],
)
def test_a_change_of_pixels_renders_what_comes_out_otherwise(ran: Ran, tmp_path: Path, pixels: str) -> None:
    ran(recipe(), "first")
    again = recipe(pixels=pixels)
    assert ran(again, "kept").reuse["rendered"] > 0
    assert ran(recipe(pixels=pixels, text="clean.text"), "more").reuse.keys() == {"renders_kept"}
    ran(again, "clean", reuse=False)
    assert_same(tmp_path / "kept", tmp_path / "clean")


@pytest.mark.parametrize("image", ["quality: 70", "fidelity: exact"])
def test_how_pictures_are_stored_decides(ran: Ran, tmp_path: Path, image: str) -> None:
    ran(recipe(), "first")
    other = recipe(tail=f"output: {{image: {{{image}}}}}\n")
    assert ran(other, "kept").reuse.get("renders_kept", 0) == 0
    ran(other, "clean", reuse=False)
    assert_same(tmp_path / "kept", tmp_path / "clean")


def test_pictures_made_of_others_are_not_taken_for_them(ran: Ran, tmp_path: Path) -> None:
    """A data set made of another says of its pictures what they were made of, and they are not that any more."""
    whole = f"{INPUT}steps: [clean.image]\n"
    small = f"{INPUT}steps: [clean.image, {{image.resize: {{max_side: 90}}}}]\n"
    ran(whole, "whole")
    ran(small, "small")
    for name in ("whole", "small"):
        text = f"inputs: [{{path: {name}}}]\nsteps: [{{tile.anyres: {{policy: llava-next}}}}]\n"
        ran(text, f"{name}-kept")
        ran(text, f"{name}-clean", reuse=False)
        assert_same(tmp_path / f"{name}-kept", tmp_path / f"{name}-clean")


def test_workers_share_and_find(ran: Ran, tmp_path: Path) -> None:
    ran(recipe(), "first", workers=2)
    assert ran(recipe(text="clean.text"), "kept", workers=2).reuse.keys() == {"renders_kept"}
    ran(recipe(text="clean.text"), "clean", reuse=False)
    assert_same(tmp_path / "kept", tmp_path / "clean")


def _damage_heads(folder: Path) -> None:
    for path in folder.rglob("*.pack"):
        path.write_bytes(b"x" * 100 + path.read_bytes()[100:])


def _damage_index(folder: Path) -> None:
    (folder / "index" / FILE).write_bytes(b"no database" * 1000)


@pytest.mark.parametrize("damage", [_damage_heads, _damage_index], ids=["packs", "index"])
def test_damage_costs_time_alone(ran: Ran, tmp_path: Path, home: Path, damage: Callable[[Path], None]) -> None:
    first = ran(recipe(), "first").reuse
    damage(home / "renders")
    assert ran(recipe(text="clean.text"), "kept").reuse["rendered"] > 0
    ran(recipe(text="clean.text"), "mended")  # the task that met a damaged index went on without
    assert ran(recipe(), "again").reuse == {"renders_kept": first["rendered"]}
    assert_same(tmp_path / "again", tmp_path / "first")


def test_a_store_that_cannot_be_written_is_done_without(ran: Ran, tmp_path: Path, home: Path) -> None:
    (home / "renders").write_text("a file is in the way")
    kept = ran(recipe(), "kept").reuse
    assert kept == ran(recipe(), "clean", reuse=False).reuse
    assert_same(tmp_path / "kept", tmp_path / "clean")


def test_a_run_too_large_for_its_bound_keeps_nothing_and_says_so(home: Path, tmp_path: Path) -> None:
    plan = plan_of(recipe_of(recipe(), tmp_path), Where())
    fits, remarks = reuse.reuse_of(plan)
    assert (fits.renders > 0, remarks) == (True, [])
    set_bound("renders", 5 * 10**6)
    scarce, remarks = reuse.reuse_of(plan)
    assert (scarce.renders, scarce.answers > 0) == (0, True)
    (remark,) = remarks
    assert remark.startswith("90 rows are too many to keep their renders for later runs in 5MB: ")
    assert "`vlmdata cache --bound renders=9MB`" in remark
    set_bound("renders", 0)
    assert reuse.reuse_of(plan)[1] == []
    preprocess(recipe_of(recipe(), tmp_path), tmp_path / "out", Where())
    assert not (home / "renders").exists()


def test_a_fetch_keeps_nothing(ran: Ran, home: Path) -> None:
    ran(INPUT.replace("90", "23"), "out", reuse=False)
    assert not (home / "renders").exists()


class Looks(Step):
    """Marks samples by the length of their picture's bytes, and leaves a sign of each look in a file."""

    name = "test.looks"
    looks = True
    signs: str

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        for image in sample.images:
            if ctx.recall("length", image, lambda data=image.data: self.look(data)) == b"":
                return Drop(reason="empty")
        return sample

    def look(self, data: bytes | None) -> bytes:
        with Path(self.signs).open("a") as file:
            file.write(".")
        return str(len(data or b"")).encode()


class Surveys(GlobalStep):
    """Looks for its signature, and keeps everything."""

    name = "test.surveys"
    looks = True
    signs: str

    @classmethod
    def signature_schema(cls) -> pa.Schema:
        return pa.schema([("length", pa.string())])

    def signature(self, sample: Sample, ctx: Context) -> Mapping[str, object]:
        look = Looks(signs=self.signs).look
        found = [ctx.recall("own", image, lambda data=image.data: look(data)) for image in sample.images]
        return {"length": b",".join(found).decode()}

    def decide(self, signatures: pyarrow.dataset.Dataset, scratch: Path) -> pa.Table:
        return signatures.to_table(columns=["task", "key"])

    def resolve(self, sample: Sample, decision: Mapping[str, object] | None, ctx: Context) -> Sample | Drop:
        return sample if decision else Drop(reason="gone")


def with_steps(base: Recipe, *steps: AnyStep) -> Recipe:
    return Recipe.model_construct(**{**dict(base), "steps": steps})


def test_what_steps_found_out_is_asked_once(home: Path, tmp_path: Path) -> None:
    signs = tmp_path / "signs"
    steps = (Looks(signs=str(signs)), Surveys(signs=str(signs)))
    base = recipe_of(INPUT + TAIL, tmp_path)
    first = preprocess(with_steps(base, *steps), tmp_path / "first", Where())
    looks = len(signs.read_text())
    assert first.reuse["answers_kept"] > 80  # the second pass asks again
    assert looks < 2 * 100
    again = preprocess(with_steps(base, *steps, Looks(signs=str(signs))), tmp_path / "again", Where())
    assert len(signs.read_text()) == looks
    assert "answered" not in again.reuse
    clean = preprocess(with_steps(base, *steps, Looks(signs=str(signs))), tmp_path / "clean", Where(reuse=False))
    assert clean.reuse["answered"] == again.reuse["answers_kept"]
    assert_same(tmp_path / "again", tmp_path / "clean")


def test_other_software_finds_nothing(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ran(recipe(), "first").reuse
    monkeypatch.setattr("vlmdata.engine.plan.versions", lambda: {"pillow": "another"})
    assert ran(recipe(text="clean.text"), "other").reuse == first


def _run_for_ever(text: str, folder: Path, home: Path) -> None:
    os.environ["VLMDATA_HOME"] = str(home)
    for number in range(1000):
        preprocess(recipe_of(text, folder), folder / f"killed-{os.getpid()}-{number}", Where())


def _killed(text: str, folder: Path, home: Path, waits: Iterator[float]) -> None:
    """Two runs at once that share the stores, killed when there are packs."""
    processes = [SPAWN.Process(target=_run_for_ever, args=(text, folder, home)) for _ in range(2)]
    for process in processes:
        process.start()
    limit = time.monotonic() + 60
    while not list((home / "renders").rglob("*.pack")):
        assert time.monotonic() < limit
        time.sleep(0.01)
    for process in processes:
        time.sleep(next(waits))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()


def test_runs_share_the_stores_and_may_be_killed(ran: Ran, tmp_path: Path, home: Path) -> None:
    clean = ran(recipe(), "clean", reuse=False).reuse
    waits = iter((0.0, 0.02, 0.1, 0.2))
    for _ in range(2):
        _killed(recipe(), tmp_path, home, waits)
    ran(recipe(), "kept")
    assert_same(tmp_path / "kept", tmp_path / "clean")
    assert ran(recipe(), "again").reuse == {"renders_kept": clean["rendered"]}
    assert_same(tmp_path / "again", tmp_path / "clean")
