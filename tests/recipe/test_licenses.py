"""Which licences a recipe takes, by patterns over their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vlmdata.recipe.licenses import Licenses, refusal, stated_by
from vlmdata.types import Commercial, Drop, Image, License, Origin, Sample


def sample(
    annotations: str | None = None, images: str | None = None, *own: str | None, commercial: Commercial = "unclear"
) -> Sample:
    """With as many pictures as ``own`` licences, and at least one."""
    return Sample(
        key="a",
        origin=Origin(dataset="d", source="d#0"),
        images=tuple(Image(data=b"", license=name) for name in own or (None,)),
        license=License(annotations=annotations, images=images, commercial=commercial),
    )


def test_without_a_policy_everything_is_taken() -> None:
    assert refusal(Licenses(), sample()) is None
    assert refusal(Licenses(), sample("GPL", "all rights reserved", commercial="no")) is None


@pytest.mark.parametrize("commercial", ["no", "unclear"])
def test_commercial_use_must_be_certain(commercial: Commercial) -> None:
    policy = Licenses(commercial=True)
    assert refusal(policy, sample("MIT", commercial="yes")) is None
    assert refusal(policy, sample("MIT", commercial=commercial)) == Drop(
        reason="license_not_commercial", value=commercial, threshold="yes"
    )


def test_every_licence_that_is_stated_must_be_allowed() -> None:
    policy = Licenses(allow=("CC-BY-[0-9]*", "MIT"))
    assert refusal(policy, sample("MIT", "CC-BY-4.0")) is None
    assert refusal(policy, sample("MIT")) is None
    assert refusal(policy, sample("MIT", "CC-BY-NC-4.0")) == Drop(
        reason="license_not_allowed", value="CC-BY-NC-4.0", threshold="CC-BY-[0-9]*, MIT"
    )


def test_one_denied_licence_is_enough() -> None:
    policy = Licenses(deny=("*-NC-*", "GPL*"))
    assert refusal(policy, sample("MIT", "CC-BY-4.0")) is None
    assert refusal(policy, sample("MIT", "CC-BY-NC-4.0")) == Drop(
        reason="license_denied", value="CC-BY-NC-4.0", threshold="not *-NC-*"
    )


@pytest.mark.parametrize("written", ["CC BY-NC 2.0", "cc-by-nc-2.0", "Cc  By  Nc 2.0"])
@pytest.mark.parametrize("pattern", ["CC-BY-NC-2.0", "cc by nc*", "*NC*"])
def test_one_licence_is_written_in_many_ways(written: str, pattern: str) -> None:
    assert refusal(Licenses(allow=(pattern,)), sample(written)) is None
    assert refusal(Licenses(deny=(pattern,)), sample(written)) is not None


def test_what_states_nothing_is_called_unknown() -> None:
    assert refusal(Licenses(allow=("MIT",)), sample()) == Drop(
        reason="license_unknown", value="unknown", threshold="MIT"
    )
    assert refusal(Licenses(allow=("MIT", "unknown")), sample()) is None
    assert refusal(Licenses(deny=("GPL*",)), sample()) is None
    assert refusal(Licenses(deny=("unknown",)), sample()) == Drop(
        reason="license_unknown", value="unknown", threshold="not unknown"
    )


def test_a_pictures_own_licence_counts_before_that_of_the_set() -> None:
    assert stated_by(sample("MIT", "various", "CC0", "CC-BY-4.0", "CC0")) == ("MIT", "CC0", "CC-BY-4.0")
    assert stated_by(sample("MIT", "various", "CC0", None)) == ("MIT", "CC0", "various")
    assert stated_by(sample()) == ()
    policy = Licenses(allow=("CC0", "MIT"))
    assert refusal(policy, sample("MIT", "various", "CC0")) is None
    refused = refusal(policy, sample("MIT", "various", "CC0", "CC-BY-NC-4.0"))
    assert refused is not None
    assert refused.value == "CC-BY-NC-4.0"


@pytest.mark.parametrize(
    ("allow", "deny"),
    [(["MIT"], ["mit"]), (["CC BY-NC 4.0"], ["*NC*"]), (["MIT", "CC-BY*"], ["GPL*", "*"])],
    ids=["same", "covered", "everything"],
)
def test_contradictions_are_refused(allow: list[str], deny: list[str]) -> None:
    with pytest.raises(ValidationError, match="in deny takes away"):
        Licenses.model_validate({"allow": allow, "deny": deny})
    assert Licenses(allow=("CC*",), deny=("*NC*",)).deny == ("*NC*",)


names = st.text(st.sampled_from("AbC-4. "), max_size=8)


@given(st.lists(names, max_size=3), st.lists(names.filter(bool), max_size=3))
def test_denying_is_the_opposite_of_allowing(stated: list[str], patterns: list[str]) -> None:
    """Of one licence: what some patterns allow they deny as well."""
    for name in stated:
        one = sample(name)
        allowed = refusal(Licenses(allow=tuple(patterns)), one) is None
        denied = refusal(Licenses(deny=tuple(patterns)), one) is not None
        assert allowed == (denied or not patterns)
