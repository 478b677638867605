"""Which licences a recipe takes."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vlmdata.types import Drop, Sample

UNKNOWN = "unknown"
"""The name, in patterns, of what a sample that states no licence has."""

Pattern = Annotated[str, Field(min_length=1)]


class Licenses(BaseModel):
    """Patterns (``*``, ``?``, ``[...]``) over the names of licences; case is ignored, a blank is a hyphen.

    With ``allow`` every licence that a sample states must match one of the patterns; what matches ``deny`` goes. With
    ``commercial: true`` only samples whose licence says yes are kept.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    commercial: bool = False
    allow: tuple[Pattern, ...] = ()
    deny: tuple[Pattern, ...] = ()

    @model_validator(mode="after")
    def _allows_something(self) -> Self:
        for one in self.allow:
            if denied := _first_match(one, self.deny):
                raise ValueError(f"allow holds {one!r}, which {denied!r} in deny takes away: leave one of them out")
        return self


def refusal(policy: Licenses, sample: Sample) -> Drop | None:
    """Why a recipe with this policy does not take the sample; None where it does.

    Reasons: ``license_not_commercial``, ``license_denied``, ``license_not_allowed``, and ``license_unknown`` for a
    sample that states none. The value is what was found, the threshold what was asked.
    """
    if policy.commercial and sample.license.commercial != "yes":
        return Drop(reason="license_not_commercial", value=sample.license.commercial, threshold="yes")
    if not policy.allow and not policy.deny:
        return None
    stated = stated_by(sample)
    for name in stated or (UNKNOWN,):
        if denied := _first_match(name, policy.deny):
            return Drop(reason="license_denied" if stated else "license_unknown", value=name, threshold=f"not {denied}")
        if policy.allow and not _first_match(name, policy.allow):
            reason = "license_not_allowed" if stated else "license_unknown"
            return Drop(reason=reason, value=name, threshold=", ".join(policy.allow))
    return None


def stated_by(sample: Sample) -> tuple[str, ...]:
    """The licences a sample states: of its annotations, and of its pictures, each one's own where it has one."""
    terms = sample.license
    pictures = [image.license or terms.images for image in sample.images] or [terms.images]
    return tuple(dict.fromkeys(name for name in (terms.annotations, *pictures) if name))


def _first_match(name: str, patterns: tuple[str, ...]) -> str | None:
    return next((one for one in patterns if fnmatchcase(_plain(name), _plain(one))), None)


def _plain(name: str) -> str:
    """``CC BY 4.0`` and ``cc-by-4.0`` are written by different people for the same."""
    return "-".join(name.casefold().replace("-", " ").split())
