import pytest

from vlmdata.errors import RecipeError
from vlmdata.recipe import parsed
from vlmdata.recipe.evaluation import evaluation_sources
from vlmdata.steps.leaks import Named

RECIPE = """\
version: 1
name: r
inputs: [{dataset: shapes, limit: 5}]
steps:
  - clean.image
  - decontaminate: {against: %s}
"""


def splits(**fields):
    return [(one.dataset, one.config, one.split) for one in evaluation_sources(Named(**fields))]


def test_a_name_is_all_splits_that_measure_of_its_first_configuration():
    assert splits(dataset="mmbench") == [("mmbench", "en", "dev"), ("mmbench", "en", "test")]
    assert splits(dataset="mmbench", config="cc") == [("mmbench", "cc", "test")]
    assert splits(dataset="mmbench", split="dev") == [("mmbench", "en", "dev")]
    assert splits(dataset="visdial") == [("visdial", None, "val"), ("visdial", None, "test")]


def test_of_a_training_set_the_split_has_to_be_said():
    assert splits(dataset="refcoco", split="testa") == [("refcoco", "unc", "testa")]
    for fields in ({"dataset": "refcoco"}, {"dataset": "refcoco", "split": "train"}):
        with pytest.raises(RecipeError, match=r"for training: say which split measures.*split: testa.*testa, testb"):
            splits(**fields)
    with pytest.raises(RecipeError, match="it has no split for measuring"):
        splits(dataset="cc3m")


def test_a_repository_is_what_the_user_says():
    (source,) = evaluation_sources(Named(dataset="hub:owner/name", split="test", limit=3))
    assert (source.repo, source.split, source.limit) == ("owner/name", "test", 3)


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ("[pope, mmbnch]", "unknown data set 'mmbnch'; did you mean 'mmbench'"),
        ("[{dataset: mmbench, split: val}]", "mmbench: there is no split 'val'; known are dev, test"),
        ("[{dataset: pope, spilt: test}]", "against[0]: spilt: is not one of dataset, split, config, limit, files"),
        ("hub:owner", "repo"),
        ("[]", "should not be empty"),
    ],
)
def test_check_refuses_what_is_no_evaluation_set(tmp_path, against, said):
    with pytest.raises(RecipeError) as raised:
        parsed(RECIPE % against, "r.yaml", tmp_path)
    assert str(raised.value).startswith("r.yaml:6: decontaminate: ")
    assert said in str(raised.value)


def test_paths_are_looked_for_when_the_recipe_runs(tmp_path):
    recipe = parsed(RECIPE % "[./nowhere, gone.parquet]", "r.yaml", tmp_path)
    assert recipe.steps[1].named == ()
