"""Twenty steps of a tiny model on a CPU: it learns to say which shade a picture has, and goes on after a break."""

from dataclasses import replace

import pytest
import torch

from tests.torch.conftest import picture, tokens, written
from vlmdata.torch import Collate, Loader, Pixels, VlmDataset, block_causal_mask
from vlmdata.types import IGNORED, Size, StoredView, Tokens, Written

SHADES = 4
ASK, IMAGE, FIRST_ANSWER = 1, 2, 3
VOCABULARY = FIRST_ANSWER + SHADES


class TinyVlm(torch.nn.Module):
    """A picture becomes one token; two layers of attention; the next token is said."""

    def __init__(self, width=32):
        super().__init__()
        self.words = torch.nn.Embedding(VOCABULARY, width)
        self.places = torch.nn.Embedding(64, width)
        self.eye = torch.nn.Linear(3, width)
        self.layers = torch.nn.ModuleList(
            torch.nn.TransformerEncoderLayer(width, 2, 64, dropout=0.0, batch_first=True) for _ in range(2)
        )
        self.head = torch.nn.Linear(width, VOCABULARY)

    def forward(self, batch):
        ids = batch["input_ids"]
        hidden = self.words(ids).masked_scatter((ids == IMAGE)[..., None], self.eye(batch["pixel_values"].mean((2, 3))))
        hidden = hidden + self.places(batch["position_ids"])
        hidden_from = ~block_causal_mask(batch["segment_ids"]).repeat(1, 2, 1, 1).flatten(0, 1)
        for layer in self.layers:
            hidden = layer(hidden, src_mask=hidden_from)
        return torch.nn.functional.cross_entropy(
            self.head(hidden)[:, :-1].flatten(0, 1), batch["labels"][:, 1:].flatten(), ignore_index=IGNORED
        )


def asked(number):
    """A picture, a question, and the answer, which alone carries loss; two of them to a pack."""
    shades = [(number * 7 + place) % SHADES for place in (0, number % 3)]
    ids = [one for shade in shades for one in (IMAGE, ASK, FIRST_ANSWER + shade)]
    one = tokens(ids)
    made = Tokens(
        input_ids=one.input_ids,
        attention_mask=one.attention_mask,
        labels=type(one.labels)("i", (token if token >= FIRST_ANSWER else IGNORED for token in ids)),
        position_ids=type(one.labels)("i", (0, 1, 2, 0, 1, 2)),
        sequence_lengths=type(one.labels)("i", (3, 3)),
    )
    item = written(number, images=2)
    views = tuple((StoredView(picture(80 * shade), "image/png", Size(28, 28)),) for shade in shades)
    return Written(replace(item.sample, tokens=made), views)


@pytest.fixture
def directory(make):
    return make([asked(number) for number in range(96)])


def loader_of(directory):
    return Loader(VlmDataset(directory, seed=1, window=32), 16, Collate(Pixels.of("smolvlm")), workers=1)


def train(model, optimizer, loader, steps, losses):
    while len(losses) < steps:
        for batch in loader:
            loss = model(batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            if len(losses) == steps:
                return


def beginner():
    torch.manual_seed(0)
    model = TinyVlm()
    return model, torch.optim.Adam(model.parameters(), lr=0.01)


def test_twenty_steps_teach_it_and_a_break_changes_nothing(directory):
    losses = []
    train(*beginner(), loader_of(directory), 20, losses)
    assert losses[0] > 1.3
    assert losses[-1] < 0.3

    resumed = []
    learner, first, second = beginner(), loader_of(directory), loader_of(directory)
    train(*learner, first, 9, resumed)
    second.load_state_dict(first.state_dict())
    train(*learner, second, 20, resumed)
    assert resumed == losses
