"""What every step owes its readers and the engine."""

import inspect
import re
import textwrap

import pytest
import yaml
from pydantic import ValidationError

from vlmdata.steps import STEPS, steps_by_name
from vlmdata.steps.base import Context, GlobalStep, Step, StreamStep
from vlmdata.types import (
    Alternative,
    Annotation,
    Box,
    Drop,
    Image,
    ImagePart,
    Message,
    Origin,
    RegionPart,
    Sample,
    Size,
    TextPart,
)

ALL = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)


def examples(step):
    """The steps of the ``## Example`` section, read as a recipe would."""
    section = inspect.getdoc(step).split("## Example\n")[1]
    found = []
    for item in yaml.safe_load(textwrap.dedent(section)):
        name, fields = (item, {}) if isinstance(item, str) else next(iter(item.items()))
        found.append(steps_by_name()[name].model_validate(fields))
    return found


def samples():
    """A talkative sample with pictures and regions, a caption with alternatives, and a text."""
    origin = Origin(dataset="d", source="file#1")
    marks = (Annotation(id="a", label="dog", box=Box(-3, 4, 50, 60)), Annotation(id="b", box=Box(9, 9, 1, 1)))
    image = Image(data=b"x", original=Size(640, 480), media_type="image/jpeg", sha256="0" * 64)
    yield Sample(
        key="talk",
        origin=origin,
        images=(image,),
        messages=(
            Message("user", (ImagePart(0), TextPart("Where is the dog?"))),
            Message("assistant", (RegionPart(("a",)),)),
            Message("user", (TextPart("What colour is it?"),)),
            Message("assistant", (TextPart("Brown."),)),
        ),
        annotations=marks,
        tags=("vqa",),
        meta={"similarity": 0.3},
    )
    yield Sample(
        key="caption",
        origin=origin,
        images=(image,),
        messages=(Message("user", (ImagePart(0),)), Message("assistant", (TextPart("A dog."),))),
        alternatives=(Alternative(1, "A brown dog."),),
    )
    yield Sample(key="text", origin=origin, messages=(Message("user", (TextPart("Hello"),)),))


@ALL
def test_it_is_documented(step):
    text = inspect.getdoc(step)
    first = text.splitlines()[0]
    assert first.endswith(".")
    assert len(first) <= 100
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Why", "Drops", "Example"]
    assert re.search(r"## Drops\n(none|- ``)", text)


@ALL
def test_its_example_validates_and_is_ready(step):
    found = examples(step)
    assert any(type(one) is step for one in found)
    assert [one.ready() for one in found] == [None] * len(found)


@ALL
def test_its_name_and_fields_are_plain(step):
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)?", step.name)
    assert all(re.fullmatch(r"[a-z][a-z_]*", name) for name in step.model_fields)


@ALL
def test_it_is_frozen_and_takes_no_unknown_parameter(step):
    one = examples(step)[0]
    with pytest.raises(ValidationError, match="extra"):
        step.model_validate({**one.model_dump(), "surprise": 1})
    for name in step.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(one, name, None)


@ALL
def test_it_is_the_same_after_it_has_been_written_out(step):
    for one in examples(step):
        assert type(one).model_validate(one.model_dump(mode="json")) == one


@ALL
def test_it_is_of_one_kind(step):
    assert sum(issubclass(step, kind) for kind in (Step, StreamStep, GlobalStep)) == 1


@pytest.mark.parametrize("step", [step for step in STEPS if issubclass(step, Step)], ids=lambda step: step.name)
def test_apply_is_pure(step):
    for one in examples(step):
        for sample, untouched in zip(samples(), samples(), strict=True):
            outcomes = [one.apply(sample, Context(7, step.name)) for _ in range(2)]
            assert outcomes[0] == outcomes[1]
            assert sample == untouched
            assert isinstance(outcomes[0], Sample | Drop) or all(isinstance(child, Sample) for child in outcomes[0])
            assert outcomes[0] != []


@pytest.mark.parametrize("step", [step for step in STEPS if issubclass(step, Step)], ids=lambda step: step.name)
def test_every_reason_it_gives_is_documented(step):
    text = inspect.getdoc(step).split("## Drops")[1]
    for one in examples(step):
        for sample in samples():
            outcome = one.apply(sample, Context(7, step.name))
            if isinstance(outcome, Drop):
                assert f"``{outcome.reason.split(':')[0]}" in text


def test_names_are_unique_and_all_are_found():
    assert len({step.name for step in STEPS}) == len(STEPS)
    assert set(STEPS) <= set(steps_by_name().values())
