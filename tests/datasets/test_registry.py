from __future__ import annotations

from vlmdata.datasets import DATASETS, FORMATS, datasets_by_name, formats_by_name


def test_every_format_and_data_set_has_its_own_name() -> None:
    local = {"llava", "messages", "parquet", "webdataset", "imagefolder", "coco", "vlmeval"}
    assert set(formats_by_name()) == local | {"urls", "archive"}
    assert len(formats_by_name()) == len(FORMATS)
    assert len(datasets_by_name()) >= len(DATASETS)
    assert "shapes" in datasets_by_name()


def test_every_format_says_what_it_is_and_what_its_fields_are() -> None:
    for name, kind in formats_by_name().items():
        assert kind.__doc__, name
        for field, info in kind.model_fields.items():
            assert field in {"format", "limit", "weight"} or info.description, (name, field)
