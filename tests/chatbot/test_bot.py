"""The chatbot as its callers see it: opened, asked, rebuilt, and asked again."""

import json
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from chatbot import Answer, Chatbot, QuestionError, SettingsError
from index import ContentError, Encoder, EncoderMismatchError, IndexDamagedError, build_index, current_name
from tests.conftest import WordEncoder

BIKES = """\
---
title: Folding bikes
aliases: {Heron: [HR-2]}
---

# Falcon or Heron

The bell of every bike is brass.

## Side by side

| Feature | Falcon | Heron |
|---|---|---|
| Weight | 11.4 kg | 13.2 kg |
| Gears | three in the hub | eight on a derailleur |

## Questions

### Can a child seat be fitted?

Yes, to the Heron.

### Are spare parts easy to get?

Yes, within two days.
"""

SEAT = "Can a child seat be fitted?"


class OtherEncoder(WordEncoder):
    """The same words in other directions."""

    name = "other-encoder"
    dimension = 128


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of content with one page."""
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "bikes.md").write_text(BIKES, encoding="utf-8")
    return folder


@pytest.fixture
def bot(folder: Path, encoder: WordEncoder) -> Chatbot:
    return Chatbot.open(folder, encoder=encoder)


def edit(folder: Path, old: str, new: str) -> None:
    page = folder / "bikes.md"
    page.write_text(page.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


# Opening


def test_an_index_that_is_missing_is_built_beside_the_content(folder: Path, bot: Chatbot) -> None:
    assert (folder.parent / ".index").is_dir()
    assert quotes(bot.ask(SEAT)) == ["Yes, to the Heron."]


def test_the_index_is_kept_where_it_is_wanted(folder: Path, tmp_path: Path, encoder: WordEncoder) -> None:
    bot = Chatbot.open(str(folder), str(tmp_path / "elsewhere"), encoder=encoder)

    assert bot.folder == tmp_path / "elsewhere"
    assert not (tmp_path / ".index").exists()
    assert current_name(tmp_path / "elsewhere") is not None


def test_an_index_that_is_there_is_not_built_again(folder: Path, bot: Chatbot) -> None:
    encoder = WordEncoder()

    again = Chatbot.open(folder, encoder=encoder)

    assert encoder.encoded == []
    assert current_name(again.folder) == current_name(bot.folder)


@pytest.mark.usefixtures("bot")
def test_an_index_that_is_stale_is_updated_when_it_is_opened(folder: Path) -> None:
    edit(folder, "Yes, to the Heron.", "No, to neither.")
    encoder = WordEncoder()

    again = Chatbot.open(folder, encoder=encoder)

    assert quotes(again.ask(SEAT)) == ["No, to neither."]
    assert any("No, to neither." in text for text in encoder.encoded)
    assert not any("within two days" in text for text in encoder.encoded)


@pytest.mark.usefixtures("bot")
def test_a_page_that_was_added_is_found_when_the_index_is_opened(folder: Path) -> None:
    (folder / "more.md").write_text("# More\n\n## Is there a lamp?\n\nOnly on request.\n", encoding="utf-8")

    again = Chatbot.open(folder, encoder=WordEncoder())

    assert quotes(again.ask("Is there a lamp?")) == ["Only on request."]


def test_the_caller_is_told_how_far_a_build_is(folder: Path) -> None:
    heard: list[tuple[str, int, int]] = []

    Chatbot.open(folder, encoder=WordEncoder(), progress=lambda stage, done, total: heard.append((stage, done, total)))

    assert heard
    assert heard[-1][1] == heard[-1][2]


def test_an_index_of_another_encoder_is_an_error_with_its_cure(folder: Path, bot: Chatbot) -> None:
    with pytest.raises(EncoderMismatchError, match="word-encoder, not other-encoder"):
        Chatbot.open(folder, bot.folder, encoder=OtherEncoder())


def test_a_damaged_index_is_an_error_and_never_an_answer(folder: Path, bot: Chatbot) -> None:
    (artefact, *_) = sorted(path for path in bot.folder.rglob("*") if path.suffix == ".jsonl")
    artefact.chmod(0o644)
    artefact.write_bytes(artefact.read_bytes().replace(b"brass", b"steel"))

    with pytest.raises(IndexDamagedError, match="faqsimile build --fresh"):
        Chatbot.open(folder, bot.folder, encoder=WordEncoder())


def test_a_folder_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no folder .*nowhere"):
        Chatbot.open(tmp_path / "nowhere", encoder=WordEncoder())


def test_a_folder_without_content_is_an_error_and_leaves_no_index(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()

    with pytest.raises(ContentError, match="holds no content"):
        Chatbot.open(tmp_path / "knowledge", encoder=WordEncoder())
    assert current_name(tmp_path / ".index") is None


# Asking


def test_it_says_so_when_the_content_is_silent(bot: Chatbot) -> None:
    answer = bot.ask("What is the capital of Peru?")

    assert (answer.verdict, answer.citations) == ("not_covered", ())
    assert "Peru" in answer.reason


def test_one_cell_is_given_for_one_entity_and_one_factor(bot: Chatbot) -> None:
    assert quotes(bot.ask("Gears of the HR-2")) == ["eight on a derailleur"]


def test_small_talk_is_answered_without_the_content(bot: Chatbot) -> None:
    answer = bot.ask("Hello!")

    assert (answer.verdict, answer.text) == ("chitchat", "Hello! Ask me anything about Folding bikes.")
    assert answer.suggestions == bot.examples()


@pytest.mark.parametrize("typed", ["", "  ", "\x00", "x" * 1_001])
def test_what_is_no_question_is_an_error(bot: Chatbot, typed: str) -> None:
    with pytest.raises(QuestionError):
        bot.ask(typed)


def test_a_question_without_any_word_is_refused(bot: Chatbot) -> None:
    assert bot.ask("🚲🚲🚲").verdict == "not_covered"


def test_the_same_question_gets_the_same_answer_whatever_was_asked_between(bot: Chatbot) -> None:
    once = bot.ask(SEAT)
    bot.conversation().ask("How many gears has the Falcon?")
    bot.ask("What is the capital of Peru?")

    assert json.dumps(bot.ask(SEAT).to_dict()) == json.dumps(once.to_dict())


def test_a_conversation_knows_its_turns_and_the_bot_knows_none(bot: Chatbot) -> None:
    conversation = bot.conversation()
    conversation.ask("Gears of the Falcon")

    assert quotes(conversation.ask("and the Heron?")) == ["eight on a derailleur"]
    assert bot.ask("and the Heron?").interpretation == "and the Heron?"


def test_a_conversation_can_be_gone_on_with(bot: Chatbot) -> None:
    conversation = bot.conversation()
    conversation.ask("Gears of the Falcon")

    assert quotes(bot.conversation(conversation.turns).ask("and the Heron?")) == ["eight on a derailleur"]


def test_taken_literally_a_question_stands_as_it_was_typed(bot: Chatbot) -> None:
    conversation = bot.conversation()
    conversation.ask("Gears of the Falcon")

    assert conversation.ask("and the Heron?", literally=True).interpretation == "and the Heron?"


def test_a_long_question_may_be_followed_by_another(bot: Chatbot) -> None:
    conversation = bot.conversation()
    conversation.ask("How many gears has the Falcon? " * 32)

    assert conversation.ask("and the Heron?").verdict in ("answered", "not_covered")


def test_small_talk_between_does_not_break_a_follow_up(bot: Chatbot) -> None:
    conversation = bot.conversation()
    conversation.ask("Gears of the Falcon")
    conversation.ask("thanks!")

    assert quotes(conversation.ask("and the Heron?")) == ["eight on a derailleur"]


def test_many_threads_get_the_answers_that_one_gets(bot: Chatbot) -> None:
    questions = [SEAT, "Are spare parts easy to get?", "How many gears has the Falcon?", "What is the capital of Peru?"]
    alone = {question: bot.ask(question) for question in questions}
    heard: list[Answer] = []

    threads = [Thread(target=lambda: heard.extend(bot.ask(question) for question in questions)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(heard) == 16
    assert all(answer == alone[answer.question] for answer in heard)


def test_several_questions_in_one_message_are_answered_one_by_one(bot: Chatbot) -> None:
    answer = bot.ask("How many gears has the Falcon? Can a child seat be fitted?")

    assert answer.verdict == "answered"
    assert quotes(answer) == ["three in the hub", "Yes, to the Heron."]
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert answer.interpretation == "How many gears has the Falcon? Can a child seat be fitted?"


def test_the_part_of_a_message_that_is_not_answered_is_said_to_be_so(bot: Chatbot) -> None:
    answer = bot.ask("What is the capital of Peru? Can a child seat be fitted?")

    assert quotes(answer) == ["Yes, to the Heron."]
    assert answer.text.startswith("The content does not answer the first question: it never mentions")


def test_a_later_question_of_a_message_may_lean_on_an_earlier_one(bot: Chatbot) -> None:
    assert quotes(bot.ask("How many gears has the Falcon? And how many gears has the other one?")) == [
        "three in the hub",
        "eight on a derailleur",
    ]


def test_whoever_asks_what_can_be_asked_is_told_what_the_content_covers(bot: Chatbot) -> None:
    assert bot.ask("What can you do?").text.endswith("It covers: Side by side; Questions.")


def test_a_word_that_may_mean_several_things_is_given_back_as_questions_that_are_answered(
    folder: Path, encoder: WordEncoder
) -> None:
    kinds = {"frames": "We repair frames for ten years.", "batteries": "Two years.", "paint": "There is none."}
    parts = "\n\n".join(f"## Guarantee on {kind}\n\n{text}" for kind, text in kinds.items())
    (folder / "bikes.md").write_text(f"# Shop\n\n{parts}\n\n## Opening hours\n\nNine to five.\n", encoding="utf-8")
    bot = Chatbot.open(folder, encoder=encoder)

    answer = bot.ask("guarantee?")

    assert answer.verdict == "clarify"
    assert set(answer.suggestions) == {f"Guarantee on {kind}?" for kind in kinds}
    assert [bot.ask(choice).verdict for choice in answer.suggestions] == ["answered"] * 3


# Offering


def test_what_is_offered_is_answered_and_was_not_asked_before(bot: Chatbot) -> None:
    conversation = bot.conversation()
    asked: list[str] = []
    question = "What is the capital of Peru?"

    for _ in range(4):
        answer = conversation.ask(question)
        assert all(bot.ask(offer).verdict == "answered" for offer in answer.suggestions)
        assert not set(answer.suggestions) & set(asked)
        if not answer.suggestions:
            break
        question = answer.suggestions[0]
        asked.append(question)

    assert len(asked) >= 2


def test_offers_are_tried_at_the_build_and_the_outcome_is_kept(folder: Path, bot: Chatbot) -> None:
    encoder = WordEncoder()

    examples = Chatbot.open(folder, encoder=encoder).examples()

    assert examples == bot.examples()
    assert encoder.encoded == []


def test_offers_are_tried_again_after_an_edit(folder: Path, bot: Chatbot) -> None:
    edit(folder, "### Are spare parts easy to get?\n\nYes, within two days.\n", "### Is the bell loud?\n\nVery.\n")

    bot.rebuild()

    assert "Is the bell loud?" in bot.examples(9)
    assert "Are spare parts easy to get?" not in bot.examples(9)


# Rebuilding


def test_after_an_edit_a_rebuild_is_answered_from_without_a_restart(folder: Path, bot: Chatbot) -> None:
    assert quotes(bot.ask(SEAT)) == ["Yes, to the Heron."]
    edit(folder, "Yes, to the Heron.", "No, to neither.")

    bot.rebuild()

    assert quotes(bot.ask(SEAT)) == ["No, to neither."]


def test_before_the_rebuild_the_answer_is_the_old_one_and_still_proved(folder: Path, bot: Chatbot) -> None:
    edit(folder, "# Falcon or Heron\n", "# Falcon or Heron\n\nA line that moves everything below it.\n")

    (citation,) = bot.ask(SEAT).citations

    text = bot.document_text("bikes.md")
    assert text[citation.source.start : citation.source.end] == citation.quote == "Yes, to the Heron."


def test_another_bot_on_the_same_index_takes_up_a_rebuild(folder: Path, bot: Chatbot) -> None:
    other = Chatbot.open(folder, encoder=WordEncoder())
    edit(folder, "Yes, to the Heron.", "No, to neither.")

    bot.rebuild()

    assert quotes(other.ask(SEAT)) == ["No, to neither."]


def test_a_build_by_another_program_is_taken_up(folder: Path, bot: Chatbot) -> None:
    edit(folder, "Yes, to the Heron.", "No, to neither.")

    build_index(folder, bot.folder, WordEncoder())

    assert quotes(bot.ask(SEAT)) == ["No, to neither."]


def test_a_conversation_goes_on_over_a_rebuild(folder: Path, bot: Chatbot) -> None:
    conversation = bot.conversation()
    conversation.ask("Gears of the Falcon")
    edit(folder, "eight on a derailleur", "nine on a derailleur")

    bot.rebuild()

    assert quotes(conversation.ask("and the Heron?")) == ["nine on a derailleur"]


def test_a_rebuild_encodes_only_what_was_edited(folder: Path, encoder: WordEncoder, bot: Chatbot) -> None:
    encoder.encoded.clear()
    edit(folder, "Yes, to the Heron.", "No, to neither.")

    report = bot.rebuild()

    # What comes after are the questions that are tried.
    assert report.encoded
    assert all("No, to neither." in text for text in encoder.encoded[: report.encoded])
    assert not any("within two days" in text for text in encoder.encoded)


def test_a_fresh_rebuild_encodes_everything(encoder: WordEncoder, bot: Chatbot) -> None:
    encoder.encoded.clear()

    report = bot.rebuild(fresh=True)

    assert report.encoded == len(encoder.encoded) > report.passages


def test_a_rebuild_that_fails_leaves_the_answers_as_they_were(folder: Path, bot: Chatbot) -> None:
    (folder / "bikes.md").write_bytes(b"# Bikes\n\n\xff\xfe\n")

    with pytest.raises(ContentError, match=r"bikes\.md:3: not UTF-8"):
        bot.rebuild()

    assert quotes(bot.ask(SEAT)) == ["Yes, to the Heron."]


# What it knows of its content


def test_its_title_is_the_one_of_the_front_matter(bot: Chatbot) -> None:
    assert bot.title == "Folding bikes"


def test_without_a_title_it_goes_by_the_first_heading(folder: Path) -> None:
    edit(folder, "title: Folding bikes\n", "")

    assert Chatbot.open(folder, encoder=WordEncoder()).title == "Falcon or Heron"


def test_its_title_names_a_few_of_many_pages(folder: Path) -> None:
    for number in range(4):
        (folder / f"page-{number}.md").write_text(f"---\ntitle: Page {number}\n---\n\n# P\n\nText.\n", encoding="utf-8")

    assert Chatbot.open(folder, encoder=WordEncoder()).title == "Folding bikes, Page 0, Page 1 and more"


def test_its_examples_are_of_every_kind_that_the_content_has(bot: Chatbot) -> None:
    examples = bot.examples(3)

    assert examples == (SEAT, "Weight: Falcon or Heron?", "Falcon or Heron?")


@pytest.mark.parametrize(("count", "given"), [(0, 0), (1, 1), (4, 4), (100, 5)])
def test_it_gives_as_many_examples_as_are_wanted_and_there_are(bot: Chatbot, count: int, given: int) -> None:
    examples = bot.examples(count)

    assert len(examples) == len(set(examples)) == given


def test_a_document_is_given_as_the_index_was_built_from_it(folder: Path, bot: Chatbot) -> None:
    assert bot.document_text("bikes.md") == (folder / "bikes.md").read_text(encoding="utf-8") == BIKES


def test_a_document_that_is_not_there_is_a_key_error(bot: Chatbot) -> None:
    with pytest.raises(KeyError, match=r"other\.md"):
        bot.document_text("other.md")


@pytest.mark.parametrize("question", [SEAT, "Gears of the Heron", "What is the bell made of?"])
def test_a_citation_leads_to_its_passage(bot: Chatbot, question: str) -> None:
    (citation,) = bot.ask(question).citations

    passage = bot.passage_at(citation.source)

    assert citation.quote in passage.text
    assert passage.source.start <= citation.source.start < citation.source.end <= passage.source.end


def test_a_place_that_no_passage_holds_is_a_lookup_error(bot: Chatbot) -> None:
    (citation,) = bot.ask(SEAT).citations

    for source in (
        replace(citation.source, path="other.md"),
        replace(citation.source, end=len(BIKES) + 10),
        replace(citation.source, start=0),
    ):
        with pytest.raises(LookupError, match="no passage holds"):
            bot.passage_at(source)


# What it means, with the encoder that ships


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory, real_encoder: Encoder) -> Chatbot:
    folder = tmp_path_factory.mktemp("bikes") / "knowledge"
    folder.mkdir()
    (folder / "bikes.md").write_text(BIKES, encoding="utf-8")
    return Chatbot.open(folder, encoder=real_encoder)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("How heavy is the Heron?", "13.2 kg"),
        ("is it possible to mount a seat for my kid", "Yes, to the Heron."),
        ("can I buy replacement parts without trouble", "Yes, within two days."),
        ("Is the bell of the bike made of brass?", "The bell of every bike is brass."),
        ("How many gears does the HR-2 have?", "eight on a derailleur"),
    ],
)
def test_other_words_for_the_same_find_the_same(shipped: Chatbot, question: str, quote: str) -> None:
    answer = shipped.ask(question)

    assert (answer.verdict, quotes(answer)) == ("answered", [quote])


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How heavy is the Osprey?", "Osprey"),
        ("What does the Heron cost in Mumbai?", "Mumbai"),
        ("Who invented the telephone?", "telephone"),
    ],
)
def test_what_the_content_never_mentions_is_refused_by_name(shipped: Chatbot, question: str, missing: str) -> None:
    answer = shipped.ask(question)

    assert answer.verdict == "not_covered"
    assert f"“{missing}”" in answer.reason
