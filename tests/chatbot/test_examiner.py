"""A passage examined against a question: what is put side by side, and that it is computed as it was learned."""

import numpy as np
import pytest
import torch

from benchmarks.examiner import Lesson, Network, _fill, train
from chatbot.confidence import measure
from chatbot.examiner import MEASURES, MOST_SENTENCES, MOST_WORDS, Examiner, Sheet, prepare_sheet
from tests.chatbot.conftest import Page, PageOf

BIKES = """\
# Bikes

The bell is brass. The saddle is leather, from Turin.

## Is the Heron light?

No, not at all. Its frame is steel.

## Sizes

| Feature | Falcon | Heron |
|---|---|---|
| Gears | three in the hub | eight on a derailleur |
"""


@pytest.fixture
def page(page_of: PageOf) -> Page:
    return page_of(BIKES)


def sheet_of(page: Page, typed: str, title: str) -> Sheet:
    question = page.question(typed)
    (encoding,) = page.index.encoder.encode([question.text])
    return prepare_sheet(question, encoding, page.candidate(typed, title), page.index)


def lesson_of(page: Page, typed: str, right: str | None) -> Lesson:
    titles = ["Bikes", "Is the Heron light?", "Gears"]
    features = measure(page.question(typed), [page.candidate(typed, title) for title in titles])
    sheets = [sheet_of(page, typed, title) for title in titles]
    return Lesson(sheets, features, [title == right for title in titles])


def test_a_sheet_has_the_words_of_the_question_and_those_of_the_passage_in_their_sentences(page: Page) -> None:
    sheet = sheet_of(page, "What is the bell made of?", "Bikes")

    assert len(sheet.words) == len(sheet.described) == 6
    assert sheet.part[0] == 0, "the heading comes first"
    assert sheet.part.tolist() == sorted(sheet.part.tolist())
    assert sheet.part.max() == 2, "two sentences"
    bell = ["what", "is", "the", "bell", "made", "of"].index("bell")
    assert sheet.same[bell].sum() == 1
    assert sheet.described[bell, 0] == 1.0, "it carries the question"
    assert not sheet.described[0].any(), "“what” does not"


def test_the_sentence_that_supports_the_question_best_comes_first(page: Page) -> None:
    sheet = sheet_of(page, "Is the saddle from Turin?", "Bikes")

    saddle = 2
    assert sheet.part[np.flatnonzero(sheet.same[saddle])].tolist() == [1]


def test_a_long_passage_is_read_as_far_as_a_sheet_has_room(page_of: PageOf) -> None:
    sentences = " ".join(f"Sentence number {number} speaks of bells and of saddles." for number in range(60))
    page = page_of(f"# Bikes\n\n{sentences}\n")

    sheet = sheet_of(page, "bells", "Bikes")

    assert len(sheet.part) <= MOST_WORDS
    assert sheet.part.max() <= MOST_SENTENCES


@pytest.mark.parametrize("typed", ["What is the bell made of?", "gears", "Is the Heron from Turin, of steel, in 2019?"])
@pytest.mark.parametrize("title", ["Bikes", "Is the Heron light?", "Gears"])
def test_it_computes_what_was_learned(page: Page, typed: str, title: str) -> None:
    features = measure(page.question(typed), [page.candidate(typed, title)])[0]
    sheet = sheet_of(page, typed, title)
    torch.manual_seed(7)
    network = Network(len(sheet.question), torch.rand(5, len(features))).eval()
    torch.nn.init.normal_(network.get_parameter("parts.turn_out.weight"), std=0.05)
    row = [
        tensor[None].float() if tensor.is_floating_point() else tensor[None]
        for tensor in _fill(sheet, features, tuple(features))
    ]
    with torch.inference_mode():
        rank, sure = network(*row)[0].tolist()

    examiner = Examiner({name: value[None] for name, value in network.weights().items()}, tuple(features))
    found = examiner.examine(sheet, features)

    # The index keeps word vectors in half precision, and so does a row to learn from.
    assert found == pytest.approx({"examined_rank": rank / 5, "examined_sure": sure / 5}, abs=2e-3)


def test_several_networks_give_their_mean(page: Page) -> None:
    lessons = [lesson_of(page, "What is the bell made of?", "Bikes"), lesson_of(page, "How many gears?", "Gears")]
    lesson, both = lessons[0], train(lessons, networks=2)

    alone = [
        Examiner({name: value[[number]] for name, value in both.weights.items()}, both.features) for number in (0, 1)
    ]

    found = [examiner.examine(lesson.sheets[0], lesson.features[0])["examined_sure"] for examiner in (*alone, both)]
    assert found[0] != found[1]
    assert found[2] == pytest.approx((found[0] + found[1]) / 2, abs=1e-5)


def test_a_question_without_a_word_that_the_encoder_sees_can_be_examined(page: Page) -> None:
    sheet = sheet_of(page, "bell", "Bikes")
    empty = Sheet(sheet.words[:0], sheet.described[:0], sheet.question, sheet.passage, sheet.part, sheet.same[:0])

    assert np.isfinite(train([lesson_of(page, "bell", "Bikes")] * 4, networks=1).measures(empty)).all()


def test_a_passage_of_nothing_but_headings_can_be_examined(page: Page) -> None:
    sheet = sheet_of(page, "bell", "Bikes")
    headings = sheet.part == 0
    bare = Sheet(
        sheet.words,
        sheet.described,
        sheet.question,
        sheet.passage[headings],
        sheet.part[headings],
        sheet.same[:, headings],
    )

    assert train([lesson_of(page, "bell", "Bikes")] * 4, networks=1).measures(bare).shape == (1, MEASURES)
