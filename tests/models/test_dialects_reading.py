"""Boxes in running text: what is taken, what stays text, and what is refused."""

import pytest

from vlmdata.errors import BadRecord
from vlmdata.models.dialects import DIALECTS, may_hold, parse_regions, recognised, render_regions
from vlmdata.types import Annotation, Box, Point, Size

FRAME = Size(640, 480)


def regions(name, text, frame=FRAME, **options):
    return [piece for piece in parse_regions(name, text, frame, **options) if isinstance(piece, tuple)]


def words(name, text, frame=FRAME):
    return "".join(piece for piece in parse_regions(name, text, frame) if isinstance(piece, str))


def rewritten(name, text, frame=FRAME):
    """The text read and written again."""
    return "".join(
        piece
        if isinstance(piece, str)
        else render_regions(
            name, [Annotation(id="r", label=one.label, box=one.box, point=one.point) for one in piece], [frame]
        )
        for piece in parse_regions(name, text, frame)
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("llava", "Please provide a short description for this region: [0.28, 0.34, 0.4, 0.71]."),
        ("llava", "[0.0, 0.64, 0.3, 0.76]"),
        (
            "shikra",
            "The man [0.120,0.334,0.400,0.710] and both dogs [0.010,0.200,0.300,0.400;0.500,0.200,0.700,0.400].",
        ),
        ("ferret", "What is the cat [20, 150, 625, 702] doing at [500, 300]?"),
        ("glm-v", "It is at <|begin_of_box|>[[94,198,177,591]]<|end_of_box|>."),
        ("qwen-vl", "<ref>the cat</ref><box>(20,63),(624,702)</box> sleeps near <box>(1,2),(3,4)</box>."),
        ("qwen2-vl", "<|object_ref_start|>cat<|object_ref_end|><|box_start|>(20,63),(624,702)<|box_end|>"),
        ("qwen3-vl", '```json\n[{"bbox_2d": [20, 63, 624, 702], "label": "猫"}]\n```'),
        ("qwen3-vl", 'Both: [{"bbox_2d": [1, 2, 3, 4], "label": "a"}, {"point_2d": [5, 6]}], as {"said": 1}.'),
        ("qwen2.5-vl", '{"bbox_2d": [20, 63, 624, 475], "label": "motor"}'),
        (
            "internvl",
            "What are the two <ref>people</ref><box>[[200, 251, 447, 963], [529, 246, 744, 984]]</box> doing?",
        ),
        ("internvl", "Where is <ref>the lady with the blue shirt</ref>?"),
        ("all-seeing", "<ref>people</ref><box>[[200, 251, 447, 763]]</box>"),
        (
            "kosmos-2",
            "An image of<phrase> a snowman</phrase><object><patch_index_0044><patch_index_0863></object> there",
        ),
        ("paligemma", "<loc0065><loc0021><loc0719><loc0639> cat ; <loc0000><loc0000><loc1023><loc1023> big dog"),
        ("paligemma", "describe <loc0065><loc0021><loc0719><loc0639>\nIt is a cat."),
        ("florence-2", "car<loc_54><loc_375><loc_906><loc_707>door<loc_710><loc_276><loc_908><loc_537>"),
        ("ofa", "region: <bin_20> <bin_63> <bin_624> <bin_702>"),
        (
            "molmo",
            'Counting the <points x1="10.5" y1="20.3" x2="50.0" y2="3.0" alt="ears">ears</points> shows a total of 2.',
        ),
        ("point-label", '[{"point": [250, 500], "label": "dog"}]'),
        ("lrv", "There is a teapot at X:105 Y:150 Width:258 Height:258."),
    ],
)
def test_published_texts_are_written_as_they_were(name, text):
    assert rewritten(name, text) == text


def test_texts_that_differ_only_in_their_spaces_and_zeros_become_canonical():
    assert rewritten("llava", "region:[0.06,0.70,0.27,0.790].") == "region:[0.06, 0.7, 0.27, 0.79]."
    assert rewritten("qwen3-vl", '{"bbox_2d":[1,2,3,4],\n "label":"a"}') == '{"bbox_2d": [1, 2, 3, 4], "label": "a"}'
    assert rewritten("glm-v", "[1, 2, 3, 4]") == "[[1,2,3,4]]"


def test_what_is_read():
    ((one, two),) = regions("internvl", "<ref>a dog</ref><box>[[0, 0, 500, 500], [500, 500, 1000, 1000]]</box>")
    assert (one.label, one.box) == ("a dog", Box(0, 0, 320, 240))
    assert (two.label, two.box) == ("a dog", Box(320, 240, 640, 480))
    ((point,),) = regions("qwen3-vl", '{"point_2d": [500, 500], "label": "dog"}')
    assert (point.label, point.box, point.point) == ("dog", None, Point(320, 240))
    ((box,),) = regions("lrv", "X: 10, Y: 20, Width: 30, Height: 40")
    assert box.box == Box(10, 20, 40, 60)
    ((square,),) = regions("llava", "[0.25, 0.5, 0.75, 0.5]", Size(400, 200))
    assert square.box == Box(100, 100, 300, 100)


