"""``vlmdata models``: the table, one model, what is refused."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Here
from vlmdata.models.presets import MODELS, REFUSED


def test_the_table_has_every_model_and_what_is_refused(here: Here):
    code, out, err = here("models")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[1 : len(MODELS) + 1]] == list(MODELS)
    refused = " ".join(out.split("not supported:")[1].split())
    assert all(f"{name} {reason}" in refused for name, reason in REFUSED.items())


def test_one_model_in_full(here: Here, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "400")  # no word is broken
    code, out, err = here("models", "qwen2.5-vl")
    assert (code, err) == (0, "")
    assert "1920x1080   1932x1092   1x1         1           2,691" in out
    flat = " ".join(out.split())
    for text in (*MODELS["qwen2.5-vl"].sources.values(), MODELS["qwen2.5-vl"].note, "<|vision_start|><|image_pad|>"):
        assert text in flat


def test_a_refused_model_by_name(here: Here):
    code, out, err = here("models", "nvila")
    assert (code, err) == (0, "")
    assert " ".join(out.split()) == f"nvila Not supported: {REFUSED['nvila']}."


def test_as_json(here: Here):
    found = json.loads(here("models", "--json")[1])
    assert (list(found["models"]), found["refused"]) == (list(MODELS), dict(REFUSED))
    one = json.loads(here("models", "llava-1.5", "--json")[1])
    assert (list(one["models"]), one["refused"]) == (["llava-1.5"], {})
    llava = one["models"]["llava-1.5"]
    assert llava["normalisation"]["mean"] == [0.48145466, 0.4578275, 0.40821073]
    assert llava["examples"][0] == {"size": [640, 480], "grid": [1, 1], "tokens": 576}
    assert json.loads(here("models", "nvila", "--json")[1]) == {"models": {}, "refused": {"nvila": REFUSED["nvila"]}}


@pytest.mark.parametrize(("name", "said"), [("qwen3", "did you mean 'qwen3-vl'?"), ("sarashina", "did you mean 'sar")])
def test_an_unknown_model(here: Here, name: str, said: str):
    code, out, err = here("models", name)
    assert (code, out) == (2, "")
    assert f"unknown model {name!r}" in err
    assert said in err


def test_quietly(here: Here):
    assert here("models", "-q") == (0, "", "")
