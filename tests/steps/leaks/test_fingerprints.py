import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vlmdata.errors import InputError
from vlmdata.steps.leaks.fingerprints import EvaluationSet, read, schema, write
from vlmdata.steps.leaks.index import Index
from vlmdata.steps.leaks.trace import trace

LONG = "Which of the two red buses near the old stone bridge will reach the crowded market square first?"


@pytest.fixture
def traces(make, shown):
    samples = [
        make(("user", 0, text), key=f"k{number}", images=(shown(number // 2),))
        for number, text in enumerate(("How many?", "How many cars?", "How many cars?", LONG))
    ]
    return [trace(sample) for sample in samples]


def test_pictures_stand_once_and_questions_once_with_each(traces, tmp_path):
    gathered = write(tmp_path / "a.parquet", traces, [])
    assert (len(gathered.pictures), gathered.questions) == (2, 4)
    assert write(tmp_path / "b.parquet", [*traces, *traces], []).rows == gathered.rows
    assert (tmp_path / "b.parquet").read_bytes() == (tmp_path / "a.parquet").read_bytes()


def test_what_is_written_is_read(traces, tmp_path):
    path = tmp_path / "a.parquet"
    one = EvaluationSet(name="mine", split="test", revision="abc", digest="d", rows=4, rejected=1)
    gathered = write(path, traces, [one])
    found = read(path)
    assert found.sets == (one,)
    assert found.model is None
    assert found.rows.equals(pa.Table.from_pylist(gathered.rows, schema()))
    assert found.rows["question"].to_pylist()[-1]["pictures"] == [3]


def test_several_files_are_one_index(traces, shown, tmp_path):
    for number in range(2):
        write(tmp_path / f"{number}.parquet", traces[2 * number : 2 * number + 2], [])
    index = Index([read(tmp_path / f"{number}.parquet").rows for number in range(2)])
    whole = write(tmp_path / "all.parquet", traces, [])
    both = Index([read(tmp_path / "all.parquet").rows])
    for look in (index, both):
        pictures = [look.with_bytes(shown(number).sha256) for number in range(3)]
        assert pictures[2] is None
        assert [look.shown(row) for row in pictures[:2]] == ["k0 (d, file#k0)", "k2 (d, file#k2)"]
        question = traces[2].questions[0]
        row = look.asked_of(question.stem, pictures[1])
        assert row is not None
        assert look.shown(row) == "k2 (d, file#k2)"
        assert look.asked_of(traces[3].questions[0].stem, pictures[0]) is None
    assert len(whole.rows) == 6


def test_an_index_of_nothing_finds_nothing(traces):
    for index in (Index([]), Index([schema().empty_table()])):
        assert not index.looks
        assert index.with_bytes("a") is None
        assert index.with_ngram(traces[3].questions[0].ngrams) is None
        assert index.with_question(traces[3].questions[0].specific) is None


def damaged(path):
    path.write_bytes(path.read_bytes()[:-200])


def of_another_version(path):
    table = pq.read_table(path)
    about = table.schema.metadata[b"vlmdata.fingerprints"].replace(b'"version": 1', b'"version": 99')
    pq.write_table(table.replace_schema_metadata({b"vlmdata.fingerprints": about}), path)


def of_other_columns(path):
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["source"]), path)


def no_fingerprints(path):
    pq.write_table(pa.table({"a": [1]}), path)


def nothing(path):
    path.unlink()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (damaged, "cannot be read as fingerprints"),
        (of_another_version, "another version of vlmdata .of the file: 99"),
        (of_other_columns, "another version of vlmdata"),
        (no_fingerprints, "is Parquet, but no file of fingerprints"),
        (nothing, "there is no such file"),
    ],
)
def test_other_files_are_refused(traces, tmp_path, harm, said):
    path = tmp_path / "a.parquet"
    write(path, traces, [])
    harm(path)
    with pytest.raises(InputError, match=said) as raised:
        read(path)
    assert "vlmdata fingerprints NAME -o FILE" in str(raised.value)
