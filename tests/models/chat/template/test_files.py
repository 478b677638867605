"""Templates and tokens as models publish them: files, folders, the Hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.hub import Hub, hub_server
from tests.servers.hub_clients import hub_clients
from vlmdata.errors import InputError
from vlmdata.models.chat.template import found, read

CONFIG = {
    "bos_token": {"content": "<s>", "special": True},
    "eos_token": "</s>",
    "pad_token": None,
    "added_tokens_decoder": {
        "0": {"content": "<s>", "special": True},
        "7": {"content": "<|end|>", "special": True},
        "8": {"content": "<|box_start|>", "special": True},
        "9": {"content": "plain", "special": False},
    },
    "chat_template": "from the config",
}


def write(folder: Path, **files: object) -> Path:
    for name, value in files.items():
        text = value if isinstance(value, str) else json.dumps(value)
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def test_a_folder_has_its_template_in_one_of_three_files(tmp_path: Path) -> None:
    write(tmp_path, tokenizer_config__json=CONFIG)
    assert read(found(".", tmp_path)).code == "from the config"
    write(tmp_path, chat_template__json={"chat_template": "from json"})
    assert read(found(str(tmp_path), Path())).code == "from json"
    write(tmp_path, chat_template__jinja="from jinja\n")
    files = read(found(".", tmp_path))
    assert files.code == "from jinja\n"
    assert files.tokens == {"bos_token": "<s>", "eos_token": "</s>"}
    assert files.special == ("<s>", "<|end|>", "<|box_start|>")


def test_a_file_may_stand_alone(tmp_path: Path) -> None:
    (tmp_path / "my.jinja").write_text("{{ 1 }}")
    files = read(found("my.jinja", tmp_path))
    assert (files.code, files.tokens, files.reserved) == ("{{ 1 }}", {}, ())
    write(tmp_path, processor_config__json={"chat_template": "from a processor"})
    assert read(found("processor_config.json", tmp_path)).code == "from a processor"


def test_special_tokens_are_reserved_but_those_of_places(tmp_path: Path) -> None:
    files = read(found(".", write(tmp_path, tokenizer_config__json=CONFIG)))
    assert files.reserved == ("</s>", "<s>", "<|end|>")


def test_of_several_templates_the_default_is_meant(tmp_path: Path) -> None:
    several = [{"name": "tool_use", "template": "a"}, {"name": "default", "template": "b"}]
    write(tmp_path, tokenizer_config__json={"chat_template": several})
    assert read(found(".", tmp_path)).code == "b"
    write(tmp_path, tokenizer_config__json={"chat_template": several[:1]})
    with pytest.raises(InputError, match="tool_use, and none is called default"):
        read(found(".", tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("tokenizer_config.json", b"{}", "has no chat_template"),
        ("tokenizer_config.json", b"[]", "no JSON object"),
        ("tokenizer_config.json", b"{", "no JSON"),
        ("chat_template.jinja", b"\xff\xfe", "no text"),
        ("chat_template.jinja", b"x" * 300_000, "300000 characters"),
    ],
)
def test_what_is_no_template(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read(found(".", tmp_path))


@pytest.mark.parametrize("name", ["nowhere.jinja", ".", "hub:one"])
def test_where_none_is(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        found(name, tmp_path)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    folder = tmp_path / "repo"
    folder.mkdir()
    write(folder, tokenizer_config__json=CONFIG, chat_template__jinja="from the Hub")
    with hub_server({"owner/model": folder}) as server, hub_clients(server, tmp_path / "cache"):
        yield server


def test_a_model_of_the_hub_at_a_revision(hub: Hub) -> None:
    first = hub.commit("owner/model", {"other.txt": b"1"})
    hub.commit("owner/model", {"chat_template.jinja": b"changed"})
    files = read(found(f"hub:owner/model@{first}", Path()))
    assert (files.code, files.tokens["eos_token"]) == ("from the Hub", "</s>")
    assert read(found("hub:owner/model@main", Path())).code == "changed"
