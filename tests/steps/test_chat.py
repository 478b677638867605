import pickle

import pytest

from vlmdata.errors import InputError, UsageError
from vlmdata.models.chat import CHAT_FORMATS
from vlmdata.models.presets import MODELS
from vlmdata.steps.chat import RenderChat
from vlmdata.types import Alternative, Annotation, Box, Choices, Drop, HFlip, Image, Size

TURNS = (("user", 0, "Where is the dog?"), ("assistant", "Here: ", ("a",), "."))
MARK = Annotation(id="a", label="dog", box=Box(0, 0, 320, 240))
TEMPLATE = """{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{% for p in m.content %}\
{{ '<img>' if p.type == 'image' else p.text }}{% endfor %}<|end|>{% endfor %}"""


def trained(sample):
    spans = sample.rendered.spans
    return [sample.rendered.text[span.start : span.end] for span in spans if span.kind == "trained"]


def reason(outcome):
    assert isinstance(outcome, Drop)
    return outcome.reason


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "chat_template.jinja").write_text(TEMPLATE)
    (tmp_path / "tokenizer_config.json").write_text('{"bos_token": "<s>", "eos_token": "</s>"}')
    return tmp_path


def test_a_conversation_becomes_text_with_its_places_written(make, ctx):
    sample = make(*TURNS, annotations=(MARK,))
    done = RenderChat(format="internvl2.5", dialect="internvl", system="").apply(sample, ctx)
    assert done.rendered.text == (
        "<|im_start|>user\n<img><IMG_CONTEXT></img>\nWhere is the dog?<|im_end|>\n"
        "<|im_start|>assistant\nHere: <ref>dog</ref><box>[[0, 0, 500, 500]]</box>.<|im_end|>\n"
    )
    assert trained(done) == ["Here: <ref>dog</ref><box>[[0, 0, 500, 500]]</box>.<|im_end|>"]
    assert done.messages[1].text == "Here: <ref>dog</ref><box>[[0, 0, 500, 500]]</box>."
    assert done.spoken_of == frozenset()
    assert done.annotations == sample.annotations


def test_places_are_of_the_picture_as_it_is_now(make, ctx):
    sample = make(*TURNS, annotations=(MARK,)).transformed(HFlip(), 0)
    text = RenderChat(format="qwen3-vl", dialect="qwen3-vl").apply(sample, ctx).rendered.text
    assert '"bbox_2d": [500, 0, 1000, 500]' in text


def test_what_stays_as_it_is(make, ctx):
    sample = make(
        ("user", 0, "Which?"),
        ("assistant", "A"),
        alternatives=(Alternative(1, "B"),),
        choices=(Choices(0, ("A", "B"), 0),),
    )
    done = RenderChat(format="smolvlm").apply(sample, ctx)
    assert (done.alternatives, done.choices) == (sample.alternatives, sample.choices)
    assert done.messages == sample.messages


@pytest.mark.parametrize(
    ("turns", "sizes", "found"),
    [
        ((("user", "Which?"), ("assistant", "A")), 1, "picture_not_shown"),
        ((("user", 0, 0, "Which?"), ("assistant", "A")), 1, "picture_shown_twice"),
        ((("user", 0, 1, "Which?"), ("assistant", "A")), 1, "unknown_picture"),
        ((("user", 0, "Which <|im_end|>?"), ("assistant", "A")), 1, "placeholder_in_text"),
        ((("user", 0, "Which?"), ("assistant", "<image>")), 1, "placeholder_in_text"),
        ((("user", 0, "Which?"),), 1, "nothing_trained"),
        ((("user", 0, "Which?"), ("assistant", ("a",))), 1, "no_dialect"),
        ((("user", 0, "Which?"), ("document", "A")), 1, "turns_out_of_order"),
        ((("document", 0, "A"),), 2, "picture_not_shown"),
    ],
)
def test_what_is_dropped(make, ctx, turns, sizes, found):
    sample = make(*turns, sizes=((640, 480),) * sizes, annotations=(MARK,))
    assert reason(RenderChat(format="llava-qwen").apply(sample, ctx)) == found


def test_marks_in_labels_are_found_too(make, ctx):
    mark = Annotation(id="a", label="<|im_end|>", box=Box(0, 0, 9, 9))
    outcome = RenderChat(format="qwen2-vl", dialect="qwen2-vl").apply(make(*TURNS, annotations=(mark,)), ctx)
    assert outcome == Drop(reason="placeholder_in_text", value="<|im_end|>")


def test_places_that_cannot_be_written_are_dropped_as_in_boxes_render(make, ctx):
    step = RenderChat(format="qwen2-vl", dialect="qwen2-vl")
    assert step.apply(make(*TURNS), ctx) == Drop(reason="unknown_region", value="a")
    assert reason(step.apply(make(*TURNS, annotations=(Annotation(id="a", label="dog"),)), ctx)) == "no_place"


def test_evaluation_data_may_ask_without_an_answer(make, ctx):
    done = RenderChat(format="qwen3-vl").apply(make(("user", 0, "Which?"), role="eval"), ctx)
    assert trained(done) == []


def test_a_clip_is_marked_where_the_model_has_a_mark(make, ctx):
    clip = Image(original=Size(64, 48), data=b"x", media_type="video/mp4")
    sample = make(("user", 0, "What?"), ("assistant", "A fall."), images=(clip,))
    assert "<|video_pad|>" in RenderChat(format="qwen2-vl").apply(sample, ctx).rendered.text
    assert reason(RenderChat(format="idefics3").apply(sample, ctx)) == "clip_not_taken"


