"""What the page does with questions, without a browser."""

import socket
from dataclasses import replace

import pytest

from chatbot import AskingError, PortInUseError, QuestionError
from chatbot.page.visits import Choice, Visit
from chatbot.server import launch
from index import Passage, Source
from tests.browser.small_bot import MOW, NOISE, PASSAGES, SERVICE, START, SmallBot


def visit(bot: SmallBot, *questions: str) -> Visit:
    """Ask *questions* one after the other."""
    visit = Visit(bot.conversation())
    for question in questions:
        visit = visit.ask(bot, Choice(question, question))
    return visit


class EditedBot(SmallBot):
    """A bot whose content changes: passages stand elsewhere, or are gone."""

    def __init__(self) -> None:
        self.edit: str = ""

    def passage_at(self, source: Source) -> Passage:
        if self.edit == "gone":
            raise LookupError("no passage holds that any more")
        if self.edit == "moved":
            return replace(PASSAGES["signs"], source=replace(PASSAGES["signs"].source, start=0, end=10**6))
        return super().passage_at(source)


def test_answers_keep_the_sources_that_they_were_drawn_with() -> None:
    bot = EditedBot()
    before = visit(bot, MOW)
    bot.edit = "gone"
    after = before.ask(bot, Choice(START, START))

    assert after.exchanges[0] == before.exchanges[0]
    assert "the grass yellows" in after.exchanges[0].sources


@pytest.mark.parametrize("edit", ["gone", "moved"])
def test_a_source_that_was_edited_meanwhile_shows_the_words_that_were_quoted(edit: str) -> None:
    bot = EditedBot()
    bot.edit = edit
    sources = visit(bot, MOW).exchanges[0].sources

    assert "Once a week from April to June, then every ten days.</mark>" in sources
    assert "garden-tools.md:23" in sources


def test_only_the_last_twenty_questions_are_kept_and_numbers_go_on() -> None:
    long = visit(SmallBot(), *[MOW] * 25)

    assert [exchange.number for exchange in long.exchanges] == list(range(6, 26))


def test_a_bad_question_changes_nothing() -> None:
    bot = SmallBot()
    before = visit(bot, MOW)
    with pytest.raises(QuestionError):
        before.ask(bot, Choice(" ", " "))

    assert len(before.exchanges) == 1
    assert len(before.ask(bot, Choice(NOISE, NOISE)).exchanges) == 2


def test_a_button_means_what_the_last_answer_offered() -> None:
    bot = SmallBot()
    understood = visit(bot, MOW, "and how often?")

    assert understood.choice("Ask it literally") == Choice("Ask it literally", "and how often?", literally=True)
    assert visit(bot, SERVICE).choice("Service of petrol mowers").literally is False
    assert visit(bot, MOW).choice("Ask it literally") == Choice("Ask it literally", "Ask it literally")


def test_a_port_in_use_is_named_with_its_cure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"127.0.0.1:{port} is in use.*faqsimile chat --port {port + 1}"):
            launch(SmallBot(), port=port)


def test_an_address_that_is_not_ours_is_named_with_its_cure() -> None:
    with pytest.raises(AskingError, match=r"192.0.2.1:7860: cannot listen there .*faqsimile chat --host"):
        launch(SmallBot(), host="192.0.2.1")
