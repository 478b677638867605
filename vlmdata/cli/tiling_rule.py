"""Which tiling policy a command line means, and with which options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, NoReturn, cast

from vlmdata.errors import UsageError
from vlmdata.models.tiling import POLICIES, Tiled, TilingOptions, tiled
from vlmdata.types import Size

NO_RULE = "name a policy (--policy P) or a model (--model M); vlmdata models lists both"


class Rule(NamedTuple):
    """A policy with its options."""

    policy: str
    options: TilingOptions

    def __call__(self, size: Size, images: int) -> Tiled:
        """The picture as ``tiled`` has it. Raises ``BadRecord`` for a size the policy has no rule for."""
        return tiled(self.policy, size, images=images, **self.options)


def rule_of(policy: str | None, model: str | None, options: Sequence[str]) -> Rule | None:
    """What ``--policy``, ``--model`` and ``--option`` say together; None where they say nothing.

    Raises ``UsageError``.
    """
    if policy and model:
        raise UsageError("--policy and --model both name a policy: give one of them")
    if model:
        policy = _policy_of(model)
    if policy is None:
        if options:
            raise UsageError("--option goes with --policy or --model")
        return None
    if policy not in POLICIES:
        _unknown("tiling policy", policy, POLICIES)
    return Rule(policy, _checked(policy, options) if options else {})


def _policy_of(model: str) -> str:
    from vlmdata.models.presets import MODELS, REFUSED

    if model in REFUSED:
        raise UsageError(f"model {model} is not supported: {REFUSED[model]}")
    if model not in MODELS:
        _unknown("model", model, MODELS)
    return MODELS[model].tiling


def _unknown(noun: str, name: str, known: Iterable[str]) -> NoReturn:
    from vlmdata.recipe import nearest

    raise UsageError(f"unknown {noun} {name!r}{nearest(name, known)}")


def _checked(policy: str, options: Sequence[str]) -> TilingOptions:
    """Options as a recipe's ``tile.anyres`` takes them: each is ``NAME=VALUE``, the value in YAML."""
    from vlmdata.io.yaml_text import parse
    from vlmdata.recipe import named_step

    fields: dict[str, object] = {"policy": policy}
    for option in options:
        name, _, value = option.partition("=")
        if not value or name in fields:
            raise UsageError(f"--option is NAME=VALUE, each name once, such as max_tiles=6, not {option!r}")
        fields[name], _ = parse(value, f"--option {name}")
    step = named_step("tile.anyres", fields)
    if complaint := step.ready():
        raise UsageError(complaint)
    return cast(TilingOptions, step.model_dump(exclude={"policy"}, exclude_none=True))