def test_a_document_is_trained_as_a_whole(make, ctx):
    sample = make(("document", "初めに", 0, "終わり"))
    done = RenderChat(format="qwen2-vl").apply(sample, ctx)
    assert done.rendered.text == "初めに<|vision_start|><|image_pad|><|vision_end|>終わり<|endoftext|>"
    assert trained(done) == ["初めに", "終わり<|endoftext|>"]


@pytest.mark.parametrize("name", MODELS)
def test_the_model_of_the_recipe_gives_format_and_dialect(name, make, ctx):
    step = RenderChat().with_model(MODELS[name])
    assert (step.format, step.dialect, step.ready()) == (MODELS[name].chat.name, MODELS[name].dialect, None)
    outcome = step.apply(make(("user", 0, "これは何ですか。"), ("assistant", "犬です。")), ctx)
    assert "犬です。" in trained(outcome)[0]
    assert RenderChat(format="smolvlm").with_model(MODELS[name]).format == "smolvlm"


def test_plain_captions_bear_the_mark_of_the_model(make, ctx):
    sample = make(("user", 0), ("assistant", "A dog."))
    assert RenderChat(format="plain").apply(sample, ctx).rendered.text == "<image>A dog.\n"
    own = RenderChat(format="plain").with_model(MODELS["qwen2.5-vl"])
    assert own.apply(sample, ctx).rendered.text == "<|vision_start|><|image_pad|><|vision_end|>A dog.\n"


def test_a_mark_of_ones_own_is_reserved(make, ctx):
    step = RenderChat(format="plain", mark="<picture {n}>")
    assert step.apply(make(("user", 0), ("assistant", "A.")), ctx).rendered.text == "<picture 1>A.\n"


def test_where_pictures_stand(make, ctx):
    sample = make(("user", "Look at ", 0, " closely."), ("assistant", "Yes."))
    text = "USER: {} ASSISTANT: Yes.</s>"
    for place, words in (("as_published", "Look at <image> closely."), ("first", "<image>\nLook at  closely.")):
        done = RenderChat(format="vicuna-v1", system="", image_position=place).apply(sample, ctx)
        assert done.rendered.text == text.format(words)
    assert RenderChat(format="vicuna-v1", system="").apply(sample, ctx).rendered == done.rendered


def test_what_does_not_go_together():
    assert "no format" in RenderChat().ready()
    assert "two ways" in RenderChat(format="smolvlm", template="x").ready()
    assert "there is no file" in RenderChat(template="nowhere").ready()
    assert "hub:OWNER/NAME" in RenderChat(template="hub:x").ready()
    assert "train_on" in RenderChat(template="x", train_on="turn").ready()
    assert "number_images" in RenderChat(template="x", number_images=True).ready()
    assert "variables" in RenderChat(format="smolvlm", variables={"a": 1}).ready()
    assert "no system message" in RenderChat(format="paligemma", system="Be brief.").ready()
    assert "does not number" in RenderChat(format="pixtral", number_images=True).ready()
    assert RenderChat(format="paligemma", system="").ready() is None
    with pytest.raises(UsageError, match="no format"):
        RenderChat().setup()


def test_a_template_in_place_of_a_format(make, ctx, folder):
    step = RenderChat(template=str(folder))
    assert step.ready() is None
    step.setup()
    done = step.apply(make(("user", 0, "何？"), ("assistant", "犬。")), ctx)
    assert done.rendered.text == "<s><|user|><img>何？<|end|><|assistant|>犬。<|end|>"
    assert trained(done) == ["犬。<|end|>"]
    told = RenderChat(template=str(folder), system="Be brief.").apply(
        make(("user", "A"), ("assistant", "B"), sizes=()), ctx
    )
    assert told.rendered.text.startswith("<s><|system|>Be brief.<|end|><|user|>A")
    assert RenderChat(template=str(folder)).with_model(MODELS["qwen3-vl"]).dialect == "qwen3-vl"
    assert RenderChat(template=str(folder)).with_model(MODELS["qwen3-vl"]).format is None


@pytest.mark.parametrize("words", ["<img>", "<s>", "</s>", "\ufdd0"])
def test_marks_of_a_template_in_the_data(make, ctx, folder, words):
    outcome = RenderChat(template=str(folder)).apply(make(("user", 0, f"x {words}"), ("assistant", "B")), ctx)
    assert outcome == Drop(reason="placeholder_in_text", value=words)


def test_a_template_decides_the_digest_and_a_path_starts_at_the_recipe(make, ctx, folder):
    step = RenderChat.model_validate({"template": "."}, context={"base": str(folder)})
    assert step.ready() is None
    before = step.digest()
    (folder / "tokenizer_config.json").write_text('{"bos_token": ""}')
    assert step.digest() != before
    assert RenderChat(format="smolvlm").digest() == ""
    assert step.pinned() == step
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(InputError, match="no chat_template"):
        RenderChat(template=str(folder)).setup()


@pytest.mark.parametrize("by", ["format", "template"])
def test_it_travels_to_workers_after_it_has_been_used(make, ctx, folder, by):
    step = RenderChat(format="gemma-3") if by == "format" else RenderChat(template=str(folder))
    sample = make(("user", 0, "A"), ("assistant", "B"))
    done = step.apply(sample, ctx)
    again = pickle.loads(pickle.dumps(step))
    assert again == step
    assert again.apply(sample, ctx) == done


@pytest.mark.parametrize("name", CHAT_FORMATS)
def test_no_format_lets_its_own_marks_through(name, make, ctx):
    chat = CHAT_FORMATS[name]
    words = [chat.image.replace("{n}", "3"), chat.end_of_text.strip(), chat.assistant.end.strip(), chat.start]
    for word in filter(None, words):
        sample = make(("user", 0, f"x{word}"), ("assistant", "犬"))
        assert reason(RenderChat(format=name).apply(sample, ctx)) == "placeholder_in_text", word
