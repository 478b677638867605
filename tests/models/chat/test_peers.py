"""The same conversations through transformers and mistral-common, in an environment of their own."""

from __future__ import annotations

import json
import random
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.models.chat.talk import pieces, talk
from tests.models.chat.template import codes
from vlmdata.models.chat import CHAT_FORMATS, render
from vlmdata.models.chat.template import ChatTemplate, TemplateFiles

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PACKAGES = ("transformers==5.23.0", "jinja2==3.1.6", "mistral-common==1.13.1", "opencv-python-headless", "pillow")
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}
CODES = {
    "parts": codes.PARTS,
    "generation": codes.GENERATION,
    "first": codes.PICTURES_FIRST,
    "numbered": codes.NUMBERED,
}
WORDS = [
    "What is it?",
    "猫は何をしていますか。",
    "A dog.",
    "one\ntwo",
    "  spaced  ",
    "100%",
    "{x} {{y}} {% z %}",
    "👩‍👧",
]

TRANSFORMERS = """
import json, sys
from transformers.models.smolvlm.processing_smolvlm import DEFAULT_CHAT_TEMPLATE
from transformers.utils.chat_template_utils import render_jinja_template
told = json.load(sys.stdin)
codes = {**told["codes"], "smolvlm": DEFAULT_CHAT_TEMPLATE}
parts = lambda items: [{"type": "image"} if isinstance(i, int) else {"type": "text", "text": i} for i in items]
written = {}
for name, code in codes.items():
    written[name] = []
    for turns in told["conversations"]:
        chat = [{"role": role, "content": parts(items)} for role, *items in turns]
        options = {"chat_template": code, "return_assistant_tokens_mask": True, **told["tokens"]}
        texts, ranges = render_jinja_template([chat], **options)
        written[name].append([texts[0], [texts[0][start:stop] for start, stop in ranges[0]]])
json.dump({"codes": codes, "written": written}, sys.stdout)
"""
MISTRAL = """
import json, sys
from PIL import Image
from mistral_common.protocol.instruct.chunk import ImageChunk, TextChunk
from mistral_common.protocol.instruct.messages import AssistantMessage, UserMessage
from mistral_common.protocol.instruct.request import InstructRequest
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
tokenizer = MistralTokenizer.v3(is_tekken=True, is_mm=True).instruct_tokenizer
picture = Image.new("RGB", (16, 16))
chunk = lambda item: ImageChunk(image=picture) if isinstance(item, int) else TextChunk(text=item)
written = []
for turns in json.load(sys.stdin)["conversations"]:
    system = next((items[0] for role, *items in turns if role == "system"), None)
    messages = [
        AssistantMessage(content=items[0]) if role == "assistant" else UserMessage(content=list(map(chunk, items)))
        for role, *items in turns
        if role != "system"
    ]
    text = tokenizer.encode_instruct(InstructRequest(messages=messages, system_prompt=system)).text
    written.append(text.replace("[IMG][IMG_END]", "[IMG]"))
json.dump(written, sys.stdout)
"""


def conversations(count: int) -> list[list[list[str | int]]]:
    chance = random.Random(7)
    made = []
    for _ in range(count):
        turns: list[list[str | int]] = [["system", "Be brief."]] if chance.random() < 0.3 else []
        shown = 0
        for _ in range(chance.randint(1, 4)):
            items: list[str | int] = []
            for _ in range(chance.randint(1, 4)):
                is_picture = chance.random() < 0.5
                items.append(shown if is_picture else chance.choice(WORDS))
                shown += is_picture
            turns += [["user", *items], ["assistant", chance.choice(WORDS)]]
        made.append(turns)
    return made


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the peers; none of them needs torch for texts."""
    folder = tmp_path_factory.mktemp("peers")
    venv.create(folder, with_pip=True)
    install = [folder / "bin" / "pip", "install", "--quiet", *PACKAGES]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"the peers cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    return folder / "bin" / "python"


def asked(python: Path, code: str, told: dict[str, Any]) -> Any:
    done = subprocess.run([python, "-c", code], input=json.dumps(told), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_templates_write_what_they_write_in_transformers(python: Path) -> None:
    told = conversations(200)
    answer = asked(python, TRANSFORMERS, {"codes": CODES, "tokens": TOKENS, "conversations": told})
    assert set(answer["codes"]) == {*CODES, "smolvlm"}
    for name, code in answer["codes"].items():
        template = ChatTemplate(TemplateFiles(code, TOKENS, ()), None, {})
        for turns, (text, generated) in zip(told, answer["written"][name], strict=True):
            rendered = template.render(talk(*map(tuple, turns)), "answer")
            assert rendered.text == text
            if name == "generation":
                assert pieces(rendered, "trained") == generated


def test_smolvlm_writes_what_its_processor_writes(python: Path) -> None:
    told = conversations(200)
    answer = asked(python, TRANSFORMERS, {"codes": {}, "tokens": {}, "conversations": told})
    for turns, (text, _) in zip(told, answer["written"]["smolvlm"], strict=True):
        assert render(talk(*map(tuple, turns)), CHAT_FORMATS["smolvlm"]).text == text


def test_pixtral_writes_what_mistral_common_writes(python: Path) -> None:
    told = conversations(200)
    for turns, text in zip(told, asked(python, MISTRAL, {"conversations": told}), strict=True):
        assert render(talk(*map(tuple, turns)), CHAT_FORMATS["pixtral"]).text == text
