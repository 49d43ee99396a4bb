"""Train what examines a passage against a question (chatbot/examiner.py), for benchmarks/calibrate.py."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from chatbot.confidence import Features
from chatbot.examiner import MEASURES, MOST_QUESTION_WORDS, MOST_SENTENCES, MOST_WORDS, TERM_FEATURES, Examiner, Sheet

CANDIDATES = 5
"""Of each question, so many are learned from."""

NETWORKS = 5
"""Each alone tells answerable from unanswerable worse by .03 of AUROC, on pages that none of them saw."""

ROUNDS = 4
BATCH = 32
LEARNING_RATE = 2e-3
OUTSIDE = MOST_SENTENCES + 1
"""The part of what only fills up a row."""


@dataclass(frozen=True)
class Lesson:
    """A question with its candidates, the likeliest first."""

    sheets: Sequence[Sheet]
    features: Sequence[Features]
    holds: Sequence[bool]

    def chosen(self) -> list[int]:
        """Give the candidates to learn from: at most two right ones, and the wrong ones that come first."""
        right = [number for number, holds in enumerate(self.holds) if holds][:2]
        wrong = [number for number, holds in enumerate(self.holds) if not holds]
        return right + wrong[: CANDIDATES - 1 - len(right)]


class Network(nn.Module):
    """The same computation as `Examiner.measures` and its head, over rows filled up to one size."""

    def __init__(self, dimension: int, features: Tensor) -> None:
        super().__init__()
        modules = {
            "turn.in": nn.Linear(dimension, 16, bias=False),
            "turn.out": nn.Linear(16, dimension, bias=False),
            "word": nn.Linear(dimension, 16),
            "whole": nn.Linear(dimension, 16),
            "judge.in": nn.Linear(32 + TERM_FEATURES, 32),
            "judge.out": nn.Linear(32, 4),
            "kind.question": nn.Linear(dimension, 24),
            "kind.sentence": nn.Linear(dimension, 24),
            "head": nn.Linear(MEASURES + features.shape[1], 2),
        }
        nn.init.zeros_(modules["turn.out"].weight)
        self.parts = nn.ModuleDict({name.replace(".", "_"): module for name, module in modules.items()})
        self.same = nn.Parameter(torch.tensor(0.3))
        self.context = nn.Parameter(torch.tensor(0.9))
        self.sharpness = nn.Parameter(torch.tensor(6.0))
        self.dropout = nn.Dropout(0.3)
        self.register_buffer("mean", features.mean(0))
        self.register_buffer("spread", features.std(0) + 0.05)

    def forward(
        self,
        words: Tensor,
        described: Tensor,
        question: Tensor,
        passage: Tensor,
        part: Tensor,
        same: Tensor,
        hand: Tensor,
    ) -> Tensor:
        """Give rank and sureness as log-odds, shape (rows, 2)."""
        drop, there = self.dropout, words.abs().sum(2) > 0
        turned = functional.normalize(words + self._linear("turn.out", self._linear("turn.in", drop(words))), dim=-1)
        similar = turned @ passage.transpose(1, 2) + self.same * same
        by_part = torch.full((*words.shape[:2], OUTSIDE + 1), -1.0).scatter_reduce(
            2, part[:, None, :].expand_as(similar), similar, "amax", include_self=True
        )
        filled = torch.zeros(len(words), OUTSIDE + 1).scatter(1, part, 1.0)[:, 1:OUTSIDE] > 0
        context, parts = by_part[:, :, 0], by_part[:, :, 1:OUTSIDE]
        parts = torch.where(filled[:, None, :], torch.maximum(parts, self.context * context[:, :, None]), -1.0)
        best = torch.maximum(context, parts.amax(2))
        whole = self._linear("whole", question)[:, None, :].expand(-1, words.shape[1], -1)
        hidden = torch.cat([drop(self._linear("word", words)), whole, described], 2)
        judged = self._linear("judge.out", functional.gelu(self._linear("judge.in", hidden), approximate="tanh"))
        matters = functional.softplus(judged[:, :, 0] - 1) * there
        steep, bar = 6 + 8 * torch.sigmoid(judged[:, :, 1]), 0.2 + 0.6 * torch.sigmoid(judged[:, :, 2])
        missed = functional.softplus(judged[:, :, 3] - 1) * there
        met = torch.sigmoid(steep[:, :, None] * (parts - bar[:, :, None]))
        met_anywhere = torch.sigmoid(steep * (best - bar))
        total = matters.sum(1) + 1e-3
        read = torch.where(filled, (matters[:, :, None] * met).sum(1) / total[:, None], 0.0)
        unmet = missed * (1 - met_anywhere)
        unmet_by_part = torch.where(filled, (missed[:, :, None] * (1 - met)).sum(1), 20.0)
        members = functional.one_hot(part, OUTSIDE + 1).float()
        means = torch.einsum("bis,bid->bsd", members, passage) / (members.sum(1)[:, :, None] + 1e-6)
        kind = (
            self._linear("kind.sentence", drop(means[:, 1:OUTSIDE]))
            * self._linear("kind.question", drop(question))[:, None, :]
        ).sum(2)
        share = torch.softmax(read * self.sharpness.clamp(1, 20), 1) * filled
        share = share / (share.sum(1, keepdim=True) + 1e-6)
        measures = torch.stack(
            [
                read.amax(1),
                (matters * met_anywhere).sum(1) / total,
                unmet.sum(1),
                unmet.amax(1),
                unmet_by_part.amin(1).clamp(max=10.0),
                (share * kind).sum(1),
                total / 5,
                missed.sum(1) / 5,
                there.sum(1) / 10,
            ],
            1,
        )
        standard = ((hand - self.mean) / self.spread).clamp(-4, 4)
        rows: Tensor = self._linear("head", torch.cat([measures, standard], 1))
        return rows

    def _linear(self, name: str, rows: Tensor) -> Tensor:
        product: Tensor = self.parts[name.replace(".", "_")](rows)
        return product

    def weights(self) -> dict[str, np.ndarray]:
        """Give what it has learned, as `Examiner` takes it."""
        named = {name: value for name, value in self.state_dict().items() if not name.startswith("parts.")}
        for name, module in self.parts.items():
            named |= {f"{name.replace('_', '.')}.{key}": value for key, value in module.state_dict().items()}
        return {name: value.numpy().astype(np.float32) for name, value in named.items()}


def train(lessons: Sequence[Lesson], *, networks: int = NETWORKS) -> Examiner:
    """Train an examiner on *lessons*: to rank the right candidates first, and to know whether one is right."""
    names = tuple(lessons[0].features[0])
    course = _prepare(lessons, names)
    trained = [_train_one(course, seed).weights() for seed in range(networks)]
    return Examiner({name: np.stack([weights[name] for weights in trained]) for name in trained[0]}, names)


@dataclass(frozen=True)
class _Course:
    """All lessons as rows of one size."""

    rows: list[Tensor]
    """What `Network.forward` takes, the large parts in half precision."""

    numbers: list[range]
    """Of the rows of each lesson."""

    holds: list[Tensor]

    def batch(self, lessons: Sequence[int]) -> list[Tensor]:
        numbers = [row for lesson in lessons for row in self.numbers[lesson]]
        return [rows[numbers].float() if rows.is_floating_point() else rows[numbers] for rows in self.rows]


def _prepare(lessons: Sequence[Lesson], names: Sequence[str]) -> _Course:
    rows, numbers, holds = [], [], []
    for lesson in lessons:
        chosen = lesson.chosen()
        numbers.append(range(len(rows), len(rows) + len(chosen)))
        rows += [_fill(lesson.sheets[number], lesson.features[number], names) for number in chosen]
        holds.append(torch.tensor([lesson.holds[number] for number in chosen]))
    return _Course([torch.stack(column) for column in zip(*rows, strict=True)], numbers, holds)


def _train_one(course: _Course, seed: int) -> Network:
    torch.manual_seed(seed)
    shuffled = random.Random(seed)
    network = Network(course.rows[0].shape[2], course.rows[-1])
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=0.05)
    order = list(range(len(course.numbers)))
    steps = ROUNDS * (len(order) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    network.train()
    for _ in range(ROUNDS):
        shuffled.shuffle(order)
        for first in range(0, len(order), BATCH):
            lessons = order[first : first + BATCH]
            loss = _loss(network(*course.batch(lessons)), [course.holds[lesson] for lesson in lessons])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return network


def _loss(judged: Tensor, holds: Sequence[Tensor]) -> Tensor:
    truth = torch.cat(list(holds)).float()
    # Each question weighs alike, and its first candidate more: it is the one that will be asked about.
    weights = torch.cat(
        [torch.tensor([1 / len(one) + 0.5 * (not place) for place in range(len(one))]) for one in holds]
    )
    sure = functional.binary_cross_entropy_with_logits(judged[:, 1], truth, reduction="none")
    ranking = []
    for rank, right in zip(judged[:, 0].split([len(one) for one in holds]), holds, strict=True):
        if right.any() and not right.all():
            ranking.append(-torch.logsumexp(functional.log_softmax(rank, 0)[right], 0))
    of_ranking = torch.stack(ranking).mean() if ranking else torch.tensor(0.0)
    total: Tensor = 2 * (sure * weights).sum() / weights.sum() + 0.5 * of_ranking
    return total


def _fill(sheet: Sheet, features: Features, names: Sequence[str]) -> list[Tensor]:
    """Fill up a sheet to one size; the large parts in half precision, as the index keeps them."""

    def filled(values: np.ndarray, *shape: int) -> np.ndarray:
        room = [(0, size - have) for size, have in zip(shape, values.shape, strict=True)]
        return np.pad(values, room)

    dimension = len(sheet.question)
    part = np.full(MOST_WORDS, OUTSIDE, dtype=np.int64)
    part[: len(sheet.part)] = sheet.part
    return [
        torch.from_numpy(filled(sheet.words, MOST_QUESTION_WORDS, dimension).astype(np.float16)),
        torch.from_numpy(filled(sheet.described, MOST_QUESTION_WORDS, TERM_FEATURES)),
        torch.from_numpy(np.asarray(sheet.question, dtype=np.float32)),
        torch.from_numpy(filled(sheet.passage, MOST_WORDS, dimension).astype(np.float16)),
        torch.from_numpy(part),
        torch.from_numpy(filled(sheet.same, MOST_QUESTION_WORDS, MOST_WORDS)),
        torch.tensor([features[name] for name in names], dtype=torch.float32),
    ]


def write_examiner(examiner: Examiner, file: Path) -> None:
    """Write *examiner* as the package ships it."""
    from safetensors.numpy import save_file

    save_file(dict(sorted(examiner.weights.items())), file, metadata={"features": " ".join(examiner.features)})
