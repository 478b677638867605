"""What the Hub's validator says of a data-set card, as far as its documentation tells (hub-docs, datasetcard.md)."""

from __future__ import annotations

import re
from typing import Any

import yaml

LICENSES = re.compile(
    r"apache-2\.0|mit|bsd(-[23]-clause(-clear)?)?|c-uda|cc0-1\.0|cc-by(-nc)?(-sa|-nd)?-[234]\.[05]|cdla-[a-z]+-[12]\.0"
    r"|etalab-2\.0|[al]?gpl(-[23]\.[01])?|gfdl|isc|mpl-2\.0|odbl|odc-by|ofl-1\.1|openrail|pddl|unlicense|unknown|other"
)
TASKS = {
    "visual-question-answering", "image-text-to-text", "image-to-text", "document-question-answering",
    "object-detection", "table-question-answering", "video-text-to-text", "text-generation",
}  # fmt: skip
LISTS = ("language", "task_categories", "size_categories", "tags")
SPLIT = re.compile(r"\w+(\.\w+)*")


def errors_of(text: str) -> tuple[list[str], list[str]]:
    """Errors, for which a commit is refused, and warnings."""
    found = re.match(r"\s*---\r?\n(.*?)\r?\n---\r?\n", text, re.S)
    if not found:
        return [], ["empty or missing yaml metadata in repo card"]
    try:
        head = yaml.safe_load(found[1])
    except yaml.YAMLError as error:
        return [f"YAML cannot be read: {error}"], []
    if not isinstance(head, dict):
        return ["the metadata must be a mapping"], []
    return [*_licenses(head), *_lists(head), *_configs(head)], []


def _licenses(head: dict[str, Any]) -> list[str]:
    named = head.get("license", [])
    wrong = [one for one in (named if isinstance(named, list) else [named]) if not LICENSES.fullmatch(str(one))]
    errors = [f'"license" must be one of the known ones, not {one}' for one in wrong]
    if "license_name" in head and not re.fullmatch(r"[a-z0-9-.]+", head["license_name"]):
        errors.append('"license_name" must be an id such as my-license-1.0')
    return errors


def _lists(head: dict[str, Any]) -> list[str]:
    errors = [f'"{name}" must be an array of strings' for name in LISTS if not _strings(head.get(name, []))]
    if errors:
        return errors
    errors += [f'"language" {one}' for one in head.get("language", []) if not re.fullmatch("[a-z]{2,3}", one)]
    errors += [f'"task_categories" {one}' for one in head.get("task_categories", []) if one not in TASKS]
    errors += [f'"tags" {one}' for one in head.get("tags", []) if not re.fullmatch(r"[\w.:/-]+", one)]
    if not isinstance(head.get("pretty_name", ""), str):
        errors.append('"pretty_name" must be a string')
    return errors


def _strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _configs(head: dict[str, Any]) -> list[str]:
    errors = []
    for config in head.get("configs", []):
        if not isinstance(config.get("config_name"), str):
            errors.append('"configs[].config_name" is required')
        splits = [file["split"] for file in config.get("data_files", [])]
        errors += [f'"configs[].data_files[].split" {one}' for one in splits if not SPLIT.fullmatch(one)]
    return errors