def test_generic_by_its_options():
    assert regions("generic", "[1, 2, 3, 4]", scale=100, order="yxyx")[0][0].box == Box(12.8, 4.8, 25.6, 0.03 * 480)
    assert regions("generic", "[0.5, 0.5, 0.5, 0.5]", scale=1, order="cxcywh")[0][0].box == Box(160, 120, 480, 360)


def test_a_label_goes_with_its_box_only_where_the_form_says_so():
    assert words("paligemma", "I see <loc0000><loc0000><loc1023><loc1023> here") == "I see  here"
    ((place,),) = regions("paligemma", "\n<loc0000><loc0000><loc1023><loc1023> cat")
    assert place.label == "cat"
    ((place,),) = regions("florence-2", "What is in <loc_1><loc_2><loc_3><loc_4>?")
    assert place.label is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("qwen3-vl", 'Answer in JSON as {"bbox_2d": [x1, y1, x2, y2], "label": "name"}, not as [1, 2, 3, 4].'),
        ("internvl", "Answer as <ref>name</ref><box>[[x1, y1, x2, y2]]</box>."),
        ("llava", "The list is [1, 2, 3], the interval [0.5, 1.5], the code a[0]."),
        ("qwen2-vl", "No box at all; {}, [], and { broken."),
        ("lrv", "X: 5 apples, Y: 6 pears"),
    ],
)
def test_ordinary_text_is_left_alone(name, text):
    assert parse_regions(name, text, FRAME) == (text,)
    assert not may_hold(DIALECTS[name], text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("llava", "[1, 2, 3, 4]"),
        ("llava", "[0.5, 0.2, 0.4, 0.9]"),
        ("llava", "[0.1, -0.2, 0.4, 0.9]"),
        ("llava", "[0.1, 0.01, 0.4, 0.9]"),
        ("internvl", "<box>[[0, 0, 1001, 5]]</box>"),
        ("internvl", "<box>[[0, 0, 10]]</box>"),
        ("internvl", "<box>[[0, 0, 10, 10]] and no end"),
        ("internvl", "<ref>a</ref><box>(1,2),(3,4)</box>"),
        ("qwen-vl", "<box>[[1, 2, 3, 4]]</box>"),
        ("qwen-vl", "<box>(1,2)</box>"),
        ("qwen-vl", "<box>(1,2),(3,1000)</box>"),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 3], "label": "a"}'),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 3, "4"], "label": "a"}'),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 3, 4], "label": ["a"]}'),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 3, 4], "point_2d": [1, 2]}'),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 3, 4], "label": "a", "sub_label": "b"}'),
        ("qwen3-vl", '{"bbox_2d": [1, 2, 3, 4], "label": "a'),
        ("qwen3-vl", "{'bbox_2d': [1, 2, 3, 4]}"),
        ("qwen2.5-vl", '{"bbox_2d": [0, 0, 644, 100]}'),
        ("generic", '{"bbox_2d": [1, 2, 3, 4], "label": "a"}'),
        ("llava", "<loc0065><loc0021><loc0719><loc0639> cat"),
        ("paligemma", "<loc1024><loc0021><loc1024><loc0639>"),
        ("paligemma", "<loc0065><loc0021><loc0719>"),
        ("florence-2", "a<loc_1><loc_2><loc_1000><loc_4>"),
        ("ofa", "<bin_1> <bin_2>"),
        ("kosmos-2", "<object><patch_index_0863><patch_index_0044></object>"),
        ("kosmos-2", "<object><patch_index_0044><patch_index_1024></object>"),
        ("molmo", '<point x="101.0" y="20.3" alt="a">a</point>'),
        ("molmo", '<point x="1.0" y="20.3" alt="a">b</point>'),
        ("molmo", '<points x1="1.0" y1="2.0" x3="1.0" y3="2.0" alt="a">a</points>'),
        ("lrv", "X:600 Y:10 Width:100 Height:10"),
    ],
)
def test_a_text_that_does_not_fit_is_refused(name, text):
    assert may_hold(DIALECTS[name], text)
    with pytest.raises(BadRecord) as caught:
        parse_regions(name, text, FRAME)
    assert caught.value.reason == "wrong_dialect"
    assert name in caught.value.detail


def test_a_hair_over_the_edge_is_rounding():
    assert regions("lrv", "X:0 Y:0 Width:641 Height:480")[0][0].box == Box(0, 0, 641, 480)
    assert regions("llava", "[0.0, 0.12, 1.0, 0.88]")[0][0].box.y1 == pytest.approx(-3.2)


def test_advice_names_what_a_text_holds():
    assert recognised('{"point_2d": [1, 2]}') == ("qwen2.5-vl", "qwen3-vl")
    assert "llava" in recognised("[0.1, 0.2, 0.3, 0.4]")
    assert recognised("as in [12, 15]") == ()


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("piece", ["[", "<box>", "<loc_", "<ref>a", '{"bbox_2d": ', "[{", "<point x=", "a ", "X:1 Y:"])
def test_long_texts_of_broken_marks_are_read_in_a_moment(name, piece):
    text = piece * 4000
    try:
        assert words(name, text) == text
    except BadRecord as bad:
        assert bad.reason == "wrong_dialect"  # noqa: PT017
